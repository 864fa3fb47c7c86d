"""Lifecycle configurations of notebook instances; their scripts are checked and kept, not run."""

import base64
import binascii

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.store import Document

KIND = "NotebookInstanceLifecycleConfig"
_NAME = "NotebookInstanceLifecycleConfigName"
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_NotebookInstanceLifecycleHook.html
_LONGEST = 16384


@operation("CreateNotebookInstanceLifecycleConfig")
def _create(request: Request, call: Call) -> Response:
    _check(request)
    name, time = request[_NAME], now()
    arn = call.arn(f"notebook-instance-lifecycle-config/{name}")
    document = {**request, f"{KIND}Arn": arn, "CreationTime": time, "LastModifiedTime": time}
    if not call.store.insert(KIND, name, document):
        raise validation_error(f"Unable to create already existing lifecycle configuration {arn}.")
    return document


@operation("DescribeNotebookInstanceLifecycleConfig")
def _describe(request: Request, call: Call) -> Response:
    return find(request[_NAME], call)


@operation("UpdateNotebookInstanceLifecycleConfig")
def _update(request: Request, call: Call) -> Response:
    _check(request)
    find(request[_NAME], call)
    changed = {**request, "LastModifiedTime": now()}
    return call.store.update(KIND, request[_NAME], lambda document: document.update(changed))


@operation("ListNotebookInstanceLifecycleConfigs")
def _list(request: Request, call: Call) -> Response:
    return listing.listed(request, call.store.list(KIND), name=_NAME, answer="NotebookInstanceLifecycleConfigs")


@operation("DeleteNotebookInstanceLifecycleConfig")
def _delete(request: Request, call: Call) -> Response:
    call.store.delete(KIND, find(request[_NAME], call)[_NAME])
    return {}


def find(name: str, call: Call) -> Document:
    """Return a configuration's document; SageMakerError if there is none."""
    document = call.store.get(KIND, name)
    if document is None:
        raise validation_error(f"Unable to describe lifecycle config {name!r}: RecordNotFound")
    return document


def _check(request: Request) -> None:
    for hook in [*request.get("OnCreate", []), *request.get("OnStart", [])]:
        content = hook.get("Content", "")
        if len(content) > _LONGEST:
            raise validation_error(f"A script has {len(content)} characters in base64; allowed are {_LONGEST}.")
        try:
            base64.b64decode(content, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise validation_error("The Content of a script is not text in base64.") from error
