"""Data that a change deletes, makes unreadable, or no longer protects."""

from collections.abc import Iterator

from ops.review.data_loss import keys, lost, objects, safeguards
from ops.review.model import Compared, Found
from ops.review.worlds import in_each_world

__all__ = ["look"]


def _look(compared: Compared) -> Iterator[Found]:
    for part in (lost, safeguards, objects, keys):
        yield from part.found(compared)


look = in_each_world(_look)
