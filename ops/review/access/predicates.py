"""Conditions as statements have them, and what requests are told apart by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ops.review.access.tokens import Tokens, written


@dataclass(frozen=True)
class Predicate:
    """A condition.

    Attributes:
        key: in lower case.
        operator: without `ForAnyValue:`, `ForAllValues:` and `IfExists`.
        values: alternatives; of operators with wildcards, patterns.
        every: `ForAnyValue`, `ForAllValues` or "".
        shown: the key as the template writes it.
    """

    key: str
    operator: str
    values: frozenset[Tokens]
    every: str = ""
    if_exists: bool = False
    shown: str = field(default="", compare=False)

    @property
    def negated(self) -> bool:
        """Whether it asks that a value be none of the values."""
        return "Not" in self.operator

    @property
    def texts(self) -> list[str]:
        """Return its values as people read them."""
        return sorted(written(value) for value in self.values)


@dataclass(frozen=True)
class Dimension:
    """What of requests policies tell apart in one respect, as bits.

    Attributes:
        full: all bits.
        doubtful: those that exist only if something unknown equals something else, or that nobody can tell.
        why: what makes them doubtful.
    """

    full: int
    doubtful: int = 0
    why: str = ""


@dataclass(frozen=True)
class KeyDimension(Dimension):
    """The values of a condition key.

    Attributes:
        members: of each condition, the bits that satisfy it.
        absent: the bit of requests that do not have the key; 0 if that cannot be told.
    """

    members: Mapping[Predicate, int] = field(default_factory=dict)
    absent: int = 0
