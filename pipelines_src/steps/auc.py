"""The area under the ROC curve and its bootstrap, fast enough for a thousand resamples of a month of records.

The area is the Mann-Whitney statistic (Hanley and McNeil 1982, Radiology 143): the chance that a positive row scores
higher than a negative one, ties counting half. Rows carry weights, so a resample is a vector of counts over scores
that are sorted once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .errors import StepError

Floats = NDArray[np.float64]
FEWEST_CLUSTERS = 10


class RankedScores:
    """Labels in the order of their scores, ready to be weighted."""

    def __init__(self, label: Floats, score: Floats) -> None:
        self._order = np.argsort(score, kind="stable")
        ordered = score[self._order]
        self._starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        self._positive = label[self._order] > 0

    def auc(self, weights: Floats | None = None) -> float:
        """Return the weighted area; nan when one of the outcomes has no weight."""
        ordered = np.ones(len(self._order)) if weights is None else weights[self._order]
        positives = np.add.reduceat(np.where(self._positive, ordered, 0.0), self._starts)
        negatives = np.add.reduceat(np.where(self._positive, 0.0, ordered), self._starts)
        pairs = positives.sum() * negatives.sum()
        below = np.cumsum(negatives) - negatives / 2
        # A sum and not a product of matrices: the latter starts threads, which wait for each other on a busy machine.
        return float((positives * below).sum() / pairs) if pairs > 0 else float("nan")


@dataclass(frozen=True)
class Interval:
    """A figure with the percentile interval of its bootstrap (Efron and Tibshirani 1993, chapter 13)."""

    value: float
    lower: float
    upper: float
    confidence: float


def compare(
    label: Floats, scores: tuple[Floats, Floats], cluster: NDArray[np.int64], samples: int, confidence: float, seed: int
) -> tuple[Interval, Interval, Interval]:
    """Return the areas of two scores and their difference, all from the same resamples (paired).

    Args:
        label: 1 or 0 per row.
        scores: the model's and the baseline's score per row.
        cluster: number of each row's cluster, 0 to n - 1; all rows of a cluster are drawn together.
        samples: resamples.
        confidence: coverage of the intervals, for example 0.95.
        seed: of the random generator.

    Raises:
        StepError: there are too few clusters to resample.
    """
    ranked = [RankedScores(label, score) for score in scores]
    drawn = np.array([[one.auc(weights) for one in ranked] for weights in _resamples(cluster, samples, seed)])
    first, second = (one.auc() for one in ranked)
    return (
        _interval(first, drawn[:, 0], confidence),
        _interval(second, drawn[:, 1], confidence),
        _interval(first - second, drawn[:, 0] - drawn[:, 1], confidence),
    )


def _resamples(cluster: NDArray[np.int64], samples: int, seed: int) -> Iterator[Floats]:
    clusters = int(cluster.max()) + 1
    if clusters < FEWEST_CLUSTERS:
        raise StepError(
            f"evaluate.resample draws whole periods, but the test split has {clusters}, fewer than {FEWEST_CLUSTERS}. "
            "Choose a shorter period, or row."
        )
    random = np.random.default_rng(seed)
    for _ in range(samples):
        counts = np.bincount(random.integers(0, clusters, clusters), minlength=clusters)
        yield counts[cluster].astype("float64")


def _interval(value: float, drawn: Floats, confidence: float) -> Interval:
    tail = (1 - confidence) / 2
    lower, upper = np.nanquantile(drawn, [tail, 1 - tail])
    return Interval(value, float(lower), float(upper), confidence)
