"""Who looks for dangers: each is given what differs, one resource at a time, and says what it means to people."""

from importlib import import_module
from importlib.util import find_spec

from ops.review.model import Looker

_PLACES = (
    "data_loss",
    "access",
    "exposure",
    "interruption",
    "pipeline_change",
    "monitoring_weakened",
    "source",
    "metadata",
    "refusals",
)


def lookers() -> tuple[Looker, ...]:
    """Return all of them; imported once asked for, since the other commands need none."""
    return tuple(import_module(f"ops.review.{place}").look for place in _PLACES if find_spec(f"ops.review.{place}"))
