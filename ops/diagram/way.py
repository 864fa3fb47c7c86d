"""An arrow on its way: line, heads, words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ops.diagram.geometry import Rect, Text
from ops.diagram.model import Arrow

Corner = tuple[float, float]
_HEAD, _ROUND = 7, 5  # length of an arrow's head, radius of a bend
_HALF = 1.5  # of the room that a line takes, pixels


@dataclass(frozen=True)
class Way:
    """An arrow with its way.

    Attributes:
        corners: of the way, pixels.
        word: what it says, None if it says nothing or there is no room.
    """

    arrow: Arrow
    corners: tuple[Corner, ...]
    word: Text | None

    @property
    def path(self) -> str:
        """Its line, ends cut off where heads are, as SVG has it."""
        points = [(float(x), float(y)) for x, y in self.corners]
        points[-1] = _shortened(points[-1], points[-2], _HEAD - 1)
        if self.arrow.both:
            points[0] = _shortened(points[0], points[1], _HEAD - 1)
        parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
        for before, at, after in zip(points, points[1:], points[2:], strict=False):
            radius = min(_ROUND, length(before, at) / 2, length(at, after) / 2)
            begin, end = _shortened(at, before, radius), _shortened(at, after, radius)
            parts.append(f"L{begin[0]:g} {begin[1]:g}Q{at[0]:g} {at[1]:g} {end[0]:g} {end[1]:g}")
        return "".join([*parts, f"L{points[-1][0]:g} {points[-1][1]:g}"])

    @property
    def heads(self) -> list[str]:
        """Its heads, as SVG has polygons."""
        ends = [(self.corners[-1], self.corners[-2])]
        if self.arrow.both:
            ends.append((self.corners[0], self.corners[1]))
        return [_head(tip, back) for tip, back in ends]


def length(one: Corner, other: Corner) -> float:
    """Return how long a level or upright line is."""
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _shortened(end: Corner, towards: Corner, by: float) -> Corner:
    share = by / (length(end, towards) or 1.0)
    return end[0] + (towards[0] - end[0]) * share, end[1] + (towards[1] - end[1]) * share


def _head(tip: Corner, back: Corner) -> str:
    base = _shortened(tip, back, _HEAD)
    dx, dy = (tip[1] - base[1]) / _HEAD * 3.5, (tip[0] - base[0]) / _HEAD * 3.5
    points = (tip, (base[0] + dx, base[1] + dy), (base[0] - dx, base[1] - dy))
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def room(corners: Sequence[Corner]) -> Iterator[Rect]:
    """Yield the room that the parts of a line take."""
    for (x1, y1), (x2, y2) in pairwise(corners):
        yield Rect(min(x1, x2) - _HALF, min(y1, y2) - _HALF, abs(x1 - x2) + 2 * _HALF, abs(y1 - y2) + 2 * _HALF)
