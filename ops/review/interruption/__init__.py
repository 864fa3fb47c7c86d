"""What stops, fails, or has less room while or after a change is deployed."""

from collections.abc import Iterator

from ops.review.interruption import capacity, endpoints, guardrails, names, places, provisioned, removed, variants
from ops.review.model import Compared, Found
from ops.review.worlds import in_each_world

__all__ = ["look"]


def _look(compared: Compared) -> Iterator[Found]:
    for part in (removed, endpoints, guardrails, variants, capacity, places):
        yield from part.found(compared)


_look_everywhere = in_each_world(_look)


def look(compared: Compared) -> Iterator[Found]:
    """Yield what a change interrupts."""
    yield from names.found(compared)
    yield from provisioned.found(compared)
    yield from _look_everywhere(compared)
