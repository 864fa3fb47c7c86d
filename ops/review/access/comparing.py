"""What statements allow and refuse before and after a change, compared as sets of requests.

A request is refused, allowed, or neither. Where other policies may allow it too (those of roles, buckets, queues), it
counts when something is no longer refused, whatever allows it; a policy that alone decides (of trust, of a key, of an
endpoint) makes no difference between refused and not allowed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ops.review.access.boxes import Box, meet, merged, subtracted
from ops.review.access.statements import Statement
from ops.review.access.universe import Universe, action_dimension


@dataclass(frozen=True)
class Piece:
    """Requests that one statement gives or takes.

    Attributes:
        statement: that allows or refuses them, on the side that has it.
        universe: that says what the bits of the box are.
    """

    statement: Statement
    box: Box
    universe: Universe

    @property
    def certain(self) -> bool:
        """Whether such requests exist for sure."""
        return not self.doubts

    @property
    def doubts(self) -> tuple[str, ...]:
        """Reasons why there may be no such requests."""
        pairs = zip(self.box, self.universe.dimensions, strict=True)
        return tuple(dimension.why for bits, dimension in pairs if not bits & ~dimension.doubtful)


@dataclass(frozen=True)
class Verdict:
    """What came and what went.

    Attributes:
        maybe_widened, maybe_narrowed: what may have come or gone: nobody can tell from the template.
    """

    widened: tuple[Piece, ...] = ()
    narrowed: tuple[Piece, ...] = ()
    maybe_widened: tuple[Piece, ...] = ()
    maybe_narrowed: tuple[Piece, ...] = ()


UNCHANGED = Verdict()


def compare(before: Iterable[Statement], after: Iterable[Statement], *, alone: bool = False) -> Verdict:
    """Return what statements allow and refuse after a change that they did not before.

    Args:
        alone: whether nothing but these statements can allow a request.

    Raises:
        Undecided: they are too many, or overlap in too many ways.
    """
    old, new = frozenset(before), frozenset(after)
    if old == new:
        return UNCHANGED
    known = action_dimension(action for one in old | new for action in one.actions)

    def about(one: Statement) -> int:
        bits = 0
        for action in one.actions:
            bits |= known.members[action]
        return known.full & ~bits if one.but_actions else bits

    touched = 0
    for one in old ^ new:
        touched |= about(one)
    told = [one for one in old | new if about(one) & touched]
    universe = Universe(told, known)
    boxes = {one: box for one in told if (box := universe.box(one)) is not None}
    widened = _gained(old, new, boxes, universe, alone)
    narrowed = _gained(new, old, boxes, universe, alone)
    return Verdict(
        tuple(piece for piece in widened if piece.certain),
        tuple(piece for piece in narrowed if piece.certain),
        tuple(piece for piece in widened if not piece.certain),
        tuple(piece for piece in narrowed if not piece.certain),
    )


def _gained(
    old: frozenset[Statement], new: frozenset[Statement], boxes: dict[Statement, Box], universe: Universe, alone: bool
) -> list[Piece]:
    def of(statements: Iterable[Statement], allow: bool) -> list[Box]:
        return [boxes[one] for one in boxes if one in statements and one.allow == allow]

    refused, allowed = of(new, False), of(old, True)
    pieces = []
    for one in _ordered((new - old) & boxes.keys(), allow=True):
        pieces += _pieces(one, subtracted([boxes[one]], refused + allowed), universe)
    granted = of(new, True)
    for one in _ordered((old - new) & boxes.keys(), allow=False):
        left = subtracted([boxes[one]], refused)
        if alone:
            left = [both for box in left for other in granted if (both := meet(box, other))]
        pieces += _pieces(one, left, universe)
    return pieces


def _ordered(statements: Iterable[Statement], allow: bool) -> Sequence[Statement]:
    """Return the same in an order that no run changes."""
    chosen = [one for one in statements if one.allow == allow]
    return sorted(
        chosen, key=lambda one: (sorted(one.actions), sorted(one.resources or ()), sorted(map(str, one.conditions)))
    )


def _pieces(statement: Statement, boxes: list[Box], universe: Universe) -> list[Piece]:
    return [Piece(statement, box, universe) for box in merged(boxes)]
