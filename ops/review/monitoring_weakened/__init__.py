"""What is watched less, later, or by nobody after a change."""

from collections.abc import Iterator

from ops.review.model import Compared, Found
from ops.review.monitoring_weakened import alarms, recording, removed, schedules, undelivered
from ops.review.worlds import in_each_world

__all__ = ["look"]


def _look(compared: Compared) -> Iterator[Found]:
    for part in (removed, alarms, recording, schedules, undelivered):
        yield from part.found(compared)


look = in_each_world(_look)
