"""Areas under curves of ranked scores, fast enough for a thousand resamples of a month of records.

The area under the ROC curve is the Mann-Whitney statistic (Hanley and McNeil 1982, Radiology 143): the chance that a
positive row scores higher than a negative one, ties counting half. The average precision is the area of the steps below
the curve of precision and recall, as scikit-learn's. Rows carry weights, so that scores are sorted once.
"""

import numpy as np

from .bootstrap import Floats


class RankedScores:
    """Labels in the order of their scores, ready to be weighted."""

    def __init__(self, label: Floats, score: Floats) -> None:
        self._order = np.argsort(score, kind="stable")
        ordered = score[self._order]
        self._starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        self._positive = label[self._order] > 0

    def auc(self, weights: Floats | None = None) -> float:
        """Return the weighted area under the ROC curve; nan when one of the outcomes has no weight."""
        positives, negatives = self._outcomes(weights)
        pairs = positives.sum() * negatives.sum()
        below = np.cumsum(negatives) - negatives / 2
        return float((positives * below).sum() / pairs) if pairs > 0 else float("nan")

    def average_precision(self, weights: Floats | None = None) -> float:
        """Return the weighted average precision; nan when no positive row has weight."""
        positives, negatives = (one[::-1] for one in self._outcomes(weights))
        found = np.cumsum(positives)
        alarms = found + np.cumsum(negatives)
        precision = np.divide(found, alarms, out=np.zeros_like(found), where=alarms > 0)
        return float((positives * precision).sum() / found[-1]) if found[-1] > 0 else float("nan")

    def _outcomes(self, weights: Floats | None) -> tuple[Floats, Floats]:
        """Return the weights of positive and of negative rows at each distinct score, from the lowest on."""
        ordered = np.ones(len(self._order)) if weights is None else weights[self._order]
        positives = np.add.reduceat(np.where(self._positive, ordered, 0.0), self._starts)
        return positives, np.add.reduceat(np.where(self._positive, 0.0, ordered), self._starts)
