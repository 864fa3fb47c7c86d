"""Values that a template spells with functions though it says all of them: `{"Fn::Sub": "false"}` is `false`."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ops.assembly.model import Resource, Stack, Value
from ops.review.sameness import canonical, function_of

_DEEPEST = 50  # conditions in conditions
_VARIABLE = re.compile(r"\$\{(?!!)")


def literal(resource: Resource, stack: Stack) -> Resource:
    """Return a resource with what its template itself can work out in the place of functions."""
    mappings = stack.template.sections.get("Mappings", {})
    properties, attributes = _said(resource.properties, mappings), _said(resource.attributes, mappings)
    if properties is resource.properties and attributes is resource.attributes:
        return resource
    return replace(resource, properties=properties, attributes=attributes)


def _said(value: Value, mappings: Mapping[str, Value]) -> Any:
    """Return a value so spelt; the very same if nothing in it is to be spelt otherwise."""
    if isinstance(value, list):
        said = [_said(one, mappings) for one in value]
        return value if all(one is other for one, other in zip(value, said, strict=True)) else said
    if not isinstance(value, Mapping):
        return value
    below = {name: _said(one, mappings) for name, one in value.items()}
    if all(below[name] is one for name, one in value.items()):
        below = value  # type: ignore[assignment]
    return _worked_out(below, mappings) if function_of(below) else below


def _worked_out(value: Mapping[str, Any], mappings: Mapping[str, Value]) -> Any:
    match value:
        case {"Fn::Sub": str(text)} if not _VARIABLE.search(text):
            return text.replace("${!", "${")
        case {"Fn::Join": [str(separator), list(parts)]} if all(map(_is_scalar, parts)):
            return separator.join(map(_text, parts))
        case {"Fn::Split": [str(separator), str(text)]} if separator:
            return text.split(separator)
        case {"Fn::Select": [(str() | int()) as at, list(parts)]} if str(at).isdecimal() and int(at) < len(parts):
            return parts[int(at)]
        case {"Fn::FindInMap": [str(name), str(first), str(second)]}:
            return _in(_in(_in(mappings, name), first), second, value)
    return value


def _in(value: Value, name: str, otherwise: Value = None) -> Any:
    return value.get(name, otherwise) if isinstance(value, Mapping) else otherwise


def _is_scalar(value: Value) -> bool:
    return isinstance(value, str | int | float)


def _text(value: Value) -> str:
    return str(canonical(value))


def holds(stack: Stack, condition: str) -> bool | None:
    """Return whether a condition of a stack holds wherever it is deployed; None: that depends."""
    return _Conditions(stack).holds({"Condition": condition}, 0)


class _Conditions:
    """Conditions of a stack, each worked out once: those that it is made of may be the same by many ways."""

    def __init__(self, stack: Stack) -> None:
        self._all = stack.template.sections.get("Conditions", {})
        self._mappings = stack.template.sections.get("Mappings", {})
        self._known: dict[str, bool | None] = {}

    def holds(self, value: Value, depth: int) -> bool | None:
        match value if depth < _DEEPEST else None:
            case {"Fn::Equals": [one, other]} if _is_scalar(one) and _is_scalar(other):
                return _text(one) == _text(other)
            case {"Fn::Not": [one]}:
                found = self.holds(one, depth)
                return None if found is None else not found
            case {"Fn::And": list(parts)} | {"Fn::Or": list(parts)}:
                wanted = "Fn::Or" in value
                every = [self.holds(one, depth) for one in parts]
                return wanted if wanted in every else None if None in every else not wanted
            case {"Condition": str(name)}:
                return self._named(name, depth)
        return None

    def _named(self, name: str, depth: int) -> bool | None:
        if name not in self._known:
            self._known[name] = None  # in a ring nobody can tell
            self._known[name] = self.holds(_said(self._all.get(name), self._mappings), depth + 1)
        return self._known[name]


def defined(stack: Stack, condition: str) -> Value:
    """Return what a condition is, with those that it is made of."""
    conditions = stack.template.sections.get("Conditions", {})
    found: dict[str, Value] = {}
    waiting = [condition]
    while waiting:
        if (name := waiting.pop()) not in found:
            found[name] = canonical(conditions.get(name))
            waiting += _named(conditions.get(name))
    return list(found.items())[1:], found[condition]


def _named(value: Value) -> list[str]:
    match value:
        case {"Condition": str(name)}:
            return [name]
        case dict():
            return [name for one in value.values() for name in _named(one)]
        case list():
            return [name for one in value for name in _named(one)]
    return []
