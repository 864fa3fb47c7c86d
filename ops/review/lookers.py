"""Who looks for dangers: each is given what differs, one resource at a time, and says what it means to people."""

from importlib import import_module

from ops.review.model import Looker

_PLACES = (
    "ops.review.data_loss",
    "ops.review.access",
    "ops.review.exposure",
    "ops.review.interruption",
    "ops.review.pipeline_change",
    "ops.review.monitoring_weakened",
    "ops.review.source",
    "ops.review.metadata",
    "ops.review.refusals",
    "ops.cost.reviewing",
)


def lookers() -> tuple[Looker, ...]:
    """Return all of them; imported once asked for, since the other commands need none."""
    return tuple(import_module(place).look for place in _PLACES)
