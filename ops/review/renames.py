"""Resources that have another logical id, or are in another stack, than before: the same to people alone.

CloudFormation makes a new one and removes the old, whatever a construct was renamed for.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from ops.assembly.model import Resource, Stack, Value
from ops.review.replacement import SECTIONS
from ops.review.sameness import function_of, text_of

_HASH = re.compile(r"[0-9A-F]{8}$")  # what the CDK ends logical ids with
_SAME_PATH, _SAME_PROPERTIES, _SAME_TAIL = 4, 2, 1
_MOST = 2_500  # pairs of resources alike that are held against each other
_PARTS = set(SECTIONS.values())


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
    path has most in common.
    """
    scored = sorted(
        (
            (-_score(old, new), -_in_common(old, new), _key(new), _key(old), old, new)
            for old, new in _alike(removed, added)
        ),
        key=lambda item: item[:4],
    )
    taken: set[tuple[int, tuple[str, str]]] = set()
    found = []
    for _, _, after, before, old, new in scored:
        if (0, before) not in taken and (1, after) not in taken:
            taken |= {(0, before), (1, after)}
            found.append((old, new))
    return tuple(found)


def _alike(removed: Sequence[Place], added: Sequence[Place]) -> Iterator[tuple[Place, Place]]:
    """Yield those that may be the same: by path, and by properties."""
    for trait in (_by_path, _by_properties):
        groups: dict[tuple[str, ...], tuple[list[Place], list[Place]]] = defaultdict(lambda: ([], []))
        for side, places in enumerate((removed, added)):
            for place in places:
                if key := trait(place):
                    groups[place.stack.environment, place.resource.type, key][side].append(place)
        for old, new in groups.values():
            if len(old) * len(new) <= _MOST:
                yield from product(old, new)
            else:  # hundreds that are all the same: in the order of their paths
                yield from zip(sorted(old, key=_from_the_end), sorted(new, key=_from_the_end), strict=False)


def _by_path(place: Place) -> str:
    return place.resource.path if _may_move(place) else ""


def _by_properties(place: Place) -> str:
    return place.fingerprint if _may_move(place) and place.resource.properties else ""


def _may_move(place: Place) -> bool:
    """Tell whether it is a resource: parts of a template, and the stack itself, are not made anew."""
    return place.resource.type not in _PARTS and place.resource.logical_id != place.stack.name


def _from_the_end(place: Place) -> tuple[tuple[str, ...], tuple[str, str]]:
    return tuple(reversed(place.steps)), _key(place)


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
