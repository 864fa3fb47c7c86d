"""Simulated experiments: records of both variants, in batches, as sums; all experiments of a world at once."""

import math
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "lambda"))  # the functions' source root

from experiment.plan import Spread  # noqa: E402 - found by the path above
from experiment.sums import Moments  # noqa: E402 - found by the path above

Array = NDArray[Any]
Strata = list[tuple[float, int, int]]  # share, first batch, batch after the last
BATCH = 150  # records of both variants between two looks
RAMP = (0.05, 0.2, 0.5)
BASELINE = 0.1
_CONFIDENCE, _SPREAD = 2.0, 1.5  # log odds that a model gives the true class: mean and deviation


@dataclass(frozen=True)
class Arm:
    """Sums of one variant's records per experiment (rows) and batch (columns)."""

    n: Array
    total: Array
    squares: Array

    def kept(self, row: int, begin: int, end: int) -> Moments:
        """Return what is kept of one experiment's records over batches, as lambda/experiment takes it."""
        n, total, squares = (float(sums[row, begin:end].sum()) for sums in (self.n, self.total, self.squares))
        return Moments(int(n), total, squares)


@dataclass(frozen=True)
class World:
    """One kind of experiment.

    Attributes:
        name: for people.
        binary: an error as 0 or 1; else a log loss.
        ramp: whether the share is 5 %, 20 % and 50 %, a third of the time each, and not always 50 %.
        drift: whether the world becomes harder all the time: at the end thrice the errors, or twice the loss.
    """

    name: str
    binary: bool
    ramp: bool = False
    drift: bool = False

    def strata(self, looks: int) -> Strata:
        """Return the strata of all looks."""
        return strata(looks, ramp=self.ramp)

    @cached_property
    def deviation(self) -> float:
        """The deviation of one record, as a plan has it."""
        if self.binary:
            return math.sqrt(BASELINE * (1 - BASELINE))
        return float(log_loss(np.random.default_rng(0), (1000, 1000)).std())

    def effect(self, information: float, batches: int) -> float:
        """Return the effect for which that many batches at even shares have an information."""
        effect = 0.0
        for _ in range(30):  # a rate's variance depends on the effect
            spread = Spread.of_rate(BASELINE, effect) if self.binary else Spread.of_mean(self.deviation)
            effect = math.sqrt(information * (spread.champion + spread.challenger) / 2 / (batches * BATCH / 4))
        return effect

    def simulate(self, count: int, looks: int, effect: float, seed: int) -> tuple[Arm, Arm]:
        """Return the champion's and the challenger's sums; `effect` is the challenger's mean minus the champion's."""
        source = np.random.default_rng(seed)
        draw = self._rates if self.binary else self._losses
        sums = np.zeros((6, count, looks))
        for share, begin, end in self.strata(looks):
            for look in range(begin, end):
                challenger = source.binomial(BATCH, share, count)
                harder = look / looks if self.drift else 0.0
                one, one_squares, two, two_squares = draw(source, challenger, harder, effect)
                sums[:, :, look] = BATCH - challenger, one, one_squares, challenger, two, two_squares
        return Arm(*sums[:3]), Arm(*sums[3:])

    def _rates(self, source: np.random.Generator, n: Array, harder: float, effect: float) -> tuple[Array, ...]:
        rate = BASELINE * (1 + 2 * harder)
        one, two = source.binomial(BATCH - n, rate), source.binomial(n, rate + effect)
        return one, one, two, two

    def _losses(self, source: np.random.Generator, n: Array, harder: float, effect: float) -> tuple[Array, ...]:
        loss = log_loss(source, (len(n), BATCH)) * np.float32(1 + harder)
        of_challenger = np.arange(BATCH) < n[:, None]
        loss += of_challenger * np.float32(effect)
        sums = [np.where(part, loss, 0) for part in (~of_challenger, of_challenger)]
        return tuple(
            np.einsum(how, *(part,) * power) for part in sums for how, power in (("ij->i", 1), ("ij,ij->i", 2))
        )


def strata(looks: int, *, ramp: bool) -> Strata:
    """Return share, first batch and batch after the last of each stratum; a ramp's steps last equally long."""
    shares = RAMP if ramp else (0.5,)
    ends = [looks * at // len(shares) for at in range(len(shares) + 1)]
    return list(zip(shares, ends[:-1], ends[1:], strict=True))


def log_loss(source: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return losses of single predictions: most of them small, some large (skewness 3)."""
    odds = source.standard_normal(shape, dtype=np.float32) * np.float32(_SPREAD) + np.float32(_CONFIDENCE)
    losses: Array = np.log1p(np.exp(-odds))
    return losses


@dataclass(frozen=True)
class Walk:
    """`Difference` of all experiments at all looks: score, weight and variance; and that of pooled records."""

    score: Array
    weight: Array
    variance: Array
    least: Array


def walk(champion: Arm, challenger: Arm, strata: Strata) -> Walk:
    """Return the stratified difference up to each look; `least` is the smaller number of records up to it."""
    score, weight, variance = np.zeros((3, *champion.n.shape))
    for _, begin, end in strata:
        one, two = (_up_to(arm, begin, end) for arm in (champion, challenger))
        with np.errstate(divide="ignore", invalid="ignore"):
            usable = (one.n > 1) & (two.n > 1)
            effective = np.where(usable, one.n * two.n / (one.n + two.n), 0.0)
            score += np.where(usable, effective * (two.total / two.n - one.total / one.n), 0.0)
            weight += effective
            variance += np.where(usable, effective**2 * (_variance(one) + _variance(two)), 0.0)
    least = np.minimum(champion.n.cumsum(axis=1), challenger.n.cumsum(axis=1))
    return Walk(score, weight, variance, least)


def _up_to(arm: Arm, begin: int, end: int) -> Arm:
    inside = np.zeros(arm.n.shape[1])
    inside[begin:end] = 1
    return Arm(*((sums * inside).cumsum(axis=1) for sums in (arm.n, arm.total, arm.squares)))


def _variance(arm: Arm) -> Array:
    variance: Array = np.maximum(arm.squares - arm.total**2 / arm.n, 0) / (arm.n - 1) / arm.n
    return variance
