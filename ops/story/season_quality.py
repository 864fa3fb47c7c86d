"""How good forecasts were, with intervals by day: flights of one day share its weather, so days are resampled whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines_src.steps.evaluation.ranking import RankedScores

Floats = NDArray[np.float64]
_SAMPLES, _FEWER, _TAILS = 2000, 300, (0.025, 0.975)


@dataclass(frozen=True)
class Quality:
    """A mean and the ends of its 95 % interval."""

    value: float
    lower: float
    upper: float


def area_won(days: Sequence[Any], label: Floats, before: Floats, now: Floats) -> Quality:
    """Return by how much the area under the ROC curve of `now` is larger, with the interval of resampled days."""
    _, place = np.unique(np.asarray(days, "str"), return_inverse=True)
    ranked = RankedScores(label, now), RankedScores(label, before)
    number = int(place.max()) + 1
    counts = np.random.default_rng(0).multinomial(number, np.full(number, 1 / number), _FEWER).astype("float64")
    won = [ranked[0].auc(drawn[place]) - ranked[1].auc(drawn[place]) for drawn in counts]
    lower, upper = np.quantile(won, _TAILS)
    return Quality(ranked[0].auc() - ranked[1].auc(), float(lower), float(upper))


def mean(days: Sequence[Any], values: Floats) -> Quality:
    """Return the mean of values with the percentile interval of resampled days."""
    _, place = np.unique(np.asarray(days, "str"), return_inverse=True)
    sums, counts = np.bincount(place, values), np.bincount(place)
    drawn = np.random.default_rng(0).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), _SAMPLES)
    lower, upper = np.quantile((drawn @ sums) / (drawn @ counts), _TAILS)
    return Quality(float(values.mean()), float(lower), float(upper))
