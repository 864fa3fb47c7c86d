"""How good forecasts were, with intervals by day: flights of one day share its weather, so days are resampled whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_SMALLEST = 1e-15  # a probability of 0 for what happened would cost infinitely much
_SAMPLES, _TAILS = 2000, (0.025, 0.975)


@dataclass(frozen=True)
class Quality:
    """A mean and the ends of its 95 % interval."""

    value: float
    lower: float
    upper: float


def losses(label: Floats, score: Floats) -> Floats:
    """Return the log loss of each forecast of an event."""
    chance = np.clip(score, _SMALLEST, 1 - _SMALLEST)
    found: Floats = -np.log(np.where(label > 0, chance, 1 - chance))
    return found


def mean(days: Sequence[Any], values: Floats) -> Quality:
    """Return the mean of values with the percentile interval of resampled days."""
    _, place = np.unique(np.asarray(days, "str"), return_inverse=True)
    sums, counts = np.bincount(place, values), np.bincount(place)
    drawn = np.random.default_rng(0).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), _SAMPLES)
    lower, upper = np.quantile((drawn @ sums) / (drawn @ counts), _TAILS)
    return Quality(float(values.mean()), float(lower), float(upper))
