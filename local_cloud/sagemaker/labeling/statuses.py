"""The statuses of labeling jobs, their counters, and the events that tell of them."""

import logging
from collections import Counter
from typing import Any

from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.store import Document

KIND = "LabelingJob"
ACTIVE = ("Initializing", "InProgress", "Stopping")
_EVENT = "SageMaker Ground Truth Labeling Job State Change"
_LOG = logging.getLogger(__name__)


def move(call: Call, name: str, status: str, reason: str | None = None) -> None:
    """Give a job its next status, and tell."""
    before = ""

    def change(document: Document) -> None:
        nonlocal before
        before = document["LabelingJobStatus"]
        # A request to stop and the job's own life meet here: one that has ended stays as it is, and whoever asked for
        # a stop is not overtaken by the job getting under way.
        if before not in ACTIVE or (before, status) == ("Stopping", "InProgress"):
            return
        document.update(LabelingJobStatus=status, LastModifiedTime=now())
        if reason:
            document["FailureReason"] = reason

    document = call.store.update(KIND, key(name), change)
    if document["LabelingJobStatus"] != before:
        announce(call, document)


def update(call: Call, name: str, **fields: Any) -> None:
    """Change a job's document."""
    call.store.update(KIND, key(name), lambda document: document.update(fields, LastModifiedTime=now()))


def announce(call: Call, document: Document) -> None:
    """Put the event that tells a job's status; there is nothing else in it, on AWS neither."""
    event = {
        "DetailType": _EVENT, "Detail": {"LabelingJobStatus": document["LabelingJobStatus"]},
        "Resources": [document["LabelingJobArn"]],
    }  # fmt: skip
    try:
        call.platform.put_event(call.store.account, call.store.region, event)
    except Exception:
        _LOG.exception("cannot put the event of %s", document["LabelingJobArn"])


def key(name: str) -> str:
    """Return what a job is kept under: its name is not case sensitive."""
    return name.lower()


def counters(states: Counter[str]) -> dict[str, int]:
    """Return LabelCounters of the states of a job's objects."""
    labeled, failed = states["Labeled"], states["Failed"]
    return {
        "TotalLabeled": labeled, "HumanLabeled": labeled, "MachineLabeled": 0, "FailedNonRetryableError": failed,
        "Unlabeled": states.total() - labeled - failed,
    }  # fmt: skip
