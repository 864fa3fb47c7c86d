"""Walk the service model's shapes: what a step's arguments may hold and what its properties are."""

from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from local_cloud import clients
from local_cloud.sagemaker.pipelines.expressions import is_expression
from local_cloud.sagemaker.pipelines.paths import Path
from local_cloud.sagemaker.pipelines.step_types import RESOURCES


def argument_problems(step_type: str, arguments: dict[str, Any]) -> Iterator[str]:
    """Yield the members of a step's arguments that its operation does not know, and those it misses."""
    resource = RESOURCES[step_type]
    shape = _service().operation_model(resource.create).input_shape
    for name in resource.refused:
        if name in arguments:
            yield f"Unknown Argument member '{name}'"
    yield from _problems(shape, arguments, "", given=resource.name)


def has_property(step_type: str, path: Path) -> bool:
    """Say whether a step of this type has such a property."""
    resource = RESOURCES[step_type]
    outputs = [_service().operation_model(name).output_shape for name in (resource.describe, resource.extra) if name]
    return any(_leads_on(shape, path) for shape in outputs)


def _problems(shape: Shape | None, value: Any, where: str, given: str = "") -> Iterator[str]:
    if is_expression(value):
        return
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for key in value:
            if key not in shape.members:
                yield f"Unknown Argument member '{where}{key}'"
        for key in shape.required_members:
            if key not in value and key != given:
                yield f"Missing Argument member '{where}{key}'"
        for key in set(shape.members) & set(value):
            yield from _problems(shape.members[key], value[key], f"{where}{key}.")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for item in value:
            yield from _problems(shape.member, item, where)
    elif isinstance(shape, StructureShape | ListShape | MapShape) and not isinstance(value, dict):
        yield f"Argument member '{where.rstrip('.')}' must be a {shape.type_name}"


def _leads_on(shape: Shape | None, path: Path) -> bool:
    if not path:
        return True
    head, rest = path[0], path[1:]
    if isinstance(shape, StructureShape):
        return head in shape.members and _leads_on(shape.members[str(head)], rest)
    if isinstance(shape, ListShape):
        return _leads_on(shape.member, rest)
    return isinstance(shape, MapShape) and _leads_on(shape.value, rest)


def _service() -> ServiceModel:
    return clients.service_model("sagemaker")
