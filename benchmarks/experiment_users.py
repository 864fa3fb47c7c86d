"""Experiments in which users keep a variant and some send many requests: looked at after every batch, decided by users.

Peers in the same run, on the same records: the same confidence sequence with records taken for independent, and the z
test repeated at every look with the variance between users.
"""

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.experiment_results import ALPHA, Together
from benchmarks.experiment_worlds import BASELINE, Array, Strata, strata
from experiment.confidence_sequence import interval, rho
from experiment.plan import design_effect
from experiment.strata import Difference
from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from pipelines_src.steps.outcomes.adding import strata_of
from pipelines_src.steps.outcomes.clusters import variance_of, with_parts
from pipelines_src.steps.outcomes.numbers import Metric
from pipelines_src.steps.outcomes.request import Request, Stretch

EXPERIMENTS, USERS, LOOKS, RECORDS, MINIMUM = 1000, 1000, 36, 300, 100
_PLANNED = 0.55  # of the records
_Z = NormalDist().inv_cdf(1 - ALPHA / 2)
_VARIANTS = ("champion", "challenger")


@dataclass(frozen=True)
class UserWorld:
    """One kind of experiment without a difference, on error rates.

    Attributes:
        name: for people.
        tail: index of the Pareto distribution of how many requests a user sends; the smaller, the more some do.
        correlation: of two requests of one user.
        ramp: whether shares rise, so that users are met in several stretches, and some of them move.
    """

    name: str
    tail: float
    correlation: float
    ramp: bool = False

    def strata(self, looks: int) -> Strata:
        """Return the strata of all looks."""
        return strata(looks, ramp=self.ramp)

    def simulate(self, count: int, looks: int, seed: int) -> "Requests":
        """Return so many experiments."""
        source = np.random.default_rng(seed)
        weight = source.pareto(self.tail, (count, USERS)) + 1
        weight /= weight.sum(axis=1, keepdims=True)
        spread = 1 / self.correlation - 1
        rate = source.beta(BASELINE * spread, (1 - BASELINE) * spread, (count, USERS))
        user = np.stack([source.choice(USERS, looks * RECORDS, p=each) for each in weight])
        hit = source.random(user.shape) < np.take_along_axis(rate, user, axis=1)
        design = design_effect(
            1 + _PLANNED * looks * RECORDS * float(np.median((weight**2).sum(axis=1))), self.correlation
        )
        return Requests(user, hit, source.random((count, USERS)), design)


@dataclass(frozen=True)
class Requests:
    """Of each experiment (rows) the user of each request, in their order, and whether it errs.

    `point` is what sticky assignment makes of each user; `design` the design effect that a plan would take.
    """

    user: Array
    hit: Array
    point: Array
    design: float


@dataclass(frozen=True)
class Looks:
    """`Difference` of all experiments at all looks; `alone`: the variance of independent records; `least`: users."""

    score: Array
    weight: Array
    variance: Array
    alone: Array
    least: Array


def walk(seen: Requests, strata: Strata) -> Looks:
    """Return what pipelines_src/steps/outcomes/clusters.py comes to up to each look, for all experiments at once."""
    count = len(seen.user)
    score, weight, variance, alone, least = np.zeros((5, count, strata[-1][2]))
    met = np.zeros((2, count, USERS), dtype=bool)
    before: list[Array] = [np.zeros(count)] * 3
    left = np.zeros((count, USERS))
    for share, begin, end in strata:
        n, hits = np.zeros((2, count, USERS))
        challenger = seen.point < share
        for look in range(begin, end):
            n, hits = (total + more for total, more in zip((n, hits), _batch(seen, look), strict=True))
            met |= np.stack([~challenger, challenger]) & (n > 0)
            found = _cells(n, hits, challenger)
            score[:, look], weight[:, look], alone[:, look] = (
                one + other for one, other in zip(before, found[:3], strict=True)
            )
            variance[:, look] = ((left + found[3]) ** 2).sum(axis=1)
            least[:, look] = met.sum(axis=2).min(axis=0)
        before, left = [score[:, end - 1], weight[:, end - 1], alone[:, end - 1]], left + found[3]
    return Looks(score, weight, variance, alone, least)


def _batch(seen: Requests, look: int) -> tuple[Array, Array]:
    """Return each user's requests and errors between two looks."""
    count, here = len(seen.user), slice(look * RECORDS, (look + 1) * RECORDS)
    flat = (seen.user[:, here] + np.arange(count)[:, None] * USERS).ravel()
    shape = (count, USERS)
    n, hits = np.bincount(flat, minlength=count * USERS), np.bincount(flat, seen.hit[:, here].ravel(), count * USERS)
    return n.reshape(shape), hits.reshape(shape)


