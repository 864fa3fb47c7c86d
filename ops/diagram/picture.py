"""The picture: everything placed, all arrows routed, their words where there is room."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ops.diagram.geometry import Rect, Text
from ops.diagram.layout import Layout
from ops.diagram.model import Architecture, Arrow, Box, Kind
from ops.diagram.narrow import Narrow
from ops.diagram.routing import Router
from ops.diagram.text import width
from ops.diagram.way import Corner, Way, length, room
from ops.diagram.wide import Wide

_WORD, _GAP = 10, 4  # size of an arrow's words; their distance from lines and from the picture's sides
_APART = 5  # distance from the lines of other arrows
_SHARES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)  # of a line, where words could be
_ORDER = {Kind.DATA: 0, Kind.CALL: 1, Kind.EVENT: 2}


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
        return [(box, at.boxes[box.key], at.inside[box.key]) for box in self.shown.boxes]

    @property
    def words(self) -> list[Text]:
        """What arrows say."""
        return [one.word for one in self.arrows if one.word]

    def _routed(self) -> Iterator[Way]:
        at = self.layout
        router = Router(at.width, at.height, at.boxes, [*at.words, *at.chips], at.walls)
        ways = {arrow: router.way(arrow.source, arrow.target) for arrow in sorted(self.shown.arrows, key=self._turn)}
        lines = {arrow: list(room(way)) for arrow, way in ways.items()}
        sides = [rect for wall in at.walls for rect in room(wall.corners)]
        taken = [*at.words, *at.boxes.values(), *at.chips, *sides]
        for arrow, corners in ways.items():
            if corners:
                others = [rect for one, rects in lines.items() if one != arrow for rect in rects]
                word = _word(arrow, corners, [*taken, *lines[arrow]], others, at.width)
                taken += [word.rect] if word else []
                yield Way(arrow, tuple(corners), word)

    def _turn(self, arrow: Arrow) -> tuple[int, float, str, str]:
        """Order arrows: data and then events, the short ones first; calls between them, those from above first."""
        one, other = self.layout.boxes[arrow.source], self.layout.boxes[arrow.target]
        then = one.y if arrow.kind is Kind.CALL else length(one.middle, other.middle)
        return _ORDER[arrow.kind], then, arrow.source, arrow.target


def _word(
    arrow: Arrow, corners: Sequence[Corner], taken: Sequence[Rect], others: Sequence[Rect], wide: float
) -> Text | None:
    """Return an arrow's word, where it is in nothing's way; None if it has none, or if there is no such place.

    It keeps its distance from the lines of others where it can, so that it does not look like theirs.
    """
    style = "word main" if arrow.main else f"word {arrow.kind}"
    places = list(_beside(corners, width(arrow.label, _WORD))) if arrow.label else []
    for distance in (_APART, 0):
        for x, y in places:
            text = Text(x, y, arrow.label, _WORD, False, style)
            inside = text.rect.x > _GAP and text.rect.right < wide - _GAP
            near = any(text.rect.wider(distance).meets(other) for other in others)
            if inside and not near and not any(text.rect.meets(other) for other in taken):
                return text
    return None


def _beside(corners: Sequence[Corner], wide: float) -> Iterator[Corner]:
    """Yield where words of a way could begin: along its parts, the longest first."""
    for (x1, y1), (x2, y2) in sorted(pairwise(corners), key=lambda part: -length(*part)):
        for share in _SHARES:
            x, y = x1 + (x2 - x1) * share, y1 + (y2 - y1) * share
            if y1 == y2:
                yield x - wide / 2, y - _GAP
                yield x - wide / 2, y + _WORD + 2
            else:
                yield x + _GAP, y + _WORD / 2 - 1
                yield x - wide - _GAP, y + _WORD / 2 - 1
