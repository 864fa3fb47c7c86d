"""Things that workers marked in one object, grouped into those that are meant to be the same."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Thing = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Things of different workers that mean the same."""

    things: list[Thing]
    likeness: float  # of each to the first, on average

    def confidence(self, workers: int) -> float:
        """How sure it is: the share of workers that marked it, times how alike their marks are; 0 for one worker."""
        return 0.0 if workers == 1 else round(len(self.things) / workers * self.likeness, 2)


def grouped(by_worker: dict[str, list[Thing]], likeness: Callable[[Thing, Thing], float], least: float) -> list[Group]:
    """Group things: each takes from every other worker the one most like it, if it is alike enough.

    Groups that fewer than half of the workers are in are left out.
    """
    left = {worker: list(things) for worker, things in by_worker.items()}
    groups = []
    for worker in by_worker:
        while left[worker]:
            first = left[worker].pop(0)
            members, sizes = [first], []
            for other in by_worker:
                best = max(left[other], key=lambda thing: likeness(first, thing), default=None)
                if other != worker and best is not None and likeness(first, best) >= least:
                    left[other].remove(best)
                    members.append(best)
                    sizes.append(likeness(first, best))
            groups.append(Group(members, sum(sizes) / len(sizes) if sizes else 1.0))
    return [group for group in groups if 2 * len(group.things) >= len(by_worker)]


def most_frequent(values: list[Any]) -> Any:
    """Return the value that most have; the first of several."""
    return max(values, key=values.count)
