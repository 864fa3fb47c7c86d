"""Values that a template spells with functions though it says all of them: `{"Fn::Sub": "false"}` is `false`."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ops.assembly.model import Resource, Stack, Value
from ops.review.sameness import canonical, function_of

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
    conditions = stack.template.sections.get("Conditions", {})
    mappings = stack.template.sections.get("Mappings", {})
    return _holds(_said(conditions.get(condition), mappings), conditions, mappings, (condition,))


def _holds(
    value: Value, conditions: Mapping[str, Value], mappings: Mapping[str, Value], on_the_way: tuple[str, ...]
) -> bool | None:
    match value:
        case {"Fn::Equals": [one, other]} if _is_scalar(one) and _is_scalar(other):
            return _text(one) == _text(other)
        case {"Fn::Not": [one]}:
            found = _holds(one, conditions, mappings, on_the_way)
            return None if found is None else not found
        case {"Fn::And": list(parts)} | {"Fn::Or": list(parts)}:
            wanted = "Fn::Or" in value
            every = [_holds(one, conditions, mappings, on_the_way) for one in parts]
            return wanted if wanted in every else None if None in every else not wanted
        case {"Condition": str(name)} if name not in on_the_way:
            return _holds(_said(conditions.get(name), mappings), conditions, mappings, (*on_the_way, name))
    return None


def defined(stack: Stack, condition: str) -> Value:
    """Return what a condition is, with those that it is made of."""
    conditions = stack.template.sections.get("Conditions", {})
    names, waiting = [], [condition]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.append(name)
            waiting += _named(conditions.get(name))
    return [canonical(conditions.get(name)) for name in names], names[1:]


def _named(value: Value) -> list[str]:
    match value:
        case {"Condition": str(name)}:
            return [name]
        case dict():
            return [name for one in value.values() for name in _named(one)]
        case list():
            return [name for one in value for name in _named(one)]
    return []
