"""What operations do with any request: tell who made it, and refuse by name what is not implemented."""

from typing import Any

from local_cloud.sagemaker.api import Call, Request
from local_cloud.sagemaker.errors import not_implemented


def user_context(call: Call) -> dict[str, Any]:
    """Return who did something, as CreatedBy tells it."""
    return {"IamIdentity": {"Arn": call.principal_arn, "PrincipalId": call.principal_arn.rpartition("/")[2]}}


def refuse(request: Request, *paths: str) -> None:
    """Raise SageMakerError if a request asks for something that is not implemented: a field, "Outer.Inner"."""
    for path in paths:
        value: Any = request
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value:
            raise not_implemented(f"{path}; leave it out")
