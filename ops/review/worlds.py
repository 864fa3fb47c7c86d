"""What a change does under each outcome of a template's conditions.

`Fn::If` makes several resources of one. A danger may be in one of them alone: a bucket that an environment no longer
has, a guardrail that is off while nothing guards. So those who look are shown each of them by itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from ops.assembly.model import Resource, Stack, Value
from ops.review.literals import defined, holds
from ops.review.model import Action, Compared, Found, Looker
from ops.review.values import NO_VALUE

_BEFORE = " before the change"  # no condition's name has a space
_MOST = 4  # conditions of which all outcomes are tried; of more each by itself
World = Mapping[str, bool]


def in_each_world(look: Looker) -> Callable[[Compared], tuple[Found, ...]]:
    """Return a looker that looks at each outcome of the conditions, and says once what several have in common.

    What is so under some outcomes alone says which, if one condition tells.
    """

    def look_everywhere(compared: Compared) -> tuple[Found, ...]:
        found: dict[Found, list[World]] = {}
        seen = []
        for world, settled in _outcomes(compared):
            seen.append(world)
            for one in dict.fromkeys(look(settled)) if _differs(settled) else ():
                found.setdefault(one, []).append(world)
        return tuple(replace(one, text=one.text + where(found[one], seen)) for one in found)

    return look_everywhere


def outcomes(compared: Compared) -> Iterator[Compared]:
    """Yield what is compared under each outcome of its conditions in which it is there before or after."""
    yield from (settled for _, settled in _outcomes(compared))


# Of what was asked last: those who look are asked one after the other about the same.
_last: list[tuple[Compared, tuple[tuple[World, Compared], ...]]] = []


def _outcomes(compared: Compared) -> tuple[tuple[World, Compared], ...]:
    if not (_last and _last[0][0] is compared):
        before, after = ([side] if side else [] for side in (compared.before, compared.after))
        worlds = worlds_of(before, after, compared.base, compared.head)
        settled = ((world, _settled(compared, world)) for world in worlds)
        there = ((world, one) for world, one in settled if one.before is not None or one.after is not None)
        _last[:] = [(compared, tuple(there))]
    return _last[0][1]


def worlds_of(before: Iterable[Resource], after: Iterable[Resource], base: Stack, head: Stack) -> Iterator[World]:
    """Yield the outcomes of all conditions that resources of both sides depend on; of many only each by itself.

    A condition that is another one than before has two outcomes of its own, `before_in` tells them apart. What a
    template itself decides has the one that it says.
    """
    known: dict[str, bool | None] = {}
    was, will = ({name for one in side for name in _conditions(one)} for side in (before, after))
    for name in sorted(was | will):
        same = name not in was or name not in will or defined(base, name) == defined(head, name)
        known[name] = holds(head if name in will else base, name)
        if not same:
            known[f"{name}{_BEFORE}"] = holds(base, name)
    fixed = {name: outcome for name, outcome in known.items() if outcome is not None}
    names = sorted(known.keys() - fixed.keys())
    if len(names) <= _MOST:
        every = product((True, False), repeat=len(names))
        yield from ({**fixed, **dict(zip(names, outcome, strict=True))} for outcome in every)
        return
    for usual in (True, False):
        yield {**fixed, **dict.fromkeys(names, usual)}
        yield from ({**fixed, **dict.fromkeys(names, usual), name: not usual} for name in names)


def before_in(world: World) -> World:
    """Return the outcomes of a world's conditions as they were before the change."""
    was = {name.removesuffix(_BEFORE): one for name, one in world.items() if name.endswith(_BEFORE)}
    return {**world, **was} if was else world


def _conditions(resource: Resource) -> Iterator[str]:
    if isinstance(condition := resource.attributes.get("Condition"), str):
        yield condition
    yield from _asked(resource.properties)
    yield from _asked(resource.attributes)


def _asked(value: Value) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            if name == "Fn::If" and isinstance(below, list) and below and isinstance(below[0], str):
                yield below[0]
            yield from _asked(below)
    elif isinstance(value, list):
        for below in value:
            yield from _asked(below)


def _settled(compared: Compared, world: World) -> Compared:
    before = side_in(compared.before, compared.base, before_in(world))
    after = side_in(compared.after, compared.head, world)
    action = compared.action
    if compared.before and not before:
        action = Action.ADD
    elif compared.after and not after:
        action = Action.REMOVE
    return replace(compared, before=before, after=after, action=action)


def side_in(resource: Resource | None, stack: Stack, world: World) -> Resource | None:
    """Return a resource as it is in a world, None where it is not there."""
    if resource is None or not world.get(str(resource.attributes.get("Condition", "")), True):
        return None
    declared = stack.template.sections.get("Parameters", {}).items()
    parameters = {name: one["Default"] for name, one in declared if _is_number(one)}
    if not world and not parameters:
        return resource
    properties = {name: _value(value, world, parameters) for name, value in resource.properties.items()}
    attributes = {name: _value(value, world, parameters) for name, value in resource.attributes.items()}
    return replace(resource, properties=_there(properties), attributes=_there(attributes))


def _value(value: Value, world: World, parameters: Mapping[str, Value]) -> Value:
    if isinstance(value, list):
        settled = [_value(one, world, parameters) for one in value]
        return [one for one in settled if one != NO_VALUE]
    if not isinstance(value, Mapping):
        return value
    match value:
        case {"Fn::If": [str(name), yes, no]} if name in world:
            return _value(yes if world[name] else no, world, parameters)
        case {"Ref": str(name)}:
            return parameters.get(name, value)
    return _there({name: _value(below, world, parameters) for name, below in value.items()})


def _is_number(parameter: Value) -> bool:
    return isinstance(parameter, Mapping) and parameter.get("Type") == "Number" and "Default" in parameter


def _there(mapping: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in mapping.items() if value != NO_VALUE}


def _differs(compared: Compared) -> bool:
    # What differs only in what it refers to, or in the stack that it is in, has the same values on both sides.
    return (
        compared.action is Action.RENAME
        or compared.before != compared.after
        or any(change.because for change in compared.properties)
    )


def where(worlds: Sequence[World], seen: Sequence[World]) -> str:
    """Return in which of the worlds that were looked at something holds, "" if in all."""
    if len(worlds) == len(seen):
        return ""
    for name in worlds[0]:
        for outcome, says in ((True, "holds"), (False, "does not hold")):
            if [world for world in seen if world[name] is outcome] == worlds:
                return f" (where {name} {says})"
    return " (under some of its conditions)"
