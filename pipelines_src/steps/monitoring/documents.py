"""`statistics.json` and suggested `constraints.json` of what was captured, in Model Monitor's formats."""

import math

import numpy as np

from .. import model_monitor
from ..model_monitor import MOST_LEVELS, Seen
from ..numbers_seen import NumbersSeen
from ..use_case import Column, Document
from .profile import Profile
from .sketches import FieldSketch, NumberSketch


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
        return Seen(Column(name, "number"), sketch.rows, sketch.numbers.count, _numbers(sketch.numbers))
    distinct = sketch.texts.distinct
    levels = sketch.texts.frequent() if distinct <= MOST_LEVELS else None
    return Seen(Column(name, "text"), sketch.rows, sketch.present, distinct=int(distinct), levels=levels)


def _numbers(sketch: NumberSketch) -> NumbersSeen:
    kll, ranks = sketch.kll, sketch.ranks()
    low, high = float(kll.get_min_value()), float(kll.get_max_value())
    seen = NumbersSeen(sketch.count, low, high, sketch.mean, sketch=ranks.compactors(), _squares=sketch.squares)
    inner = np.round(ranks.shares(np.nextafter(seen.edges[1:-1], -math.inf)) * sketch.count)
    seen.buckets = np.diff([0, *inner, sketch.count]).astype("int64")
    return seen
