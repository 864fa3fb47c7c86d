"""What SageMaker's service model (botocore) says of requests and answers."""

import re
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from config.service_model import sagemaker
from pipelines_src.definition.references import Kind

_KINDS: dict[str, Kind] = {
    "string": "String",
    "integer": "Integer",
    "long": "Integer",
    "float": "Float",
    "double": "Float",
    "boolean": "Boolean",
    "timestamp": "String",
}
_TOKEN = re.compile(r"\.?([A-Za-z0-9_]+)|\[(\d+)\]|\['([^']+)'\]")


def input_shape(operation: str) -> StructureShape:
    """Return the shape of an operation's request."""
    shape: Any = sagemaker().operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - every Create* operation has a request
    return shape


def output_shape(operation: str) -> StructureShape:
    """Return the shape of an operation's answer."""
    shape: Any = sagemaker().operation_model(operation).output_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - every Describe* operation has an answer
    return shape


def kind_of(shape: Shape) -> Kind | None:
    """Return the kind of a shape that is a single value, or None for structures, lists and maps."""
    return _KINDS.get(shape.type_name)


def property_kind(operation: str, path: str) -> Kind:
    """Return the kind of the value at a path such as `Outputs['train'].S3Output.S3Uri` of an operation's answer.

    Raises:
        KeyError: the answer has no such single value; the text says what is allowed at the first wrong place.
    """
    shape: Shape = output_shape(operation)
    at = 0
    while at < len(path):
        match = _TOKEN.match(path, at)
        if not match:
            raise KeyError(f"found {path[at:]!r}; allowed is a path such as A.B, A[0] or A['name']")
        shape = _step_into(shape, match, path[: match.start()])
        at = match.end()
    kind = kind_of(shape)
    if kind is None:
        inside = f", with {', '.join(shape.members)} inside" if isinstance(shape, StructureShape) else ""
        raise KeyError(f"found a {shape.type_name}{inside}; allowed is a single value in it")
    return kind


def _step_into(shape: Shape, match: re.Match[str], so_far: str) -> Shape:
    name = match[1]
    where = so_far or "the answer"
    if name:
        if not isinstance(shape, StructureShape):
            raise KeyError(f"found {name!r} below {where}, which is a {shape.type_name} and has no named members")
        if name not in shape.members:
            raise KeyError(f"found {name!r}; allowed in {where} are {', '.join(shape.members)}")
        member: Shape = shape.members[name]
        return member
    if isinstance(shape, ListShape):
        item: Shape = shape.member
        return item
    if isinstance(shape, MapShape):
        value: Shape = shape.value
        return value
    raise KeyError(f"found {match[0]} after {where}, which is a {shape.type_name} and has no items")
