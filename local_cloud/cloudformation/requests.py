"""Turn the properties of a template into requests of an API, and make them as the stack's role."""

import secrets
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_cloud import clients
from local_cloud.cloudformation import service_role

Properties = dict[str, Any]
Made = tuple[str, dict[str, Any]]  # physical id, and what `Fn::GetAtt` gives


def client(service: str, session_name: str = "cloudformation") -> Any:
    """Return a client of the running local cloud with the credentials of the stack operation."""
    from ministack.core.responses import get_region

    return clients.client(service, _port(), get_region(), service_role.credentials(session_name))


def as_root(service: str) -> Any:
    """Return a client of the running local cloud as its root user, for types that ministack makes without a role."""
    from ministack.core.responses import get_region

    return clients.client(service, _port(), get_region())


def request(service: str, operation: str, properties: Properties) -> Properties:
    """Return the properties that an operation takes, their text turned into the types it wants ("2" into 2)."""
    shape = clients.service_model(service).operation_model(operation).input_shape
    found: Properties = _coerced(shape, properties)
    return found


def generated_name(stack_name: str, logical_id: str, longest: int = 63) -> str:
    """Return a name as CloudFormation makes them up for a resource without one: stack, logical id, chance."""
    suffix = secrets.token_hex(6)
    stem = f"{stack_name}-{logical_id}"[: longest - len(suffix) - 1].rstrip("-")
    return f"{stem}-{suffix}"


def own_tags(properties: Properties) -> list[dict[str, str]]:
    """Return the tags of a resource without CloudFormation's own, which no API takes from a caller."""
    return [tag for tag in properties.get("Tags", []) if not str(tag["Key"]).startswith("aws:")]


def _coerced(shape: Shape | None, value: Any) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {key: _coerced(shape.members[key], item) for key, item in value.items() if key in shape.members}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_coerced(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _coerced(shape.value, item) for key, item in value.items()}
    convert = _CONVERSIONS.get(shape.type_name) if shape is not None else None
    return convert(value) if convert else value


def _truth(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() == "true"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "integer": int, "long": int, "float": float, "double": float, "boolean": _truth, "string": _text,
}  # fmt: skip


def _port() -> int:
    from ministack import app

    return int(app._resolve_port())
