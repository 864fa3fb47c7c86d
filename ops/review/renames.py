"""Resources that have another logical id, or are in another stack, than before: the same to people alone.

CloudFormation makes a new one and removes the old, whatever a construct was renamed for.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ops.assembly.model import Resource, Stack, Value
from ops.review.replacement import SECTIONS
from ops.review.sameness import function_of, text_of

_HASH = re.compile(r"[0-9A-F]{8}$")  # what the CDK ends logical ids with
_SAME_PATH, _SAME_PROPERTIES, _SAME_TAIL = 4, 2, 1
_ENOUGH = 2
_NOT_RENAMED = set(SECTIONS.values())  # parts of a template are not made anew


@dataclass(frozen=True)
class Place:
    """A resource that is on one side alone, and its stack."""

    stack: Stack
    resource: Resource

    @cached_property
    def fingerprint(self) -> str:
        """Its properties, whatever they refer to: the same for one that moved together with its neighbours."""
        return text_of(_without_references(self.resource.properties))

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """Names in its construct's path that say something."""
        return tuple(step for step in self.resource.path.split("/") if step not in ("", "Resource", "Default"))

    @property
    def tail(self) -> str:
        """What it is called where it is used."""
        return self.steps[-1] if self.steps else _HASH.sub("", self.resource.logical_id)


def renamed(removed: Sequence[Place], added: Sequence[Place]) -> tuple[tuple[Place, Place], ...]:
    """Return which of the removed resources are which of the added ones, in the same environment.

    They are, if they have the type in common and the construct's path, or all properties; of several the one whose
    path has most in common, and none if nothing tells them apart but their order.
    """
    by_type: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in removed:
        if place.resource.type not in _NOT_RENAMED and place.resource.logical_id != place.stack.name:
            by_type[place.stack.environment, place.resource.type].append(place)
    scored = [
        (-_score(old, new), -_in_common(old, new), _key(new), _key(old), old, new)
        for new in added
        for old in by_type.get((new.stack.environment, new.resource.type), ())
    ]
    taken: set[tuple[int, tuple[str, str]]] = set()
    found = []
    for score, _, after, before, old, new in sorted(scored, key=lambda item: item[:4]):
        if -score < _ENOUGH or (0, before) in taken or (1, after) in taken:
            continue
        taken |= {(0, before), (1, after)}
        found.append((old, new))
    return tuple(found)


def _score(old: Place, new: Place) -> int:
    score = _SAME_TAIL * (old.tail == new.tail)
    if old.resource.path and old.resource.path == new.resource.path:
        score += _SAME_PATH
    if old.resource.properties and old.fingerprint == new.fingerprint:
        score += _SAME_PROPERTIES
    return score


def _in_common(old: Place, new: Place) -> int:
    """Return how many names the paths have in common, counted from their ends, and whether the stack is the same."""
    count = 0
    for one, other in zip(reversed(old.steps), reversed(new.steps), strict=False):
        if one != other:
            break
        count += 1
    return 2 * count + (old.stack.name == new.stack.name)


def _key(place: Place) -> tuple[str, str]:
    return place.stack.environment + "/" + place.stack.name, place.resource.logical_id


def _without_references(value: Value) -> Value:
    if function_of(value) in ("Ref", "Fn::GetAtt", "Fn::ImportValue"):
        return "*"
    if isinstance(value, dict):
        return {key: _without_references(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_references(item) for item in value]
    return value
