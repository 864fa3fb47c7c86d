"""Check a step's arguments against the request that SageMaker will make of them."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.references import ParameterRef, Reference
from pipelines_src.definition.shapes import input_shape, kind_of


def check_arguments(step: str, operation: str, generated: str | None, arguments: Mapping[str, Any]) -> None:
    """Refuse arguments that are no request of `operation`; `generated` is the name that the pipeline itself gives.

    References are replaced by fitting samples first (a parameter by its default), so types are checked too. Texts with
    `${` may hold values of the deployment and are taken as they are.

    Raises:
        DefinitionError: names the step, the key, what was found and what is allowed.
    """
    if generated in arguments:
        raise DefinitionError(
            f"step {step!r}: found {generated} in its arguments; allowed is none, since the pipeline names its jobs. "
            "Remove it."
        )
    shape = input_shape(operation)
    request = _filled(step, "", shape, arguments)
    if generated:
        request[generated] = "generated"
    report = ParamValidator().validate(request, shape)
    if report.has_errors():
        raise DefinitionError(
            f"step {step!r}: found arguments that are no {operation} request: {report.generate_report()}. "
            f"Correct them as the API reference of {operation} says."
        )


def _filled(step: str, path: str, shape: Shape, value: Any) -> Any:
    if isinstance(value, Reference):
        value = _sample(step, path, shape, value)
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        # Unknown keys stay for the validator to report.
        members = shape.members
        return {
            key: _filled(step, f"{path}.{key}".lstrip("."), members[key], item) if key in members else item
            for key, item in value.items()
        }
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: _filled(step, f"{path}[{key!r}]", shape.value, item) for key, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, Sequence) and not isinstance(value, str):
        return [_filled(step, f"{path}[{index}]", shape.member, item) for index, item in enumerate(value)]
    _check_enum(step, path, shape, value)
    # Of a value of the deployment not even the length is known.
    return f"{value}{_text(shape)}" if isinstance(value, str) and "${" in value else value


def _check_enum(step: str, path: str, shape: Shape, value: Any) -> None:
    allowed: list[str] = getattr(shape, "enum", [])
    if not allowed or not isinstance(value, str) or value in allowed or "${" in value:
        return
    near = difflib.get_close_matches(value, allowed, n=3, cutoff=0.5) or allowed[:5]
    more = f", such as {', '.join(near)}" if len(near) < len(allowed) else f": {', '.join(near)}"
    raise DefinitionError(
        f"step {step!r}: {path}: found {value!r}; allowed is a {shape.name} of SageMaker{more}. Correct the name."
    )


def _sample(step: str, path: str, shape: Shape, reference: Reference) -> Any:
    wanted = kind_of(shape)
    if wanted is None:
        raise DefinitionError(
            f"step {step!r}: {path}: found a reference, {reference.to_json()}; allowed is a {shape.type_name}, and a "
            "reference stands for a single value. Put the references inside it."
        )
    fits = reference.kind in (None, wanted) or (wanted, reference.kind) == ("Float", "Integer")
    if not fits:
        remedy = 'Wrap it in Join("", (...,)).' if wanted == "String" else "Refer to another value."
        raise DefinitionError(
            f"step {step!r}: {path}: found a reference of type {reference.kind}, {reference.to_json()}; allowed is "
            f"{wanted}. {remedy}"
        )
    if isinstance(reference, ParameterRef) and reference.default is not None:
        return reference.default
    values: list[str] = getattr(shape, "enum", [])
    if values:
        return values[0]
    if wanted == "String":
        return _text(shape)
    return True if wanted == "Boolean" else max(1, shape.metadata.get("min", 1))


def _text(shape: Shape) -> str:
    return "x" * max(1, int(shape.metadata.get("min", 1)))
