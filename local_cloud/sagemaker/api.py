"""The front of the local SageMaker: requests are validated against the service model and answered in its shapes.

A module adds operations by decorating functions; what no function implements is refused by name.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from local_cloud.platform import Platform
from local_cloud.sagemaker.store import Store
from local_cloud.service_api import Request, Response, ServiceApi, project

__all__ = ["Call", "Request", "Response", "handle", "invoke", "now", "on_start", "operation", "project", "start"]


@dataclass(frozen=True)
class Call:
    """Who calls, and where what they ask for is kept."""

    store: Store
    platform: Platform
    principal_arn: str

    def arn(self, resource: str) -> str:
        """Return the ARN of a SageMaker resource such as "training-job/name"."""
        return f"arn:aws:sagemaker:{self.store.region}:{self.store.account}:{resource}"


Operation = Callable[[Request, Call], Response]

_API: ServiceApi[Call] = ServiceApi("sagemaker", "SageMaker")
_OPERATIONS = _API.operations
_ON_START: list[Callable[[Call], None]] = []
invoke, handle = _API.invoke, _API.handle


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register the function that implements an operation of the SageMaker API; see `ServiceApi.operation`."""
    return _API.operation(name)


def on_start(function: Callable[[Call], None]) -> Callable[[Call], None]:
    """Register what must happen to an account and region's resources when the local cloud starts again."""
    _ON_START.append(function)
    return function


def start(call: Call) -> None:
    """Pick up the resources of one account and region after a start."""
    for function in _ON_START:
        function(call)


def implemented() -> frozenset[str]:
    """Return the names of the operations that are implemented."""
    return frozenset(_OPERATIONS)


def now() -> float:
    """Return the present as epoch seconds, the API's form of a time."""
    return round(time.time(), 3)
