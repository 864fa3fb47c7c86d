"""When two values of templates are the same to CloudFormation, and what is a function of it rather than a value."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ops.assembly.model import Value

_NO_VALUE = {"Ref": "AWS::NoValue"}
_SETS = ("Action", "NotAction", "Resource", "NotResource")
_OF_PRINCIPALS = ("Principal", "NotPrincipal")


def function_of(value: Value) -> str:
    """Return the name of the intrinsic function that a value is, such as `Fn::Sub`; "" if it is none."""
    if isinstance(value, dict) and len(value) == 1:
        name = next(iter(value))
        if name == "Ref" or name.startswith("Fn::"):
            return str(name)
    return ""


def present(value: Value) -> Value:
    """Return a value, None for one that a template leaves out on purpose."""
    return None if value == _NO_VALUE else value


def same(before: Value, after: Value) -> bool:
    """Tell whether CloudFormation takes two values for one.

    `10` and `"10"`, `true` and `"true"` are the same to it, and orders that mean nothing: of keys, of tags, of a
    policy's statements, and of what these list. The order of other lists is theirs.
    """
    if before == after and repr(before) == repr(after):  # the second, since to Python true is 1
        return True
    return bool(canonical(before) == canonical(after))


def text_of(value: Value) -> str:
    """Return a value as text: the same for those that are the same."""
    return json.dumps(canonical(value), sort_keys=True)


def canonical(value: Value) -> Any:
    """Return a value with scalars as text and what has no order sorted."""
    if present(value) is None:
        return None
    if isinstance(value, dict):
        return _mapping({key: item for key, item in value.items() if present(item) is not None})
    if isinstance(value, list):
        if tagged := tags_of(value):
            return {"Tags": {key: canonical(item) for key, item in tagged.items()}}
        return [canonical(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def _mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    if "Effect" in value and any(key in value for key in _SETS):
        return {key: _of_statement(key, item) for key, item in value.items()}
    found = {key: canonical(item) for key, item in value.items()}
    if is_policy(value):
        found["Statement"] = _sorted(value["Statement"], canonical)
    return found


def is_policy(value: Value) -> bool:
    """Tell whether a value is a policy document."""
    statements = value.get("Statement") if isinstance(value, dict) else None
    one = statements[0] if isinstance(statements, list) and statements else statements
    return isinstance(one, dict) and ("Effect" in one or function_of(one) == "Fn::If")


def _of_statement(key: str, value: Value) -> Any:
    if key in _SETS:
        return _sorted(value, canonical)
    if key in _OF_PRINCIPALS and isinstance(value, dict) and not function_of(value):
        return {kind: _sorted(item, canonical) for kind, item in value.items()}
    if key == "Condition" and isinstance(value, dict):
        return {
            operator: {name: _sorted(item, canonical) for name, item in keys.items()}
            if isinstance(keys, dict)
            else canonical(keys)
            for operator, keys in value.items()
        }
    return canonical(value)


def _sorted(value: Value, normal: Callable[[Value], Any]) -> list[Any]:
    """Return what a list, or a value that stands for a list of one, holds: each once, in an order of its own."""
    items = {json.dumps(normal(item), sort_keys=True) for item in (value if isinstance(value, list) else [value])}
    return sorted(items)


def tags_of(value: Value) -> dict[str, Value]:
    """Return what a list of tags says, by key; nothing if it is no such list."""
    if not isinstance(value, list) or not value:
        return {}
    found: dict[str, Value] = {}
    for item in value:
        if not (isinstance(item, dict) and isinstance(item.get("Key"), str) and "Value" in item):
            return {}
        rest = {key: one for key, one in item.items() if key not in ("Key", "Value")}
        found[item["Key"]] = {"Value": item["Value"], **rest} if rest else item["Value"]
    return found if len(found) == len(value) else {}
