"""The ground that ways of arrows are on: what is in the way, what is taken, and what it costs to pass."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ops.diagram.geometry import GRID, Rect

Point = tuple[int, int]  # of the grid
STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))  # right, down, left, up
_LEVEL, _UPRIGHT = 1, 2  # how a line runs through a point; 3: both
# What a turn costs, in steps; what a step costs more across a line, along it, beside it, along a wall, along a box.
_BEND, _ACROSS, _ALONG, _BESIDE, _WALL, _EDGE = 6.0, 3.0, 80.0, 0.7, 8.0, 0.6
_OFF_CENTRE, _NEAR = 4.0, 4.0  # at the end of a box's side, next to another arrow's end


class Ground:
    """Knows every point of the grid.

    Args:
        width, height: of the picture, pixels.
        boxes: no way goes through them.
        texts: nor through these.
        walls: ways cross them, but do not run along.
    """

    def __init__(
        self, width: float, height: float, boxes: Iterable[Rect], texts: Iterable[Rect], walls: Iterable[Rect]
    ) -> None:
        self._size = int(width // GRID), int(height // GRID)
        self._blocked: set[Point] = set()
        self._edge: set[Point] = set()
        self._ends: set[Point] = set()
        self._taken: dict[Point, int] = {}
        self._walls: dict[Point, int] = {}
        for rect in boxes:
            self._blocked.update(_points(rect, 0))
            self._edge.update(_points(rect, GRID))
        for rect in texts:
            self._blocked.update(_points(rect, 1))
        for rect in walls:
            for along in (_LEVEL, _UPRIGHT):
                for point in _near_sides(rect, along):
                    self._walls[point] = self._walls.get(point, 0) | along

    def free(self, point: Point) -> bool:
        """Tell whether a way may be at a point."""
        inside = 0 < point[0] < self._size[0] and 0 < point[1] < self._size[1]
        return inside and point not in self._blocked

    def bend(self, point: Point) -> float:
        """Return what it costs to turn at a point."""
        return _BEND + _ALONG * (point in self._taken)

    def cost(self, point: Point, direction: int) -> float:
        """Return what a step to a point costs."""
        taken = self._taken.get(point, 0)
        along, across = (_LEVEL, _UPRIGHT) if direction % 2 == 0 else (_UPRIGHT, _LEVEL)
        dx, dy = STEPS[(direction + 1) % 4]
        beside = ((point[0] + dx, point[1] + dy), (point[0] - dx, point[1] - dy))
        return (
            1.0
            + _WALL * bool(self._walls.get(point, 0) & along)
            + _ALONG * bool(taken & along)
            + _ACROSS * bool(taken & across)
            + _EDGE * (point in self._edge)
            + _BESIDE * sum(bool(self._taken.get(one, 0) & along) for one in beside)
        )

    def ends(self, rect: Rect) -> Iterator[tuple[Point, int, float]]:
        """Yield points of a box's sides where an arrow may end, the direction out, and what it costs to be there."""
        left, top = round(rect.x / GRID), round(rect.y / GRID)
        right, bottom = round(rect.right / GRID), round(rect.bottom / GRID)
        along_x, along_y = range(left + 1, right), range(top + 1, bottom)
        sides = (
            [(right, y) for y in along_y],
            [(x, bottom) for x in along_x],
            [(left, y) for y in along_y],
            [(x, top) for x in along_x],
        )
        for direction, points in enumerate(sides):
            for number, point in enumerate(points):
                if point not in self._ends:
                    off = abs(number / max(len(points) - 1, 1) - 0.5)
                    near = sum((point[0] + dx, point[1] + dy) in self._ends for dx, dy in STEPS)
                    yield point, direction, off * _OFF_CENTRE + near * _NEAR

    def take(self, path: Sequence[Point]) -> None:
        """Give a way to an arrow: to all later ones it is taken."""
        self._ends.update((path[0], path[-1]))
        for one, other in pairwise(path):
            along = _LEVEL if one[1] == other[1] else _UPRIGHT
            for point in (one, other):
                self._taken[point] = self._taken.get(point, 0) | along


def _points(rect: Rect, margin: float) -> Iterator[Point]:
    """Yield the points of the grid in a rectangle and as far around it, its sides included."""
    for x in range(int(-(-(rect.x - margin) // GRID)), int((rect.right + margin) // GRID) + 1):
        for y in range(int(-(-(rect.y - margin) // GRID)), int((rect.bottom + margin) // GRID) + 1):
            yield x, y


def _near_sides(rect: Rect, along: int) -> Iterator[Point]:
    """Yield the points on, or half a step from, the level or the upright sides of a rectangle."""
    left, right, top, bottom = (value / GRID for value in (rect.x, rect.right, rect.y, rect.bottom))
    half = 0.5
    for x in range(int(left), int(right) + 2):
        for y in range(int(top), int(bottom) + 2):
            level, upright = min(abs(y - top), abs(y - bottom)), min(abs(x - left), abs(x - right))
            if (level if along == _LEVEL else upright) <= half:
                yield x, y
