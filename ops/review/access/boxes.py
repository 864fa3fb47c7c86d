"""Sets of requests as boxes: in each dimension the bits that belong to it. A box is never empty."""

from collections.abc import Iterable, Sequence

from ops.review.access.tokens import Undecided

Box = tuple[int, ...]
_MOST = 3_000


def meet(one: Box, other: Box) -> Box | None:
    """Return what two boxes share, None if nothing."""
    both = tuple(left & right for left, right in zip(one, other, strict=True))
    return both if all(both) else None


def without(box: Box, other: Box) -> list[Box]:
    """Return a box without another one, as boxes that share nothing."""
    if meet(box, other) is None:
        return [box]
    pieces = []
    rest = list(box)
    for at, bits in enumerate(other):
        if outside := rest[at] & ~bits:
            pieces.append((*rest[:at], outside, *rest[at + 1 :]))
            rest[at] &= bits
    return pieces


def subtracted(boxes: Iterable[Box], others: Sequence[Box]) -> list[Box]:
    """Return boxes without all others; Undecided if they fall into too many pieces."""
    left = list(boxes)
    for other in others:
        left = [piece for box in left for piece in without(box, other)]
        if len(left) > _MOST:
            raise Undecided("its statements overlap in too many ways")
    return left


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Return the same with boxes as one that differ in one dimension only, first the last dimensions."""
    left = list(dict.fromkeys(boxes))
    for at in reversed(range(len(left[0]))) if left else ():
        by_rest: dict[Box, int] = {}
        for box in left:
            rest = (*box[:at], 0, *box[at + 1 :])
            by_rest[rest] = by_rest.get(rest, 0) | box[at]
        left = [(*rest[:at], bits, *rest[at + 1 :]) for rest, bits in by_rest.items()]
    return left
