"""Scalable targets, and their tags."""

import uuid

from local_cloud.autoscaling import capacity, registered
from local_cloud.autoscaling.api import API, TARGET, Call, Request, Response, check_kind, checked_bounds, target
from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import now
from local_cloud.sagemaker.store import Document
from local_cloud.sagemaker.tags import merged
from local_cloud.service_errors import ServiceError, not_implemented, validation_error

_SUSPENSIONS = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")


@API.operation("RegisterScalableTarget")
def register(request: Request, call: Call) -> Response:
    """Register a variant, or change what is said of it; what a request leaves out stays."""
    check_kind(request)
    if request.get("RoleARN"):
        raise not_implemented("RoleARN of RegisterScalableTarget; leave it out for the service-linked role")
    resource = request["ResourceId"]
    capacity.instances(resource, call)
    old = call.store.get(TARGET, resource)
    if old is None and not {"MinCapacity", "MaxCapacity"} <= request.keys():
        raise validation_error("MinCapacity and MaxCapacity are required to register a scalable target.")
    if old is not None and request.get("Tags"):
        raise validation_error("The scalable target is registered; tag it with TagResource.")
    document = _changed(old or _new(request, call), request)
    call.store.put(TARGET, resource, document)
    if old is None or any(old[key] != document[key] for key in ("MinCapacity", "MaxCapacity")):
        capacity.keep_within(document, call)
    return document


@API.operation("DescribeScalableTargets")
def describe(request: Request, call: Call) -> Response:
    """Return targets, those of the given resource ids if there are any."""
    check_kind(request)
    wanted = request.get("ResourceIds")
    found = [one for one in call.store.list(TARGET) if not wanted or one["ResourceId"] in wanted]
    shown, token = listing.page(found, request, default=50)
    return {"ScalableTargets": shown, "NextToken": token}


@API.operation("DeregisterScalableTarget")
def deregister(request: Request, call: Call) -> Response:
    """End the scaling of a variant: its policies, their alarms and its scheduled actions go as well."""
    registered.forget(target(request, call)["ResourceId"], call)
    return {}


@API.operation("TagResource")
def tag(request: Request, call: Call) -> Response:
    """Add tags to a target."""
    resource = _tagged(request, call)["ResourceId"]
    wanted = [{"Key": key, "Value": value} for key, value in request["Tags"].items()]

    def change(document: Document) -> None:
        document["Tags"] = merged(document["Tags"], wanted)

    call.store.update(TARGET, resource, change)
    return {}


@API.operation("UntagResource")
def untag(request: Request, call: Call) -> Response:
    """Take tags of a target away."""
    resource = _tagged(request, call)["ResourceId"]

    def change(document: Document) -> None:
        document["Tags"] = [one for one in document["Tags"] if one["Key"] not in request["TagKeys"]]

    call.store.update(TARGET, resource, change)
    return {}


@API.operation("ListTagsForResource")
def tags(request: Request, call: Call) -> Response:
    """Return the tags of a target."""
    return {"Tags": {one["Key"]: one["Value"] for one in _tagged(request, call)["Tags"]}}


def _new(request: Request, call: Call) -> Document:
    account, region = call.store.account, call.store.region
    return {
        **{key: request[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")},
        "RoleARN": registered.linked_role(call),
        "CreationTime": now(),
        "SuspendedState": dict.fromkeys(_SUSPENSIONS, False),
        "ScalableTargetARN": f"arn:aws:application-autoscaling:{region}:{account}:scalable-target/{uuid.uuid4().hex}",
        "Tags": [{"Key": key, "Value": value} for key, value in request.get("Tags", {}).items()],
    }


def _changed(document: Document, request: Request) -> Document:
    bounds = {key: request.get(key, document.get(key)) for key in ("MinCapacity", "MaxCapacity")}
    checked_bounds(bounds["MinCapacity"], bounds["MaxCapacity"])
    suspended = {**document["SuspendedState"], **request.get("SuspendedState", {})}
    return {**document, **bounds, "SuspendedState": suspended}


def _tagged(request: Request, call: Call) -> Document:
    found = registered.by_arn(request["ResourceARN"], call)
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"The resource {request['ResourceARN']} does not exist.")
    return found
