"""The area under the ROC curve from counts of scores in bins, and its variance."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

BINS = 1024
_REACH = 12.0  # in log odds: probabilities from 6e-6 to 1 - 6e-6; what is beyond is in the outermost bins


def bin_of(score: float) -> int:
    """Return the bin of a predicted probability, 0 to BINS - 1; ValueError if it is none.

    Bins are equally wide in log odds (24 / 1024 = 0.023), so that they also part the scores of rare outcomes.
    """
    if not 0 <= score <= 1:
        raise ValueError(f"a score of {score}: bins are for probabilities, from 0 to 1")
    odds = math.log(score) - math.log1p(-score) if 0 < score < 1 else math.copysign(math.inf, score - 0.5)
    return int(min(max((odds + _REACH) / (2 * _REACH), 0.0) * BINS, BINS - 1))


@dataclass(frozen=True)
class ScoreCounts:
    """How many scores of each class are in each bin; bins without any are left out.

    Attributes:
        positives: bin -> records whose true class is the positive one.
        negatives: bin -> the others.
    """

    positives: Mapping[int, int] = field(default_factory=dict)
    negatives: Mapping[int, int] = field(default_factory=dict)

    def __add__(self, other: "ScoreCounts") -> "ScoreCounts":
        return ScoreCounts(_sum(self.positives, other.positives), _sum(self.negatives, other.negatives))

    @property
    def n(self) -> int:
        """Records of both classes."""
        return sum(self.positives.values()) + sum(self.negatives.values())

    @property
    def usable(self) -> bool:
        """Whether there is a variance: two records of each class."""
        return sum(self.positives.values()) > 1 and sum(self.negatives.values()) > 1

    @property
    def value(self) -> float:
        """The area: how often a positive has the higher score; scores in one bin count as half."""
        return self._area[0]

    @property
    def value_variance(self) -> float:
        """DeLong, DeLong and Clarke-Pearson's (1988) variance of the area of the binned scores.

        Each positive has the share of negatives below it (half of those in its bin), each negative the share of
        positives above it. The variance is the variance of the former over the positives plus that of the latter over
        the negatives, each divided by its number.
        """
        return self._area[1]

    @property
    def error(self) -> float:
        """How far the area can be from that of the scores themselves: half the pairs that share a bin."""
        n_positive, n_negative = sum(self.positives.values()), sum(self.negatives.values())
        ties = sum(count * self.negatives.get(at, 0) for at, count in self.positives.items())
        return ties / (2 * n_positive * n_negative) if ties else 0.0

    def problem(self) -> str | None:
        """Say what is impossible about the counts; None if nothing is."""
        for name, counts in (("positives", self.positives), ("negatives", self.negatives)):
            for at, count in counts.items():
                if not 0 <= at < BINS or not 0 <= count < math.inf:
                    return f"{count} {name} in bin {at}; bins are 0 to {BINS - 1}, counts not negative"
        return None

    @cached_property
    def _area(self) -> tuple[float, float]:
        if not self.usable:
            raise ValueError("an area needs two records of each class; ask `usable` first")
        n_positive, n_negative = sum(self.positives.values()), sum(self.negatives.values())
        below, above = 0, n_positive
        of_positive, of_negative = _Spread(), _Spread()
        for at in sorted({*self.positives, *self.negatives}):
            positive, negative = self.positives.get(at, 0), self.negatives.get(at, 0)
            above -= positive
            of_positive.add(positive, (below + negative / 2) / n_negative)
            of_negative.add(negative, (above + positive / 2) / n_positive)
            below += negative
        return of_positive.mean, of_positive.variance / n_positive + of_negative.variance / n_negative


class _Spread:
    """Mean and variance of values with counts (West 1979)."""

    def __init__(self) -> None:
        self._n, self.mean, self._squares = 0, 0.0, 0.0

    def add(self, count: int, value: float) -> None:
        if count:
            self._n += count
            step = value - self.mean
            self.mean += step * count / self._n
            self._squares += count * step * (value - self.mean)

    @property
    def variance(self) -> float:
        return self._squares / (self._n - 1)


def _sum(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    return {at: one.get(at, 0) + other.get(at, 0) for at in sorted({*one, *other})}
