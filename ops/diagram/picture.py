"""The picture: everything placed, all arrows routed, their words where there is room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ops.diagram.geometry import Rect, Text
from ops.diagram.layout import Layout
from ops.diagram.model import Architecture, Arrow, Box
from ops.diagram.narrow import Narrow
from ops.diagram.routing import Router
from ops.diagram.text import width
from ops.diagram.wide import Wide

_HEAD, _ROUND = 7, 5  # length of an arrow's head, radius of a bend
_WORD = 10  # size of an arrow's words


@dataclass(frozen=True)
class Drawn:
    """An arrow with its way.

    Attributes:
        corners: of the way, pixels.
        word: what it says, None if it says nothing or there is no room.
    """

    arrow: Arrow
    corners: tuple[tuple[int, int], ...]
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
            radius = min(_ROUND, _length(before, at) / 2, _length(at, after) / 2)
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


def _length(one: tuple[float, float], other: tuple[float, float]) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _shortened(end: tuple[float, float], towards: tuple[float, float], by: float) -> tuple[float, float]:
    length = _length(end, towards) or 1.0
    return end[0] + (towards[0] - end[0]) / length * by, end[1] + (towards[1] - end[1]) / length * by


def _head(tip: tuple[int, int], back: tuple[int, int]) -> str:
    base = _shortened(tip, back, _HEAD)
    dx, dy = (tip[1] - base[1]) / _HEAD * 3.5, (tip[0] - base[0]) / _HEAD * 3.5
    points = (tip, (base[0] + dx, base[1] + dy), (base[0] - dx, base[1] - dy))
    return " ".join(f"{x:g},{y:g}" for x, y in points)


class Picture:
    """A picture of an architecture.

    Args:
        shown: the architecture.
        narrow: whether for a phone.
    """

    def __init__(self, shown: Architecture, narrow: bool = False) -> None:
        self.shown = shown
        self.layout: Layout = (Narrow(shown) if narrow else Wide(shown)).done()
        self.arrows = list(self._routed())

    @property
    def boxes(self) -> list[tuple[Box, Rect, list[Text]]]:
        """Boxes with their places and texts."""
        at = self.layout
        return [(box, at.boxes[box.key], at.inside[box.key]) for box in self.shown.boxes if box.key in at.boxes]

    @property
    def words(self) -> list[Text]:
        """What arrows say."""
        return [one.word for one in self.arrows if one.word]

    def _routed(self) -> Iterator[Drawn]:
        at = self.layout
        router = Router(at.width, at.height, at.boxes, [*at.words, *at.chips], at.walls)
        ways = {arrow: router.way(arrow.source, arrow.target) for arrow in sorted(self._known(), key=self._turn)}
        lines = [rect for way in ways.values() for rect in _lines(way)]
        sides = [rect for wall in at.walls for rect in _lines(_around(wall))]
        taken = [*at.words, *at.boxes.values(), *at.chips, *lines, *sides]
        for arrow, corners in ways.items():
            if len(corners) > 1:
                word = _word(arrow, corners, taken, at.width)
                taken += [word.rect] if word else []
                yield Drawn(arrow, tuple(corners), word)

    def _known(self) -> list[Arrow]:
        boxes = self.layout.boxes
        return [one for one in self.shown.arrows if one.source in boxes and one.target in boxes]

    def _turn(self, arrow: Arrow) -> tuple[bool, float, str, str]:
        """Order arrows: the loop first, then the short ones."""
        one, other = self.layout.boxes[arrow.source], self.layout.boxes[arrow.target]
        far = abs(one.x + one.w / 2 - other.x - other.w / 2) + abs(one.y + one.h / 2 - other.y - other.h / 2)
        return not arrow.main, far, arrow.source, arrow.target



def _word(arrow: Arrow, corners: Sequence[tuple[int, int]], taken: Sequence[Rect], wide: float) -> Text | None:
    """Return an arrow's word, where it is in nothing's way; None if it has none, or if there is no such place."""
    if not arrow.label:
        return None
    for x, y in _beside(corners, width(arrow.label, _WORD)):
        text = Text(x, y, arrow.label, _WORD, False, f"word {arrow.kind}")
        room = text.rect
        if room.x > 4 and room.right < wide - 4 and not any(room.meets(other) for other in taken):
            return text
    return None


def _lines(corners: Sequence[tuple[float, float]]) -> Iterator[Rect]:
    """Yield the room that the parts of a way take."""
    for (x1, y1), (x2, y2) in zip(corners, corners[1:], strict=False):
        yield Rect(min(x1, x2) - 1.5, min(y1, y2) - 1.5, abs(x1 - x2) + 3, abs(y1 - y2) + 3)


def _around(rect: Rect) -> list[tuple[float, float]]:
    """Return the corners of a rectangle, the first again at the end."""
    x, y = rect.x, rect.y
    return [(x, y), (rect.right, y), (rect.right, rect.bottom), (x, rect.bottom), (x, y)]


def _beside(corners: Sequence[tuple[int, int]], wide: float) -> Iterator[tuple[float, float]]:
    """Yield where words of a way could begin: along its parts, the longest first."""
    parts = sorted(
        zip(corners, corners[1:], strict=False), key=lambda part: -_length(part[0], part[1])
    )
    for (x1, y1), (x2, y2) in parts:
        if y1 == y2:
            for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9):
                middle = min(x1, x2) + abs(x1 - x2) * share - wide / 2
                yield middle, y1 - 4
                yield middle, y1 + _WORD + 2
        else:
            for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8):
                middle = min(y1, y2) + abs(y1 - y2) * share + _WORD / 2 - 1
                yield x1 + 4, middle
                yield x1 - wide - 4, middle
