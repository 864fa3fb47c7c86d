"""Ways for arrows: along a grid, around boxes and texts, with few bends, and never two in one another's track.

Each way is found by A* over points of the grid and directions; what others have taken is dear to run along and cheap to
cross. Arrows are routed one after the other, so their order decides, and equal input gives equal ways.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence

from ops.diagram.geometry import GRID, Rect

Point = tuple[int, int]  # of the grid
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))  # right, down, left, up
_BEND, _CROSS, _SHARE, _BESIDE, _EDGE, _OFF_CENTRE, _NEAR_PORT, _WALL = 6.0, 3.0, 80.0, 0.7, 0.6, 4.0, 4.0, 8.0


class Router:
    """Finds ways between boxes.

    Args:
        width, height: of the picture, pixels.
        boxes: by key; ways end at their sides and never cross them.
        texts: that no way crosses.
        walls: that ways cross, but do not run along.
    """

    def __init__(
        self, width: float, height: float, boxes: dict[str, Rect], texts: Iterable[Rect], walls: Iterable[Rect]
    ) -> None:
        self._size = int(width // GRID), int(height // GRID)
        self._boxes = boxes
        self._blocked: set[Point] = set()
        self._edge: set[Point] = set()
        self._taken: dict[Point, int] = {}  # 1: from side to side, 2: up and down, 3: both
        self._ports: set[Point] = set()
        for rect in boxes.values():
            self._blocked.update(_points(rect, 0))
            self._edge.update(_points(rect, GRID))
        for rect in texts:
            self._blocked.update(_points(rect, 1))
        self._walls: dict[Point, int] = {}  # as what is taken
        for wall in walls:
            for along, side in ((1, True), (2, False)):
                for point in _sides(wall, side):
                    self._walls[point] = self._walls.get(point, 0) | along

    def way(self, source: str, target: str) -> list[tuple[int, int]]:
        """Return the corners of a way from the side of a box to that of another, pixels; none if there is no way."""
        starts = {point: (out, cost) for point, out, cost in self._sides(self._boxes[source])}
        ends = {point: (out, cost) for point, out, cost in self._sides(self._boxes[target])}
        found = self._search(starts, ends)
        if not found:
            return []
        self._take(found)
        return [(x * GRID, y * GRID) for x, y in _corners(found)]

    def _sides(self, rect: Rect) -> Iterator[tuple[Point, int, float]]:
        """Yield points of a box's sides, the direction out, and what it costs to be there."""
        left, top = round(rect.x / GRID), round(rect.y / GRID)
        right, bottom = round(rect.right / GRID), round(rect.bottom / GRID)
        along_x, along_y = range(left + 1, right), range(top + 1, bottom)
        for out, points in (
            (0, [(right, y) for y in along_y]),
            (1, [(x, bottom) for x in along_x]),
            (2, [(left, y) for y in along_y]),
            (3, [(x, top) for x in along_x]),
        ):
            for number, point in enumerate(points):
                if point in self._ports:
                    continue
                beside = sum(
                    (point[0] + dx, point[1] + dy) in self._ports for dx, dy in _STEPS
                )
                yield point, out, abs(number / max(len(points) - 1, 1) - 0.5) * _OFF_CENTRE + beside * _NEAR_PORT

    def _search(
        self, starts: dict[Point, tuple[int, float]], ends: dict[Point, tuple[int, float]]
    ) -> list[Point]:
        goals = {}  # point before the side -> direction in, cost, point of the side
        for point, (out, cost) in ends.items():
            before = point[0] + _STEPS[out][0], point[1] + _STEPS[out][1]
            goals[before, (out + 2) % 4] = (cost, point)
        box = _around(ends)
        queue: list[tuple[float, float, Point, int]] = []
        best: dict[tuple[Point, int], float] = {}
        came: dict[tuple[Point, int], tuple[Point, int] | None] = {}
        for point, (out, cost) in starts.items():
            first = point[0] + _STEPS[out][0], point[1] + _STEPS[out][1]
            self._push(queue, best, came, (first, out), cost + self._cost(first, out), None, box)
        finish: tuple[float, tuple[Point, int]] | None = None
        while queue:
            estimate, cost, point, way = heapq.heappop(queue)
            if finish and estimate >= finish[0]:
                break
            if cost > best[point, way]:
                continue
            if (point, way) in goals and (finish is None or cost + goals[point, way][0] < finish[0]):
                finish = cost + goals[point, way][0], (point, way)
            for turn in (0, 1, 3):
                new = (way + turn) % 4
                to = point[0] + _STEPS[new][0], point[1] + _STEPS[new][1]
                if to in self._blocked or not (0 < to[0] < self._size[0] and 0 < to[1] < self._size[1]):
                    continue
                bend = 0.0 if turn == 0 else _BEND + (_SHARE if point in self._taken else 0.0)
                self._push(queue, best, came, (to, new), cost + bend + self._cost(to, new), (point, way), box)
        if finish is None:
            return []
        path = [goals[finish[1]][1]]
        at: tuple[Point, int] | None = finish[1]
        while at:
            path.append(at[0])
            first_way = at
            at = came[at]
        out = _STEPS[first_way[1]]
        path.append((path[-1][0] - out[0], path[-1][1] - out[1]))
        return path[::-1]

    def _push(
        self,
        queue: list[tuple[float, float, Point, int]],
        best: dict[tuple[Point, int], float],
        came: dict[tuple[Point, int], tuple[Point, int] | None],
        state: tuple[Point, int],
        cost: float,
        before: tuple[Point, int] | None,
        box: tuple[int, int, int, int],
    ) -> None:
        point, way = state
        if point in self._blocked or cost >= best.get(state, float("inf")):
            return
        best[state] = cost
        came[state] = before
        away = max(box[0] - point[0], 0, point[0] - box[2]) + max(box[1] - point[1], 0, point[1] - box[3])
        heapq.heappush(queue, (cost + max(away - 1, 0), cost, point, way))

    def _cost(self, point: Point, way: int) -> float:
        taken = self._taken.get(point, 0)
        along, across = (1, 2) if way % 2 == 0 else (2, 1)
        wall = _WALL if self._walls.get(point, 0) & along else 0.0
        cost = 1.0 + wall + (_SHARE if taken & along else 0.0) + (_CROSS if taken & across else 0.0)
        if point in self._edge:
            cost += _EDGE
        dx, dy = _STEPS[(way + 1) % 4]
        beside = ((point[0] + dx, point[1] + dy), (point[0] - dx, point[1] - dy))
        return cost + _BESIDE * sum(bool(self._taken.get(one, 0) & along) for one in beside)

    def _take(self, path: Sequence[Point]) -> None:
        self._ports.update((path[0], path[-1]))
        for one, other in zip(path, path[1:], strict=False):
            along = 1 if one[1] == other[1] else 2
            for point in (one, other):
                self._taken[point] = self._taken.get(point, 0) | along


