"""Create, change and delete model packages."""

from datetime import UTC, datetime
from typing import Any

from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.registry import model_data
from local_cloud.sagemaker.registry.groups import group, next_version
from local_cloud.sagemaker.requests import refuse, user_context
from local_cloud.sagemaker.store import Document

KIND = "ModelPackage"
_TOKEN = "ModelPackageToken"  # noqa: S105 - a kind of document
_EVENT = "SageMaker Model Package State Change"
_UPDATABLE = ("ModelApprovalStatus", "ApprovalDescription", "SourceUri", "InferenceSpecification")
_TIMES = ("CreationTime", "LastModifiedTime")
_NOT_IN_EVENTS = {"Tags", "ClientToken", "CreatedBy", "LastModifiedBy"}


@operation("CreateModelPackage")
def _create(request: Request, call: Call) -> Response:
    refuse(
        request, "ValidationSpecification", "SourceAlgorithmSpecification", "ModelPackageRegistrationType",
        "ModelCard", "ModelLifeCycle", "ManagedStorageType",
    )  # fmt: skip
    token = request.get("ClientToken")
    known = call.store.get(_TOKEN, token) if token else None
    if known:
        return known
    identifier = _identify(request, call)
    document = {
        "CertifyForMarketplace": False,
        **request,
        **identifier,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "CreationTime": now(),
        "CreatedBy": user_context(call),
    }
    name = document["ModelPackageArn"].partition(":model-package/")[2]
    if not call.store.insert(KIND, name, document):
        raise validation_error(f"Model Package already exists: {document['ModelPackageArn']}")
    if token:
        call.store.put(_TOKEN, token, {"ModelPackageArn": document["ModelPackageArn"]})
    _tell(call, document, [])
    return document


def _identify(request: Request, call: Call) -> Document:
    named = request.get("ModelPackageName")
    if ("ModelPackageGroupName" in request) == (named is not None):
        raise validation_error("Give either ModelPackageGroupName or ModelPackageName.")
    checked = _checked(request, call)
    if named is not None:
        return {**checked, "ModelPackageArn": call.arn(f"model-package/{named}")}
    if request.get("Tags"):
        raise validation_error(
            "Tags cannot be given with ModelPackageGroupName: a versioned model package uses the tags of its group."
        )
    name = group(request["ModelPackageGroupName"], call)["ModelPackageGroupName"]
    version = next_version(name, call)
    return {
        "ModelApprovalStatus": request.get("ModelApprovalStatus", "PendingManualApproval"),
        **checked,
        "ModelPackageGroupName": name,
        "ModelPackageVersion": version,
        "ModelPackageArn": call.arn(f"model-package/{name}/{version}"),
    }


def _checked(request: Request, call: Call) -> Document:
    if "InferenceSpecification" not in request or request.get("SkipModelValidation") == "All":
        return {}
    return {"InferenceSpecification": model_data.with_etags(request["InferenceSpecification"], call)}


@operation("UpdateModelPackage")
def _update(request: Request, call: Call) -> Response:
    refuse(request, "ModelCard", "ModelLifeCycle", "ModelPackageRegistrationType")
    old = package(request["ModelPackageArn"], call)
    if "ModelApprovalStatus" in request and "ModelPackageVersion" not in old:
        raise validation_error("ModelApprovalStatus does not apply to a model package without a group.")
    changed = {key: request[key] for key in _UPDATABLE if key in request}
    changed |= _checked(request, call) | _metadata(request, old) | _specifications(request, old)
    fields = [key for key, value in changed.items() if value != old.get(key)]
    changed |= {"LastModifiedTime": now(), "LastModifiedBy": user_context(call)}
    document = call.store.update(KIND, name_of(old), lambda item: item.update(changed))
    _tell(call, document, fields)
    return document


def _metadata(request: Request, old: Document) -> Document:
    removed = request.get("CustomerMetadataPropertiesToRemove", [])
    added = request.get("CustomerMetadataProperties", {})
    if not removed and not added:
        return {}
    kept = {key: value for key, value in old.get("CustomerMetadataProperties", {}).items() if key not in removed}
    return {"CustomerMetadataProperties": {**kept, **added}}


def _specifications(request: Request, old: Document) -> Document:
    added = request.get("AdditionalInferenceSpecificationsToAdd")
    if not added:
        return {}
    return {"AdditionalInferenceSpecifications": [*old.get("AdditionalInferenceSpecifications", []), *added]}


@operation("DeleteModelPackage")
def _delete(request: Request, call: Call) -> Response:
    call.store.delete(KIND, name_of(package(request["ModelPackageName"], call)))
    return {}


def package(name_or_arn: str, call: Call) -> Document:
    """Return a model package by ARN, GROUP/VERSION or name; SageMakerError if there is none."""
    prefix = call.arn("model-package/")
    document = call.store.get(KIND, name_or_arn.removeprefix(prefix))
    if document is None:
        arn = name_or_arn if name_or_arn.startswith("arn:") else f"{prefix}{name_or_arn}"
        raise validation_error(f"ModelPackage {arn} does not exist.")
    return document


def name_of(document: Document) -> str:
    """Return the name under which a model package is kept, as its ARN ends."""
    return str(document["ModelPackageArn"].partition(":model-package/")[2])


def _tell(call: Call, document: Document, fields: list[str]) -> None:
    detail: dict[str, Any] = {key: value for key, value in document.items() if key not in _NOT_IN_EVENTS}
    for key in _TIMES:
        if key in detail:
            detail[key] = datetime.fromtimestamp(detail[key], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if fields:
        detail["UpdatedModelPackageFields"] = fields
    event = {"DetailType": _EVENT, "Detail": detail, "Resources": [document["ModelPackageArn"]]}
    call.platform.put_event(call.store.account, call.store.region, event)
