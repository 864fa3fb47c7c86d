"""How often a guard raises a false alarm when looked at after every period, and how soon a true one."""

import math
from collections.abc import Iterator, Sequence
from statistics import NormalDist

import numpy as np

from benchmarks.experiment_results import ALPHA, Alarms, Delay, delay
from benchmarks.experiment_worlds import RAMP
from experiment.e_process import Batch, path

LOOKS, REQUESTS, MARGIN, MINIMUM = 60, 500, 0.005, 100
STRICT = 0.01  # a guard's own alpha
FAULTS = ((0.01, 0), (0.04, 0), (0.02, LOOKS // 2))  # how much more than its margin, and from when on
_Z = NormalDist().inv_cdf(1 - ALPHA)


def delays(experiments: int) -> list[Delay]:
    """Return the delay of each of FAULTS."""
    return [_delay(experiments, *fault) for fault in FAULTS]


def share(look: int) -> float:
    """Return the challenger's share by the ramp, in thirds of LOOKS."""
    return RAMP[look * len(RAMP) // LOOKS]


def _periods(source: np.random.Generator, excess: float, since: int) -> list[Batch]:
    """Return a guard's counts: a champion whose rate goes up and down between 1 % and 3 %, as over a day."""
    batches = []
    for look in range(LOOKS):
        rate = 0.02 + 0.01 * math.sin(look)
        worse = rate + MARGIN + (excess if look >= since else 0.0)
        challenger = int(source.binomial(REQUESTS, share(look)))
        champion = REQUESTS - challenger
        failures = int(source.binomial(champion, rate)), int(source.binomial(challenger, worse))
        batches.append(Batch(champion, failures[0], challenger, failures[1]))
    return batches


def alarms(experiments: int) -> Alarms:
    """Return how often a challenger at its margin raises one, by the guard and by the z test of all requests."""
    source, ours, repeated = np.random.default_rng(0), 0, 0
    for _ in range(experiments):
        batches = _periods(source, 0.0, 0)
        ours += max(path(batches, MARGIN)) >= -math.log(ALPHA)
        repeated += any(_z_worse(batches))
    return Alarms("guard, at its margin", experiments, ours / experiments, repeated / experiments)


def _z_worse(batches: Sequence[Batch]) -> Iterator[bool]:
    sums = np.cumsum([(b.champion, b.champion_failures, b.challenger, b.challenger_failures) for b in batches], axis=0)
    for n0, k0, n1, k1 in sums[sums[:, 2] >= MINIMUM]:
        variance = k0 / n0 * (1 - k0 / n0) / n0 + k1 / n1 * (1 - k1 / n1) / n1
        yield bool(k1 / n1 - k0 / n0 - MARGIN > _Z * math.sqrt(variance))


def _delay(experiments: int, excess: float, since: int) -> Delay:
    source, found = np.random.default_rng(1), []
    for _ in range(experiments):
        batches = _periods(source, excess, since)
        at = next((n for n, log in enumerate(path(batches, MARGIN)) if log >= -math.log(STRICT)), None)
        found.append(math.inf if at is None else sum(batch.challenger for batch in batches[since : at + 1]))
    late = ", from the middle on" if since else ""
    return delay(f"guard, {excess:.0%} more than its margin{late}", found)
