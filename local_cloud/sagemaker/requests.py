"""What operations do with any request: tell who made it, and refuse by name what is not implemented."""

from typing import Any

from local_cloud.sagemaker.api import Call, Request
from local_cloud.sagemaker.errors import SageMakerError


def user_context(call: Call) -> dict[str, Any]:
    """Return who did something, as CreatedBy tells it."""
    return {"IamIdentity": {"Arn": call.principal_arn, "PrincipalId": call.principal_arn.rpartition("/")[2]}}


def refuse(request: Request, *names: str) -> None:
    """Raise SageMakerError if a request has a member that the local cloud does not implement."""
    for name in names:
        if name in request:
            raise SageMakerError(
                "NotImplementedByLocalCloud", f"The local cloud does not implement {name}; leave it out.", status=501
            )
