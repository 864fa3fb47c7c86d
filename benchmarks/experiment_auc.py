"""Experiments decided by the area under the ROC curve: many at once, as counts of scores by class and bin.

An area is no mean of records, so its walk is one only in the limit, and it has a simulation of its own.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.experiment_worlds import BATCH, Array, Strata, Walk, strata
from experiment.auc import BINS, ScoreCounts
from experiment.plan import Spread

POSITIVES = 0.2  # share of the records
LEVELS = 128  # scores that are told apart: each is every eighth of the bins
_LOW, _WIDE = 4, 9  # scores from -4 to 5, in deviations
_APART = 1.0  # mean of the positives' scores, in deviations, above that of the negatives
_AREA = 0.7602  # of these: Phi(1 / sqrt(2))


@dataclass(frozen=True)
class Arm:
    """Counts of one variant's records per experiment, class (negative, positive), look and level."""

    counts: Array

    def kept(self, row: int, begin: int, end: int) -> ScoreCounts:
        """Return what is kept of one experiment's records over batches, as lambda/experiment takes it."""
        negatives, positives = self.counts[row, :, begin:end].sum(axis=1)
        step = BINS // LEVELS
        found = ({int(at) * step: int(some[at]) for at in np.flatnonzero(some)} for some in (positives, negatives))
        return ScoreCounts(*found)


@dataclass(frozen=True)
class AucWorld:
    """Both variants have the same scores; with `drift` classes are half as far apart in the end, else as `World`."""

    name: str
    ramp: bool = False
    drift: bool = False

    def strata(self, looks: int) -> Strata:
        """Return the strata of all looks."""
        return strata(looks, ramp=self.ramp)

    @property
    def deviation(self) -> float:
        """The deviation of one record, as a plan has it."""
        return float(Spread.of_auc(_AREA, 0.0, POSITIVES).champion ** 0.5)

    def simulate(self, count: int, looks: int, seed: int) -> tuple[Arm, Arm]:
        """Return the counts of champion and challenger in so many experiments."""
        source = np.random.default_rng(seed)
        counts = np.zeros((2, count, 2, looks, LEVELS), dtype=np.uint8)
        shape = (2, count, 2, LEVELS)
        row = np.broadcast_to(np.arange(count)[:, None], (count, BATCH))
        for share, begin, end in self.strata(looks):
            for look in range(begin, end):
                apart = np.float32(_APART * (1 - look / looks / 2 if self.drift else 1))
                positive = source.random((count, BATCH), dtype=np.float32) < POSITIVES
                score = source.standard_normal((count, BATCH), dtype=np.float32) + apart * positive
                level = np.clip((score + _LOW) * (LEVELS / _WIDE), 0, LEVELS - 1).astype(np.int64)
                challenger = source.random((count, BATCH), dtype=np.float32) < share
                at = np.ravel_multi_index((challenger.astype(int), row, positive.astype(int), level), shape)
                counts[:, :, :, look] = np.bincount(at.ravel(), minlength=counts[..., 0, :].size).reshape(shape)
        return Arm(counts[0]), Arm(counts[1])


def walk(champion: Arm, challenger: Arm, strata: Strata) -> Walk:
    """Return `Difference` up to each look; `least` is the smaller number of records up to it."""
    rows, _, looks, _ = champion.counts.shape
    score, weight, variance = np.zeros((3, rows, looks))
    for _, begin, end in strata:
        before = [array[:, begin - 1] if begin else np.zeros(rows) for array in (score, weight, variance)]
        sums = [np.zeros((rows, 2, LEVELS)) for _ in range(2)]
        for look in range(begin, end):
            sums = [total + arm.counts[:, :, look] for arm, total in zip((champion, challenger), sums, strict=True)]
            (n0, value0, variance0), (n1, value1, variance1) = (_area(total[:, 0], total[:, 1]) for total in sums)
            with np.errstate(invalid="ignore"):
                usable = np.isfinite(variance0 + variance1)
                effective = np.where(usable, n0 * n1 / np.maximum(n0 + n1, 1), 0.0)
                score[:, look] = before[0] + np.where(usable, effective * (value1 - value0), 0.0)
                variance[:, look] = before[2] + np.where(usable, effective**2 * (variance0 + variance1), 0.0)
            weight[:, look] = before[1] + effective
    records = [arm.counts.sum(axis=(1, 3), dtype=float).cumsum(axis=1) for arm in (champion, challenger)]
    return Walk(score, weight, variance, np.minimum(*records))


def _area(negatives: Array, positives: Array) -> tuple[Array, Array, Array]:
    """Return records, area and DeLong's variance for each row of counts; nan where a class has less than two."""
    n0, n1 = negatives.sum(axis=1), positives.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        below = (negatives.cumsum(axis=1) - negatives / 2) / n0[:, None]
        above = 1 - (positives.cumsum(axis=1) - positives / 2) / n1[:, None]
        value = (positives * below).sum(axis=1) / n1
        of_positive = (positives * (below - value[:, None]) ** 2).sum(axis=1) / (n1 - 1)
        of_negative = (negatives * (above - value[:, None]) ** 2).sum(axis=1) / (n0 - 1)
        variance = np.where((n0 > 1) & (n1 > 1), of_positive / n1 + of_negative / n0, np.nan)
    return n0 + n1, value, variance
