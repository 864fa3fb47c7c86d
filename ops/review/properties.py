"""What differs between two states of a resource: each value that does, with the path that leads to it."""

from collections.abc import Iterator
from typing import Any

from ops.assembly.model import Resource, Value
from ops.review.model import PropertyChange
from ops.review.replacement import updates
from ops.review.sameness import canonical, function_of, is_policy, present, same, tags_of

Path = tuple[str, ...]
Difference = tuple[Path, Value, Value]
_IF = "Fn::If"


def differences(before: Resource, after: Resource) -> tuple[PropertyChange, ...]:
    """Return what differs, in the order of the paths; nothing if the two are the same to CloudFormation.

    A path leads into lists by their indices (after the change; for what is removed before it), into tags by their keys,
    and into `Fn::If` by its name and the index of the branch.
    """
    found: list[Difference] = []
    if before.type != after.type:
        found.append((("Type",), before.type, after.type))
    if before.properties is not after.properties:
        found += walk(("Properties",), before.properties, after.properties)
    for name in sorted({*before.attributes, *after.attributes}):
        one, other = before.attributes.get(name), after.attributes.get(name)
        if name == "DependsOn":
            one, other = _names(one), _names(other)
        found += walk((name,), one, other)
    return tuple(
        PropertyChange(".".join(path), old, new, updates(after.type, path, old, new))
        for path, old, new in sorted(found, key=lambda item: item[0])
    )


def walk(path: Path, before: Value, after: Value) -> Iterator[Difference]:
    """Yield what differs below a path."""
    before, after = present(before), present(after)
    if same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _mappings(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(path, before, after)
    else:
        yield path, before, after


def _mappings(path: Path, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    functions = function_of(before), function_of(after)
    if functions == (_IF, _IF):
        yield from _branches((*path, _IF), before[_IF], after[_IF])
        return
    if any(functions):
        yield path, before, after
        return
    for key in sorted({*before, *after}):
        one, other = before.get(key), after.get(key)
        if key == "Statement" and is_policy(before) and is_policy(after):
            yield from _unordered((*path, key), _listed(one), _listed(other))
        else:
            yield from walk((*path, key), one, other)


def _branches(path: Path, before: Value, after: Value) -> Iterator[Difference]:
    alike = isinstance(before, list) and isinstance(after, list) and len(before) == len(after) == 3  # noqa: PLR2004 - condition and two branches
    if alike and before[0] == after[0]:
        yield from walk((*path, "1"), before[1], after[1])
        yield from walk((*path, "2"), before[2], after[2])
    else:
        yield path[:-1], {_IF: before}, {_IF: after}


def _lists(path: Path, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    old, new = tags_of(before), tags_of(after)
    if (old or new) and (old or not before) and (new or not after):
        yield from _mappings(path, old, new)
        return
    start = 0
    while start < min(len(before), len(after)) and same(before[start], after[start]):
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and same(before[-1 - end], after[-1 - end]):
        end += 1
    yield from _paired(
        path, list(enumerate(before))[start : len(before) - end], list(enumerate(after))[start : len(after) - end]
    )


def _unordered(path: Path, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    old, new = [canonical(item) for item in before], [canonical(item) for item in after]
    yield from _paired(
        path,
        [(index, item) for index, item in enumerate(before) if old[index] not in new],
        [(index, item) for index, item in enumerate(after) if new[index] not in old],
    )


def _paired(path: Path, before: list[tuple[int, Any]], after: list[tuple[int, Any]]) -> Iterator[Difference]:
    for (_, one), (index, other) in zip(before, after, strict=False):
        yield from walk((*path, str(index)), one, other)
    for index, one in before[len(after) :]:
        yield (*path, str(index)), one, None
    for index, other in after[len(before) :]:
        yield (*path, str(index)), None, other


def _listed(value: Value) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _names(value: Value) -> Value:
    return sorted(map(str, _listed(value))) if value else None
