"""The status of a notebook instance. It follows from the time, so that nothing has to run, or to be picked up again."""

from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.store import Document

KIND = "NotebookInstance"
# AWS takes minutes.
_SECONDS = 0.5
_NEXT = {"Pending": "InService", "Stopping": "Stopped", "Updating": "Stopped", "Deleting": "Deleted"}


def move(document: Document, status: str) -> None:
    """Begin a transition in a document."""
    document.update({"NotebookInstanceStatus": status, "LastModifiedTime": now(), "_Until": now() + _SECONDS})


def settled(document: Document | None, call: Call) -> Document | None:
    """Return a document with the status it has by now; None if it is gone."""
    if document is None or not _is_over(document):
        return document
    name = document["NotebookInstanceName"]
    if document["NotebookInstanceStatus"] == "Deleting":
        call.store.delete(KIND, name)
        return None
    return call.store.update(KIND, name, _settle)


def _settle(document: Document) -> None:
    # Looked at again under the store's lock: another request may have settled it and begun the next transition.
    if _is_over(document):
        document["NotebookInstanceStatus"] = _NEXT[document["NotebookInstanceStatus"]]


def _is_over(document: Document) -> bool:
    return document["NotebookInstanceStatus"] in _NEXT and now() >= document["_Until"]


def find(name: str, call: Call) -> Document:
    """Return an instance's document with its present status; SageMakerError, with AWS's text, if there is none."""
    document = settled(call.store.get(KIND, name), call)
    if document is None:
        raise validation_error("RecordNotFound")
    return document
