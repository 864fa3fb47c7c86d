"""O'Brien and Fleming's (1979) bounds, by simulation: the peer that plans its looks in advance."""

from functools import cache
from statistics import NormalDist

import numpy as np

LOOKS, WALKS = 20, 100_000


@cache
def bound(alpha: float, power: float) -> tuple[int, float, float]:
    """Return looks, the bound of |z| at the last, and the maximum sample in fixed-horizon samples for the power.

    At look k the bound is that of the last times sqrt(LOOKS / k).
    """
    source = np.random.default_rng(0)
    walks = source.standard_normal((WALKS, LOOKS)).cumsum(axis=1) / np.sqrt(LOOKS)
    last = float(np.quantile(np.abs(walks).max(axis=1), 1 - alpha))
    normal = NormalDist()
    fixed = (normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) ** 2
    times = np.arange(1, LOOKS + 1) / LOOKS
    low, high = 1.0, 1.5
    for _ in range(10):
        middle = (low + high) / 2
        found = ((walks + times * np.sqrt(fixed * middle)).max(axis=1) >= last).mean()
        low, high = (middle, high) if found < power else (low, middle)
    return LOOKS, last, high
