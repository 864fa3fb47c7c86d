"""When a confidence sequence first excludes no difference, if there is one."""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

from experiment.confidence_sequence import ratio

_STEPS = 60  # per fixed-horizon sample


@dataclass(frozen=True)
class Passage:
    """Information, which is (difference / deviation)^2 times the effective number of records.

    Attributes:
        fixed: what the two-sided test of one look at the end needs for its power.
        median: by when half of all experiments have decided.
        quantile: by when a share `power` of them has.
    """

    fixed: float
    median: float
    quantile: float


@lru_cache(maxsize=16)
def passage(alpha: float, power: float) -> Passage:
    """Return what the sequence tuned to the fixed-horizon sample needs when the difference is the planned one.

    In units of information t the walk is a Brownian motion with drift 1, and the bound is
    b(t) = sqrt((t + r) (log((t + r) / r) - 2 log(alpha))). The density g of its first passage solves the Volterra
    equation of Buonocore, Nobile and Ricciardi (Advances in Applied Probability 1987), whose kernel is 0 at s = t:

        g(t) = -2 psi(t | 0, 0) + 2 int_0^t g(s) psi(t | b(s), s) ds,
        psi(t | y, s) = (b'(t) - (b(t) - y) / (t - s)) / 2 * density of the walk at b(t), begun in y at s.

    Decisions in the wrong direction are left out: at a power of 0.5 they are less than 1 in 1,000. The step is a
    sixtieth of `fixed`. ValueError unless alpha and power are probabilities with alpha / 2 < power.
    """
    if not 0 < alpha / 2 < power < 1:
        raise ValueError(f"alpha {alpha} and power {power}; both are between 0 and 1, power above half of alpha")
    normal = NormalDist()
    fixed = (normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) ** 2
    decided = _decided(fixed / _STEPS, fixed / ratio(alpha), alpha, max(power, 0.5))
    return Passage(fixed, _when(decided, 0.5), _when(decided, power))


def _decided(step: float, rho: float, alpha: float, until: float) -> list[tuple[float, float]]:
    """Return (time, share of the walks that have passed) up to a share of `until`."""
    decided, passed = [(0.0, 0.0)], [(0.0, 0.0, 0.0)]
    while decided[-1][1] < until:
        time = decided[-1][0] + step
        logs = math.log1p(time / rho) - 2 * math.log(alpha)
        bound = math.sqrt((time + rho) * logs)
        slope = (logs + 1) / (2 * bound)
        density = -2 * _psi(time, bound, slope)
        density += 2 * step * sum(was * _psi(time - at, bound - begun, slope) for at, begun, was in passed[1:])
        decided.append((time, decided[-1][1] + step * (passed[-1][2] + density) / 2))
        passed.append((time, bound, density))
    return decided


def _psi(time: float, way: float, slope: float) -> float:
    density = math.exp(-((way - time) ** 2) / (2 * time)) / math.sqrt(2 * math.pi * time)
    return (slope - way / time) / 2 * density


def _when(decided: list[tuple[float, float]], share: float) -> float:
    """Return the time of a share, between the two that enclose it on a line."""
    for (early, less), (late, more) in pairwise(decided):
        if more >= share:
            return early + (late - early) * (share - less) / (more - less)
    raise AssertionError("the shares go up to `until`")
