"""Model package groups."""

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import SageMakerError, validation_error
from local_cloud.sagemaker.requests import refuse, user_context
from local_cloud.sagemaker.store import Document

KIND = "ModelPackageGroup"


@operation("CreateModelPackageGroup")
def _create(request: Request, call: Call) -> Response:
    refuse(request, "ManagedConfiguration")
    name = request["ModelPackageGroupName"]
    document = {
        **request,
        "ModelPackageGroupArn": call.arn(f"model-package-group/{name}"),
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": now(),
        "CreatedBy": user_context(call),
        "LastVersion": 0,
    }
    if not call.store.insert(KIND, name, document):
        raise validation_error(f"Model Package Group already exists: {document['ModelPackageGroupArn']}")
    return document


@operation("DescribeModelPackageGroup")
def _describe(request: Request, call: Call) -> Response:
    return group(request["ModelPackageGroupName"], call)


@operation("ListModelPackageGroups")
def _list(request: Request, call: Call) -> Response:
    refuse(request, "CrossAccountFilterOption")
    return listing.listed(
        request,
        call.store.list(KIND),
        name="ModelPackageGroupName",
        answer="ModelPackageGroupSummaryList",
        usual=listing.OLDEST,
    )


@operation("DeleteModelPackageGroup")
def _delete(request: Request, call: Call) -> Response:
    document = group(request["ModelPackageGroupName"], call)
    name = document["ModelPackageGroupName"]
    left = [item for item in call.store.list("ModelPackage") if item.get("ModelPackageGroupName") == name]
    if left:
        raise SageMakerError(
            "ConflictException",
            f"Model Package Group {document['ModelPackageGroupArn']} cannot be deleted, since it still contains "
            f"{len(left)} model packages. Delete them first.",
        )
    call.store.delete(KIND, name)
    return {}


def group(name_or_arn: str, call: Call) -> Document:
    """Return a group by name or ARN; SageMakerError if there is none."""
    name = name_or_arn.rpartition("/")[2]
    document = call.store.get(KIND, name)
    if document is None or (":" in name_or_arn and document["ModelPackageGroupArn"] != name_or_arn):
        raise validation_error(f"Model Package Group {call.arn(f'model-package-group/{name}')} does not exist.")
    return document


def next_version(name: str, call: Call) -> int:
    """Return the number of a group's next model package; numbers are not used again."""

    def change(document: Document) -> None:
        document["LastVersion"] += 1

    return int(call.store.update(KIND, name, change)["LastVersion"])
