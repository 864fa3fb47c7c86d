"""Policies among the properties of any resource: what has statements, as an object or as a text that holds one."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ops.review import texts
from ops.review.values import intrinsic

_TEXT = re.compile(r"Polic(y|ies|yDocument|yText)$")
_DEEP = 12  # levels of properties that may hold a policy


def policies(properties: Any) -> Iterator[tuple[str, Any]]:
    """Return policies with the paths to them."""
    return _found(properties, "", 0)


def _found(value: Any, path: str, deep: int) -> Iterator[tuple[str, Any]]:
    """Return the policies among properties: what has statements, as an object or as a text that holds one."""
    if deep > _DEEP:
        return
    if isinstance(value, list):
        for at, one in enumerate(value):
            yield from _found(one, f"{path}.{at}".lstrip("."), deep + 1)
    if not isinstance(value, Mapping):
        return
    if _is_policy(value):
        yield path, value
        return
    for name, one in value.items():
        below = f"{path}.{name}".lstrip(".")
        if _TEXT.search(str(name)) and (document := _of_text(one)) is not None:
            yield below, document
        else:
            yield from _found(one, below, deep + 1)


def _is_policy(value: Any) -> bool:
    said = value.get("Statement") if isinstance(value, Mapping) else None
    listed = said if isinstance(said, list) else [said]
    return any(isinstance(one, Mapping) and ("Effect" in one or "Fn::If" in one) for one in listed)


def has_principals(document: Any) -> bool:
    """Return whether a policy says whom it is for."""
    said = document.get("Statement") if isinstance(document, Mapping) else None
    listed = said if isinstance(said, list) else [said]
    return any("Principal" in json.dumps(list(one)) for one in listed if isinstance(one, Mapping))


def _of_text(value: Any) -> Any:
    """Return the policy that a text holds, None if it holds none."""
    if not (isinstance(value, str) or intrinsic(value)):
        return None
    try:
        document = texts.document(value)
    except ValueError:
        return None
    return _restored(document) if _is_policy(document) else None


def _restored(value: Any) -> Any:
    """Return a document with what is not known in its texts as a function of CloudFormation again."""
    if isinstance(value, list):
        return [_restored(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _restored(one) for key, one in value.items()}
    return {"Fn::Sub": value} if isinstance(value, str) and "${" in value else value
