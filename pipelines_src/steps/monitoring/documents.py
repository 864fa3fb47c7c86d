"""`statistics.json` and suggested `constraints.json` of what was captured, in Model Monitor's formats."""

from .. import model_monitor
from ..model_monitor import MOST_LEVELS, Seen
from ..use_case import Column, Document
from .profile import Profile
from .sketches import FieldSketch


def statistics(profile: Profile) -> Document:
    """Return the content of statistics.json."""
    return model_monitor.statistics(profile.rows, _seen(profile))


def constraints(profile: Profile) -> Document:
    """Return the content of a constraints.json that this would be the baseline of."""
    return model_monitor.constraints(_seen(profile))


def _seen(profile: Profile) -> list[Seen]:
    return [_of(name, sketch) for name, sketch in profile.fields.items() if sketch.rows]


def _of(name: str, sketch: FieldSketch) -> Seen:
    if sketch.is_number:
        return Seen(Column(name, "number"), sketch.rows, sketch.numbers.count, sketch.numbers.seen())
    distinct = sketch.texts.distinct
    levels = sketch.texts.frequent() if distinct <= MOST_LEVELS else None
    return Seen(Column(name, "text"), sketch.rows, sketch.present, distinct=int(distinct), levels=levels)
