"""An API of AWS: requests are validated against the service model and answered in its shapes.

Functions add operations; what no function implements is refused by name.
"""

import json
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from local_cloud import clients
from local_cloud.sagemaker import constraints
from local_cloud.service_errors import ServiceError, not_implemented, validation_error

Request = dict[str, Any]
Response = dict[str, Any]
Call = TypeVar("Call")


class ServiceApi(Generic[Call]):
    """The operations of one service.

    Args:
        service: its name in botocore, and before the operation in "does not implement <service>:<operation>".
        name: for people.

    Attributes:
        operations: the functions that implement them.
    """

    def __init__(self, service: str, name: str) -> None:
        self._service, self._name = service, name
        self.operations: dict[str, Callable[[Request, Call], Response]] = {}

    def operation(self, name: str) -> Callable[[Callable[[Request, Call], Response]], Any]:
        """Register the function that implements an operation.

        It gets the validated request and returns the answer; keys that the output shape does not have are left out, so
        a stored document can be returned as it is.
        """

        def register(function: Callable[[Request, Call], Response]) -> Callable[[Request, Call], Response]:
            if name in self.operations:
                raise ValueError(f"{name} is implemented twice")
            if name not in self._model().operation_names:
                raise ValueError(f"{name} is not an operation of the {self._name} service model")
            self.operations[name] = function
            return function

        return register

    def invoke(self, name: str, request: Request, call: Call) -> Response:
        """Validate and run one operation; raises ServiceError."""
        if name not in self._model().operation_names:
            raise ServiceError("UnknownOperationException", f"{self._name} has no operation {name}")
        model = self._model().operation_model(name)
        if name not in self.operations:
            raise not_implemented(f"{self._service}:{name}")
        if model.input_shape is not None:
            report = ParamValidator().validate(_with_times(model.input_shape, request), model.input_shape)
            if report.has_errors():
                raise validation_error(f"{name}: {report.generate_report()}")
            if found := list(constraints.breaches(model.input_shape, request, name)):
                raise validation_error("; ".join(found))
        response: Response = project(model.output_shape, self.operations[name](request, call))
        return response

    def handle(self, target: str, body: bytes, call: Call) -> tuple[int, dict[str, str], bytes]:
        """Answer one HTTP request of the JSON protocol; `target` is the X-Amz-Target header, "<prefix>.<operation>"."""
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        try:
            response = self.invoke(target.rpartition(".")[2], json.loads(body or b"{}"), call)
            return 200, headers, json.dumps(response).encode()
        except ServiceError as error:
            headers["x-amzn-errortype"] = error.code
            return error.status, headers, json.dumps({"__type": error.code, "message": error.message}).encode()

    def _model(self) -> ServiceModel:
        return clients.service_model(self._service)


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