def _cells(n: Array, hits: Array, challenger: Array) -> tuple[Array, Array, Array, Array]:
    """Return score, weight, variance of independent records, and what each user leaves, of one stretch."""
    parts = [n * ~challenger, n * challenger]
    one, two = (part.sum(axis=1) for part in parts)
    users = [(part > 0).sum(axis=1) for part in parts]
    usable = np.minimum(*users) > 1
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(usable, one * two / (one + two), 0.0)
        means = [(hits * (part > 0)).sum(axis=1) / size for part, size in zip(parts, (one, two), strict=True)]
        alone = sum(mean * (1 - mean) / (size - 1) for mean, size in zip(means, (one, two), strict=True))
        left = np.zeros(n.shape)
        for sign, part, size, mean, m in zip((-1, 1), parts, (one, two), means, users, strict=True):
            apart = (hits - part * mean[:, None]) * (part > 0) / (1 - part / size[:, None])
            left += (sign * effective / size * np.sqrt((m - 1) / m))[:, None] * apart
    ours = np.where(usable[:, None], left, 0.0)
    difference, variance = effective * (means[1] - means[0]), effective**2 * alone
    return np.where(usable, difference, 0.0), effective, np.where(usable, variance, 0.0), ours


def decided(found: Looks, variance: Array, tuned: float) -> Array:
    """Return at which looks 0 is outside of the interval, with a variance."""
    clock = variance + tuned
    outside: Array = found.score**2 >= clock * (np.log(clock / tuned) - 2 * math.log(ALPHA))
    return outside & (found.least >= MINIMUM)


def tuning(looks: int, design: float) -> float:
    """Return the sequence's parameter for a plan of a part of the records."""
    return rho(_PLANNED * looks * RECORDS / 4 * BASELINE * (1 - BASELINE) * design, ALPHA)


def false_decisions(world: UserWorld, experiments: int = EXPERIMENTS, looks: int = LOOKS, seed: int = 0) -> Together:
    """Return how often experiments without a difference decide.

    Raises:
        AssertionError: the outcomes job and lambda/experiment would decide otherwise.
    """
    seen, steps = world.simulate(experiments, looks, seed), world.strata(looks)
    found, tuned = walk(seen, steps), tuning(looks, seen.design)
    ours = decided(found, found.variance, tuned)
    for row in {0, int(ours.any(axis=1).argmax())}:
        if not agrees(seen, steps, found, row, tuned):
            raise AssertionError(f"{world.name}: the simulation and the outcomes job differ")
    tests = (
        ours,
        decided(found, found.alone, tuning(looks, 1.0)),
        (found.score**2 >= _Z**2 * found.variance) & (found.least >= MINIMUM),
    )
    effect = float(np.median(found.variance[:, -1] / found.alone[:, -1]))
    return Together(world.name, experiments, effect, *(float(test.any(axis=1).mean()) for test in tests))


def agrees(seen: Requests, steps: Strata, found: Looks, row: int, tuned: float) -> bool:
    """Whether what ships comes to the same variance at the last look of one experiment, and decides alike."""
    variance = shipped(seen, steps, row)
    last = Difference(found.score[row, -1], found.weight[row, -1], variance)
    between = interval(last, tuned, ALPHA)
    outside = not between.low < 0 < between.high and found.least[row, -1] >= MINIMUM
    close = math.isclose(variance, found.variance[row, -1], rel_tol=1e-9)
    return close and outside == bool(decided(found, found.variance, tuned)[row, -1])


def shipped(seen: Requests, steps: Strata, row: int) -> float:
    """Return the variance by the outcomes job's own code, of all requests of one experiment."""
    user, place = seen.user[row], np.zeros(len(seen.user[row]), dtype=np.int64)
    for number, (_, begin, end) in enumerate(steps):
        place[begin * RECORDS : end * RECORDS] = number
    challenger = seen.point[row, user] < np.array([share for share, _, _ in steps])[place]
    rows = {
        "stratum": place,
        "variant": np.where(challenger, _VARIANTS[1], _VARIANTS[0]),
        "id": np.arange(len(user)).astype(str),
        "number": seen.hit[row].astype(float),
        "cluster": user.astype(str),
    }
    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(pa.table(rows), Path(folder) / "requests.parquet")
        engine = DuckDBEngine(Path(folder), threads=1)
        request = _request(steps)
        table = engine.read("requests", Path(folder) / "requests.parquet", list(rows))
        sums = strata_of(engine, table, request)
        return variance_of(engine, with_parts(table, request), request, sums)[0]


def _request(steps: Sequence[tuple[float, int, int]]) -> Request:
    stretches = tuple(Stretch(float(begin), float(end), {"share": share}) for share, begin, end in steps)
    return Request("e", math.inf, _VARIANTS, stretches, Metric("error_rate", ("no", "yes")), sticky=True, given={})


WORLDS = (
    UserWorld("users with many requests", 1.5, 0.2),
    UserWorld("users with many requests, ramp", 1.5, 0.2, ramp=True),
    UserWorld("a few users with most requests", 1.2, 0.3),
    UserWorld("a few users with most requests, ramp", 1.2, 0.3, ramp=True),
)