def _around(points: Iterable[Point]) -> tuple[int, int, int, int]:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _points(rect: Rect, margin: float) -> Iterator[Point]:
    """Yield the points of the grid in a rectangle and as far around it, its sides included."""
    for x in range(int(-(-(rect.x - margin) // GRID)), int((rect.right + margin) // GRID) + 1):
        for y in range(int(-(-(rect.y - margin) // GRID)), int((rect.bottom + margin) // GRID) + 1):
            yield x, y


def _sides(rect: Rect, level: bool) -> Iterator[Point]:
    """Yield the points that are on, or half a step from, the level or the upright sides of a rectangle."""
    left, right, top, bottom = (value / GRID for value in (rect.x, rect.right, rect.y, rect.bottom))
    for x in range(int(left), int(right) + 2):
        for y in range(int(top), int(bottom) + 2):
            near = (abs(y - top), abs(y - bottom)) if level else (abs(x - left), abs(x - right))
            if min(near) <= 0.5:
                yield x, y


def _corners(path: Sequence[Point]) -> list[Point]:
    kept = [path[0]]
    for before, at, after in zip(path, path[1:], path[2:], strict=False):
        if (at[0] - before[0], at[1] - before[1]) != (after[0] - at[0], after[1] - at[1]):
            kept.append(at)
    return [*kept, path[-1]]
