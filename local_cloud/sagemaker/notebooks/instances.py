"""Notebook instances: what the API says of them, with the statuses they go through."""

from typing import Any

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import not_implemented, validation_error
from local_cloud.sagemaker.notebooks import code_repositories, lifecycle_configs
from local_cloud.sagemaker.notebooks.statuses import KIND, find, move, settled
from local_cloud.sagemaker.requests import refuse

_NAME = "NotebookInstanceName"
# AWS's defaults are the open ones.
_DEFAULTS: dict[str, Any] = {
    "DirectInternetAccess": "Enabled",
    "RootAccess": "Enabled",
    "VolumeSizeInGB": 5,
    "PlatformIdentifier": "notebook-al2023-v1",
    "IpAddressType": "ipv4",
    "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "1"},
}
# As requests and as descriptions spell them.
_DESCRIBED = {"LifecycleConfigName": "NotebookInstanceLifecycleConfigName", "SecurityGroupIds": "SecurityGroups"}
_REMOVED = {
    "DisassociateLifecycleConfig": "NotebookInstanceLifecycleConfigName",
    "DisassociateDefaultCodeRepository": "DefaultCodeRepository",
    "DisassociateAdditionalCodeRepositories": "AdditionalCodeRepositories",
}


@operation("CreateNotebookInstance")
def _create(request: Request, call: Call) -> Response:
    refuse(request, "AcceleratorTypes")
    if "SubnetId" not in request and (
        "SecurityGroupIds" in request or request.get("DirectInternetAccess") == "Disabled"
    ):
        raise validation_error("SecurityGroupIds and DirectInternetAccess Disabled need a SubnetId.")
    _check_parts(request, call)
    arn = call.arn(f"notebook-instance/{request[_NAME]}")
    document = {**_DEFAULTS, **_described(request), "NotebookInstanceArn": arn, "CreationTime": now()}
    move(document, "Pending")
    if settled(call.store.get(KIND, request[_NAME]), call) or not call.store.insert(KIND, request[_NAME], document):
        raise validation_error(f"Cannot create already existing notebook instance {arn}.")
    return document


@operation("DescribeNotebookInstance")
def _describe(request: Request, call: Call) -> Response:
    return find(request[_NAME], call)


@operation("ListNotebookInstances")
def _list(request: Request, call: Call) -> Response:
    refuse(
        request, "NotebookInstanceLifecycleConfigNameContains", "DefaultCodeRepositoryContains",
        "AdditionalCodeRepositoryEquals",
    )  # fmt: skip
    found = [document for item in call.store.list(KIND) if (document := settled(item, call))]
    return listing.listed(request, found, name=_NAME, status="NotebookInstanceStatus", answer="NotebookInstances")


@operation("StartNotebookInstance")
def _start(request: Request, call: Call) -> Response:
    document = _from(request, call, "Pending", "Stopped", "Failed")
    _check_parts({"RoleArn": document["RoleArn"]}, call)
    call.store.update(KIND, request[_NAME], lambda item: move(item, "Pending"))
    return {}


@operation("StopNotebookInstance")
def _stop(request: Request, call: Call) -> Response:
    _from(request, call, "Stopping", "InService")
    call.store.update(KIND, request[_NAME], lambda item: move(item, "Stopping"))
    return {}


@operation("UpdateNotebookInstance")
def _update(request: Request, call: Call) -> Response:
    refuse(request, "AcceleratorTypes", "DisassociateAcceleratorTypes")
    document = _from(request, call, "Updating", "Stopped", "Failed")
    if request.get("VolumeSizeInGB", document["VolumeSizeInGB"]) < document["VolumeSizeInGB"]:
        raise validation_error(f"The volume has {document['VolumeSizeInGB']} GB; it can grow, not shrink.")
    _check_parts(request, call)

    def change(item: dict[str, Any]) -> None:
        for flag, member in _REMOVED.items():
            if request.get(flag):
                item.pop(member, None)
        item.update({key: value for key, value in _described(request).items() if key not in _REMOVED})
        move(item, "Updating")

    call.store.update(KIND, request[_NAME], change)
    return {}


@operation("DeleteNotebookInstance")
def _delete(request: Request, call: Call) -> Response:
    _from(request, call, "Deleting", "Stopped", "Failed")
    call.store.update(KIND, request[_NAME], lambda item: move(item, "Deleting"))
    return {}


@operation("CreatePresignedNotebookInstanceUrl")
def _open(request: Request, call: Call) -> Response:
    find(request[_NAME], call)
    raise not_implemented(
        "sagemaker:CreatePresignedNotebookInstanceUrl: no Jupyter runs in its notebook instances; open notebooks with "
        "a Jupyter of your own"
    )


def _described(request: Request) -> dict[str, Any]:
    return {_DESCRIBED.get(key, key): value for key, value in request.items()}


def _from(request: Request, call: Call, wanted: str, *allowed: str) -> dict[str, Any]:
    document = find(request[_NAME], call)
    status = document["NotebookInstanceStatus"]
    if status not in allowed:
        raise validation_error(
            f"Status ({status}) not in ([{', '.join(allowed)}]). Unable to transition to ({wanted}) for Notebook "
            f"Instance ({document['NotebookInstanceArn']})."
        )
    return document


def _check_parts(request: Request, call: Call) -> None:
    """Refuse a role that does not trust SageMaker, and names of what is not there."""
    if "RoleArn" in request:
        call.platform.assume_role(request["RoleArn"], "SageMaker")
    if "LifecycleConfigName" in request:
        lifecycle_configs.find(request["LifecycleConfigName"], call)
    repositories = [request.get("DefaultCodeRepository"), *request.get("AdditionalCodeRepositories", [])]
    for repository in repositories:
        if repository and not repository.startswith("https:"):
            code_repositories.find(repository, call)
