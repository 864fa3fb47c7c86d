"""The statuses of jobs and the events that tell them."""

import logging
from typing import Any

from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.jobs import billing, kinds
from local_cloud.sagemaker.jobs.kinds import Kind

_LOG = logging.getLogger(__name__)

# Training has a second, finer status; the messages are AWS's.
_SECONDARY_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Interrupted": "The spot instances of the training job were interrupted",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Completed": "Training job completed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job waited longer than MaxWaitTimeInSeconds provided",
    "Failed": "Training job failed",
}


def announce_new(kind: Kind, call: Call, name: str) -> None:
    """Tell that a job was created."""
    document = call.store.get(kind.name, name)
    if document is not None:
        announce(kind, call, document)


def end(kind: Kind, call: Call, name: str, status: str, reason: str | None) -> None:
    """Give a job its last status."""

    def change(document: dict[str, Any]) -> None:
        moment = now()
        document.update({kind.status_key: status, "LastModifiedTime": moment, f"{kind.time_prefix}EndTime": moment})
        if reason is not None:
            document["FailureReason"] = reason
        if kind is kinds.TRAINING:
            secondary = document.get("_ended_as", status) if status == "Stopped" else status
            add_transition(document, secondary, reason)
            last = document["SecondaryStatusTransitions"][-1]
            last["EndTime"] = last["StartTime"]  # and not `moment`, which may be a millisecond before it
            document.update(billing.seconds(document))

    announce(kind, call, call.store.update(kind.name, name, change))


def add_transition(document: dict[str, Any], secondary: str, reason: str | None = None) -> None:
    """Move a training job's document to a secondary status."""
    moment = now()
    transitions = document.setdefault("SecondaryStatusTransitions", [])
    if transitions:
        transitions[-1].setdefault("EndTime", moment)
    message = reason or _SECONDARY_MESSAGES[secondary]
    transitions.append({"Status": secondary, "StartTime": moment, "StatusMessage": message})
    document["SecondaryStatus"] = secondary


def announce(kind: Kind, call: Call, document: dict[str, Any]) -> None:
    """Put the event that tells a job's status."""
    # The detail is the Describe answer, with times in milliseconds.
    detail = {key: _milliseconds(key, value) for key, value in document.items() if not key.startswith("_")}
    detail["Tags"] = {tag["Key"]: tag["Value"] for tag in document.get("Tags", [])}
    event = {"DetailType": kind.event, "Detail": detail, "Resources": [document[f"{kind.name}Arn"]]}
    try:
        call.platform.put_event(call.store.account, call.store.region, event)
    except Exception:
        _LOG.exception("cannot put the event of %s", document[f"{kind.name}Arn"])


def _milliseconds(key: str, value: Any) -> Any:
    if key.endswith("Time") and isinstance(value, int | float):
        return round(value * 1000)
    if isinstance(value, dict):
        return {inner: _milliseconds(inner, item) for inner, item in value.items()}
    if isinstance(value, list):
        return [_milliseconds("", item) for item in value]
    return value
