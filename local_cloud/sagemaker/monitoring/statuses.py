"""The status of a monitoring schedule. It follows from the time, so that nothing has to run, or to be picked up again.

Every change goes through Pending, in which SageMaker takes no other.
"""

from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.errors import not_found, validation_error
from local_cloud.sagemaker.monitoring.kinds import SCHEDULE
from local_cloud.sagemaker.store import Document

# AWS takes about a minute.
_SECONDS = 0.5


def move(document: Document, status: str) -> None:
    """Begin a transition in a document."""
    document.update(
        MonitoringScheduleStatus="Pending", LastModifiedTime=now(), _Becomes=status, _Until=now() + _SECONDS
    )


def settled(document: Document) -> Document:
    """Return a document with the status that it has by now."""
    if document["MonitoringScheduleStatus"] != "Pending" or now() < document["_Until"]:
        return document
    return {**document, "MonitoringScheduleStatus": document["_Becomes"]}


def find(name: str, call: Call) -> Document:
    """Return a schedule's document with its present status; SageMakerError if there is none."""
    document = call.store.get(SCHEDULE, name)
    if document is None:
        raise not_found(f"Could not find monitoring schedule {call.arn(f'monitoring-schedule/{name}')}.")
    return settled(document)


def at_rest(name: str, call: Call, what: str) -> Document:
    """Return a schedule's document; ValidationException, which begins with AWS's words, while it is Pending."""
    document = find(name, call)
    if document["MonitoringScheduleStatus"] == "Pending":
        raise validation_error(f"Monitoring schedule in status Pending cannot be {what}: {name}. Wait until it is not.")
    return document
