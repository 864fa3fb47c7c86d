"""`Fn::If` in policies: a resource is what it is under each answer that the template's conditions may give."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ops.assembly.model import Resource, Stack
from ops.review.access.tokens import Undecided

World = Mapping[tuple[str, str], bool]  # answers of conditions, by name and definition
_MOST = 4  # conditions of one policy
_IF = 3  # arguments of Fn::If
_GONE = object()


def names(value: Any) -> set[str]:
    """Return the conditions that a value of a template asks for."""
    if isinstance(value, list):
        return {name for one in value for name in names(one)}
    if not isinstance(value, Mapping):
        return set()
    asked = value.get("Fn::If")
    here = {str(asked[0])} if isinstance(asked, list) and len(asked) == _IF else set()
    return here.union(*(names(one) for one in value.values()))


def worlds(resources: Iterable[tuple[Resource, Stack]]) -> Iterator[World]:
    """Return every way in which the conditions of resources may turn out; one empty way without any.

    Conditions count as independent. Undecided if they are more than a policy sensibly has.
    """
    asked = sorted({key(name, stack) for one, stack in resources for name in names(one.properties)})
    if len(asked) > _MOST:
        raise Undecided(f"it depends on {len(asked)} conditions")
    for answers in itertools.product((True, False), repeat=len(asked)):
        yield dict(zip(asked, answers, strict=True))


def key(name: str, stack: Stack) -> tuple[str, str]:
    """Return what a condition is known by: one of the same name that asks something else is another."""
    definition = stack.template.sections.get("Conditions", {}).get(name)
    return name, json.dumps(definition, sort_keys=True, default=str)


def settled(resource: Resource, stack: Stack, world: World) -> Resource:
    """Return a resource as it is in a world: without `Fn::If`, and without what `AWS::NoValue` takes away."""
    return replace(resource, properties=_settled(resource.properties, stack, world)) if world else resource


def _settled(value: Any, stack: Stack, world: World) -> Any:
    if isinstance(value, list):
        kept = (_settled(one, stack, world) for one in value)
        return [one for one in kept if one is not _GONE]
    if not isinstance(value, Mapping):
        return value
    if value == {"Ref": "AWS::NoValue"}:
        return _GONE
    asked = value.get("Fn::If")
    if isinstance(asked, list) and len(asked) == _IF:
        return _settled(asked[1 if world.get(key(str(asked[0]), stack), True) else 2], stack, world)
    found = {name: _settled(one, stack, world) for name, one in value.items()}
    return {name: one for name, one in found.items() if one is not _GONE}
