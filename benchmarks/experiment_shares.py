"""How often the check of shares raises a false alarm when looked at after every batch, and how soon a true one."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

from benchmarks.experiment_guards import LOOKS, REQUESTS, share
from benchmarks.experiment_results import ALPHA, Alarms, Delay, delay
from experiment.sample_ratio import mismatch

STRICT, DAYS = 0.001, 10  # the alpha of experiments
_Z = NormalDist().inv_cdf(1 - ALPHA / 2)


def _counts(source: np.random.Generator) -> list[tuple[float, int, int]]:
    counts = []
    for look in range(LOOKS):
        challenger = int(source.binomial(REQUESTS, share(look)))
        counts.append((share(look), REQUESTS - challenger, challenger))
    return counts


def _strata(counts: Sequence[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    """Return cumulative counts: as they are read, a triple per stratum."""
    found: dict[float, tuple[float, int, int]] = {}
    for weight, one, two in counts:
        _, before, two_before = found.get(weight, (weight, 0, 0))
        found[weight] = (weight, before + one, two_before + two)
    return list(found.values())


def alarms(experiments: int) -> Alarms:
    """Return how often it raises one where no records are lost, and how often the z test of all records does."""
    source, ours, repeated = np.random.default_rng(2), 0, 0
    for _ in range(experiments):
        counts = _counts(source)
        looks = [_strata(counts[:look]) for look in range(1, LOOKS + 1)]
        ours += any(mismatch(strata) >= -math.log(ALPHA) for strata in looks)
        repeated += any(abs(_z_share(strata)) > _Z for strata in looks)
    return Alarms("shares of the records", experiments, ours / experiments, repeated / experiments)


def _z_share(strata: Sequence[tuple[float, int, int]]) -> float:
    surplus = sum(two - weight * (one + two) for weight, one, two in strata)
    return float(surplus / math.sqrt(sum(weight * (1 - weight) * (one + two) for weight, one, two in strata)))


def delays(experiments: int) -> list[Delay]:
    """Return delays at even shares of the tilts, and of one Dirichlet mixture a day of six looks; a tenth gets lost."""
    source, ours, daily = np.random.default_rng(3), [], []
    for _ in range(experiments):
        two = source.binomial(source.binomial(REQUESTS, 0.5, LOOKS), 0.9)
        one = source.binomial(REQUESTS, 0.5, LOOKS)
        ours.append(
            _until(one + two, [mismatch([(0.5, a, b)]) for a, b in zip(one.cumsum(), two.cumsum(), strict=True)])
        )
        daily.append(_until(one + two, _dirichlet(one, two)))
    return [delay("shares, a tenth lost", ours), delay("shares, a tenth lost: Dirichlet by day", daily)]


def _dirichlet(one: NDArray[Any], two: NDArray[Any]) -> list[float]:
    per_day = LOOKS // DAYS
    logs, settled = [], 0.0
    for look in range(LOOKS):
        begin = look - look % per_day
        a, b = one[begin : look + 1].sum(), two[begin : look + 1].sum()
        today = betaln(50 + a, 50 + b) - betaln(50, 50) + (a + b) * math.log(2)
        logs.append(settled + today)
        settled += today if look % per_day == per_day - 1 else 0.0
    return logs


def _until(records: NDArray[Any], logs: Sequence[float]) -> float:
    at = next((n for n, log in enumerate(logs) if log >= -math.log(STRICT)), None)
    return math.inf if at is None else float(records[: at + 1].sum())
