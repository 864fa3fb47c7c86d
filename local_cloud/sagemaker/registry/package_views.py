"""What can be asked about model packages."""

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, operation
from local_cloud.sagemaker.registry.groups import group
from local_cloud.sagemaker.registry.packages import KIND, name_of, package
from local_cloud.sagemaker.requests import refuse
from local_cloud.sagemaker.store import Document


@operation("DescribeModelPackage")
def _describe(request: Request, call: Call) -> Response:
    refuse(request, "IncludedData")
    document = package(request["ModelPackageName"], call)
    return {"ModelPackageName": name_of(document), **document}


@operation("ListModelPackages")
def _list(request: Request, call: Call) -> Response:
    found = [item for item in call.store.list(KIND) if _wanted(item, request, call)]
    found = listing.between(found, "CreationTime", request.get("CreationTimeAfter"), request.get("CreationTimeBefore"))
    by_name = request.get("SortBy") == "Name"
    found = listing.ordered(
        found,
        lambda item: _name_key(item) if by_name else (item["CreationTime"],),
        request.get("SortOrder", "Ascending"),
    )
    found, token = listing.page(found, request)
    return {"ModelPackageSummaryList": found, "NextToken": token}


def _name_key(item: Document) -> tuple[str, int]:
    return item.get("ModelPackageGroupName", name_of(item)), item.get("ModelPackageVersion", 0)


def _wanted(item: Document, request: Request, call: Call) -> bool:
    in_group = request.get("ModelPackageGroupName")
    if in_group and item.get("ModelPackageGroupName") != group(in_group, call)["ModelPackageGroupName"]:
        return False
    kind = request.get("ModelPackageType", "Versioned" if in_group else "Unversioned")
    if kind != "Both" and (kind == "Versioned") != ("ModelPackageVersion" in item):
        return False
    status = request.get("ModelApprovalStatus")
    if status and item.get("ModelApprovalStatus") != status:
        return False
    return request.get("NameContains", "") in name_of(item)
