"""The front of the local SageMaker: requests are validated against the service model and answered in its shapes.

A module adds operations by decorating functions; what no function implements is refused by name.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from local_cloud import clients
from local_cloud.platform import Platform
from local_cloud.sagemaker import constraints
from local_cloud.sagemaker.errors import SageMakerError, not_implemented, validation_error
from local_cloud.sagemaker.store import Store


@dataclass(frozen=True)
class Call:
    """Who calls, and where what they ask for is kept."""

    store: Store
    platform: Platform
    principal_arn: str

    def arn(self, resource: str) -> str:
        """Return the ARN of a SageMaker resource such as "training-job/name"."""
        return f"arn:aws:sagemaker:{self.store.region}:{self.store.account}:{resource}"


Request = dict[str, Any]
Response = dict[str, Any]
Operation = Callable[[Request, Call], Response]

_OPERATIONS: dict[str, Operation] = {}
_ON_START: list[Callable[[Call], None]] = []


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register the function that implements an operation of the SageMaker API.

    It gets the validated request and returns the answer; keys that the output shape does not have are left out, so a
    stored document can be returned as it is.
    """

    def register(function: Operation) -> Operation:
        if name in _OPERATIONS:
            raise ValueError(f"{name} is implemented twice")
        if name not in _service().operation_names:
            raise ValueError(f"{name} is not an operation of the SageMaker service model")
        _OPERATIONS[name] = function
        return function

    return register


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


def invoke(name: str, request: Request, call: Call) -> Response:
    """Validate and run one operation; raises SageMakerError."""
    if name not in _service().operation_names:
        raise SageMakerError("UnknownOperationException", f"SageMaker has no operation {name}")
    model = _service().operation_model(name)
    if name not in _OPERATIONS:
        raise not_implemented(f"sagemaker:{name}")
    if model.input_shape is not None:
        report = ParamValidator().validate(_with_times(model.input_shape, request), model.input_shape)
        if report.has_errors():
            raise validation_error(f"{name}: {report.generate_report()}")
        if found := list(constraints.breaches(model.input_shape, request, name)):
            raise validation_error("; ".join(found))
    response: Response = project(model.output_shape, _OPERATIONS[name](request, call))
    return response


def handle(target: str, body: bytes, call: Call) -> tuple[int, dict[str, str], bytes]:
    """Answer one HTTP request of the JSON protocol; `target` is the X-Amz-Target header, "SageMaker.<operation>"."""
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    try:
        response = invoke(target.rpartition(".")[2], json.loads(body or b"{}"), call)
        return 200, headers, json.dumps(response).encode()
    except SageMakerError as error:
        headers["x-amzn-errortype"] = error.code
        return error.status, headers, json.dumps({"__type": error.code, "message": error.message}).encode()


def now() -> float:
    """Return the present as epoch seconds, the API's form of a time."""
    return round(time.time(), 3)


def project(shape: Shape | None, value: Any) -> Any:
    """Reduce a value to what a shape allows."""
    if isinstance(shape, StructureShape):
        return {key: project(member, value[key]) for key, member in shape.members.items() if value.get(key) is not None}
    if isinstance(shape, ListShape):
        return [project(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: project(shape.value, item) for key, item in value.items()}
    return value if shape is not None else {}


def _with_times(shape: Shape | None, value: Any) -> Any:
    # On the wire a time is a number; the validator knows strings and datetimes only.
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {key: _with_times(shape.members.get(key), item) for key, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_with_times(shape.member, item) for item in value]
    if shape is not None and shape.type_name == "timestamp" and isinstance(value, int | float):
        return str(value)
    return value


def _service() -> ServiceModel:
    return clients.service_model("sagemaker")
