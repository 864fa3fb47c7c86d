"""What statements allow and refuse before and after a change, compared as sets of requests.

A request is refused, allowed, or neither. Where other policies may allow it too (those of roles, buckets, queues), it
counts when something is no longer refused, whatever allows it; a policy that alone decides (of trust, of a key, of an
endpoint) makes no difference between refused and not allowed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ops.review.access.boxes import Box, meet, merged, subtracted
from ops.review.access.dimensions import action_dimension
from ops.review.access.statements import Statement
from ops.review.access.universe import Universe


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
    told = _ordered(one for one in old | new if about(one) & touched)
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

    refused, allowed, granted = of(new, False), of(old, True), of(new, True)
    # What is refused as before, under conditions, need not be told again; it counts all the same.
    told = [boxes[one] for one in boxes if one in new and not one.allow and (one not in old or not one.conditions)]
    pieces = []
    for one in _ordered(one for one in (new - old) & boxes.keys() if one.allow):
        left = subtracted([boxes[one]], refused + allowed)
        pieces += _pieces(one, left, left and subtracted([boxes[one]], told + allowed), universe)
    for one in _ordered(one for one in (old - new) & boxes.keys() if not one.allow):
        left = subtracted([boxes[one]], refused)
        if alone:
            left = [both for box in left for other in granted if (both := meet(box, other))]
        pieces += _pieces(one, left, left if alone else subtracted([boxes[one]], told), universe)
    return pieces


def _ordered(statements: Iterable[Statement]) -> list[Statement]:
    """Return the same in an order that no run changes."""

    def order(one: Statement) -> tuple[object, ...]:
        principals = sorted(map(str, one.principals or ()))
        return one.allow, sorted(one.actions), sorted(one.resources or ()), principals, sorted(map(str, one.conditions))

    return sorted(statements, key=order)


def _pieces(statement: Statement, exact: list[Box], told: list[Box], universe: Universe) -> list[Piece]:
    """Return pieces as they are told; as they are exactly, if it is doubtful that there are any."""
    pieces = [Piece(statement, box, universe) for box in merged(exact)]
    certain = [piece.box for piece in pieces if piece.certain]
    shown = [box for box in merged(told) if any(meet(box, other) for other in certain)]
    return [Piece(statement, box, universe) for box in shown] + [piece for piece in pieces if not piece.certain]
