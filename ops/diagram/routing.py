"""Ways for arrows: along a grid, around boxes and texts, with few bends, and never two in one another's track.

Each way is found by A* over points of the grid and directions. Arrows are routed one after the other, so their order
decides, and equal input gives equal ways.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ops.diagram.geometry import GRID, Rect
from ops.diagram.ground import STEPS, Ground, Point

_TURNS = (0, 1, 3)  # straight on, right, left
State = tuple[Point, int]  # where, and in which direction one came


class Router:
    """Finds ways between boxes.

    Args:
        width, height: of the picture, pixels.
        boxes: by key; ways end at their sides and never cross them.
        texts: that no way crosses.
        walls: that ways cross, but do not run along.
    """

    def __init__(
        self, width: float, height: float, boxes: Mapping[str, Rect], texts: Iterable[Rect], walls: Iterable[Rect]
    ) -> None:
        self._boxes = boxes
        self._ground = Ground(width, height, boxes.values(), texts, walls)

    def way(self, source: str, target: str) -> list[tuple[float, float]]:
        """Return the corners of a way from the side of a box to that of another, pixels; none if there is no way."""
        search = _Search(self._ground, _around(self._boxes[target]))
        for point, direction, cost in self._ground.ends(self._boxes[source]):
            first = _next(point, direction)
            search.reach((first, direction), cost + self._ground.cost(first, direction), None)
        goals = {
            (_next(point, direction), (direction + 2) % 4): cost
            for point, direction, cost in self._ground.ends(self._boxes[target])
        }
        found = search.to(goals)
        if not found:
            return []
        self._ground.take(found)
        return [(x * GRID, y * GRID) for x, y in _corners(found)]


@dataclass
class _Search:
    """One search by A*.

    Attributes:
        ground: what there is.
        around: of the target, first and last x, first and last y of the grid: what is left to go is estimated by it.
    """

    ground: Ground
    around: tuple[float, float, float, float]
    queue: list[tuple[float, float, State]] = field(default_factory=list)
    best: dict[State, float] = field(default_factory=dict)
    came: dict[State, State | None] = field(default_factory=dict)

    def reach(self, state: State, cost: float, before: State | None) -> None:
        """Note that a point can be reached, unless that was known to be cheaper."""
        (x, y), _ = state
        if cost < self.best.get(state, float("inf")) and self.ground.free((x, y)):
            self.best[state], self.came[state] = cost, before
            left, right, top, bottom = self.around
            away = max(left - x, 0, x - right) + max(top - y, 0, y - bottom)
            heapq.heappush(self.queue, (cost + max(away - 1, 0), cost, state))

    def to(self, goals: Mapping[State, float]) -> list[Point]:
        """Return the cheapest way, from the side of one box to that of the other; none if there is no way."""
        finish: tuple[float, State] | None = None
        while self.queue:
            estimate, cost, state = heapq.heappop(self.queue)
            if finish and estimate >= finish[0]:
                break
            if cost > self.best[state]:
                continue
            if state in goals and (finish is None or cost + goals[state] < finish[0]):
                finish = cost + goals[state], state
            point, direction = state
            for turn in _TURNS:
                ahead = (direction + turn) % 4
                to = _next(point, ahead)
                bend = self.ground.bend(point) if turn else 0.0
                self.reach((to, ahead), cost + bend + self.ground.cost(to, ahead), state)
        return self._back(finish[1]) if finish else []

    def _back(self, last: State) -> list[Point]:
        path = [_next(*last)]
        at: State | None = last
        while at:
            path.append(at[0])
            first, at = at, self.came[at]
        dx, dy = STEPS[first[1]]
        path.append((path[-1][0] - dx, path[-1][1] - dy))
        return path[::-1]


def _next(point: Point, direction: int) -> Point:
    return point[0] + STEPS[direction][0], point[1] + STEPS[direction][1]


def _around(rect: Rect) -> tuple[float, float, float, float]:
    return rect.x / GRID, rect.right / GRID, rect.y / GRID, rect.bottom / GRID


def _corners(path: Sequence[Point]) -> list[Point]:
    kept = [path[0]]
    for before, at, after in zip(path, path[1:], path[2:], strict=False):
        if (at[0] - before[0], at[1] - before[1]) != (after[0] - at[0], after[1] - at[1]):
            kept.append(at)
    return [*kept, path[-1]]
