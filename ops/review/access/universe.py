"""All requests that some statements tell apart: by action, resource, principal and each condition key."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from ops.review.access.boxes import Box
from ops.review.access.conditions import dimension
from ops.review.access.dimensions import ActionDimension, principal_dimension, resource_dimension
from ops.review.access.predicates import Dimension, KeyDimension
from ops.review.access.statements import Statement

Key = TypeVar("Key", bound=Hashable)


class Universe:
    """All requests, as some statements tell them apart; Undecided if they are too many."""

    def __init__(self, statements: Iterable[Statement], known: ActionDimension) -> None:
        told = list(statements)
        self.actions = known
        self.resources = resource_dimension(one for each in told for one in each.resources or ())
        self.principals = principal_dimension(one for each in told for one in each.principals or ())
        conditions = {one for each in told for one in each.conditions}
        self.keys = tuple(sorted({one.key for one in conditions}))
        self.dimensions: tuple[Dimension, ...] = (
            self.actions,
            self.resources,
            self.principals,
            *(dimension(one for one in conditions if one.key == key) for key in self.keys),
        )

    def key(self, at: int) -> KeyDimension:
        """Return the dimension of a condition key by its place among all dimensions."""
        found = self.dimensions[at]
        assert isinstance(found, KeyDimension)  # noqa: S101 - those behind the first three are
        return found

    def box(self, statement: Statement) -> Box | None:
        """Return the requests that a statement is about, None if there are none."""
        box = [
            _union(self.actions.full, self.actions.members, statement.actions, statement.but_actions),
            _union(self.resources.full, self.resources.members, statement.resources, statement.but_resources),
            _union(self.principals.full, self.principals.members, statement.principals, statement.but_principals),
        ]
        for at, key in enumerate(self.keys, start=len(box)):
            bits = self.dimensions[at].full
            for one in statement.conditions:
                if one.key == key:
                    bits &= self.key(at).members[one]
            box.append(bits)
        return tuple(box) if all(box) else None


def _union(full: int, members: Mapping[Key, int], named: frozenset[Key] | None, others: bool) -> int:
    if named is None:
        return full
    bits = 0
    for one in named:
        bits |= members[one]
    return full & ~bits if others else bits
