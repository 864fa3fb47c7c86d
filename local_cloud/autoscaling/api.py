"""The operations of Application Auto Scaling, and what all of them share."""

from typing import Any
from zoneinfo import ZoneInfo

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.store import Document
from local_cloud.service_api import Request, Response, ServiceApi
from local_cloud.service_errors import ServiceError, not_implemented, validation_error

__all__ = ["API", "Call", "Request", "Response"]

API: ServiceApi[Call] = ServiceApi("application-autoscaling", "Application Auto Scaling")
TARGET, POLICY, ACTION = "ScalableTarget", "ScalingPolicy", "ScheduledAction"
NAMESPACE, DIMENSION = "sagemaker", "sagemaker:variant:DesiredInstanceCount"
_PARTS = 4  # endpoint/<name>/variant/<name>


def check_kind(request: Request) -> None:
    """Refuse by name what scales anything but instances of variants."""
    for key, known in (("ServiceNamespace", NAMESPACE), ("ScalableDimension", DIMENSION)):
        if request.get(key, known) != known:
            raise not_implemented(f"{key} {request[key]} of Application Auto Scaling; allowed is {known}")


def variant_of(resource_id: str) -> tuple[str, str]:
    """Return the names of endpoint and variant in a resource id; ValidationException if it is none."""
    parts = resource_id.split("/")
    if len(parts) != _PARTS or (parts[0], parts[2]) != ("endpoint", "variant") or not (parts[1] and parts[3]):
        raise validation_error(f"Unsupported resource ID {resource_id!r}; it is endpoint/<endpoint>/variant/<variant>.")
    return parts[1], parts[3]


def target(request: Request, call: Call) -> Document:
    """Return the scalable target that a request names; ObjectNotFoundException if there is none."""
    check_kind(request)
    found = call.store.get(TARGET, request["ResourceId"])
    if found is None:
        raise missing("scalable target", request)
    return found


def missing(what: str, request: Request) -> ServiceError:
    """Return the error that something does not exist."""
    message = (
        f"No {what} found for service namespace: {request['ServiceNamespace']}, resource ID: {request['ResourceId']}, "
        f"scalable dimension: {request['ScalableDimension']}"
    )
    return ServiceError("ObjectNotFoundException", message)


def key(resource_id: str, name: str) -> str:
    """Return under which name something of a target is kept."""
    return f"{resource_id} {name}"


def of_target(kind: str, resource_id: str, call: Call) -> list[Document]:
    """Return a target's policies or scheduled actions."""
    return [one for one in call.store.list(kind) if one["ResourceId"] == resource_id]


def described(kind: str, request: Request, call: Call, *, names: str, name: str) -> list[Document]:
    """Return the documents of a kind that a Describe request wants.

    Args:
        kind: which.
        request: with ServiceNamespace, and ResourceId or names if it wants only some.
        call: whose.
        names: the request's key with the names.
        name: the documents' key with theirs.
    """
    check_kind(request)
    wanted, resource = request.get(names), request.get("ResourceId")
    return [
        one
        for one in call.store.list(kind)
        if (not wanted or one[name] in wanted) and (resource is None or one["ResourceId"] == resource)
    ]


def zone(name: str) -> ZoneInfo:
    """Return a time zone; ValidationException if there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise validation_error(f"Timezone {name!r} is not known; give one such as UTC or Asia/Tokyo.") from error


def checked_bounds(least: Any, most: Any) -> None:
    """Refuse bounds that SageMaker does not take."""
    if least < 1 or most < least:
        raise validation_error(
            f"MinCapacity is {least} and MaxCapacity {most}; a variant has at least one instance, and the minimum is "
            "at most the maximum."
        )
