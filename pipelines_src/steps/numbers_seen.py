"""Figures and a sketch of any number of numbers that come sorted, of which few are in memory at a time.

Each part is a pair of arrays: distinct values, ascending, and how often each occurs. Sums are made over parts of one
size, so that the same numbers give the same bits, however an engine cuts what it hands over.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

BUCKETS = 10
SKETCH_SIZE = 2048
Values: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64]
Parts: TypeAlias = Iterable[tuple[Values, Counts]]
_PART = 65_536  # distinct values that are added at once


@dataclass
class NumbersSeen:
    """What `of` found.

    Attributes:
        count: how many numbers.
        mean: of them.
        std_dev: square root of the mean squared distance from the mean (the population's).
        buckets: how many are in each of ten equally wide intervals from the lowest to the highest, both included.
        sketch: compactors of a KLL sketch: an item of level i stands for 2**i numbers; the weights add up to `count`.
    """

    count: int
    low: float
    high: float
    mean: float = 0.0
    buckets: Counts = field(default_factory=lambda: np.zeros(BUCKETS, "int64"))
    sketch: list[list[float]] = field(default_factory=list)
    _squares: float = 0.0

    @classmethod
    def of(cls, parts: Parts, count: int, low: float, high: float) -> "NumbersSeen":
        """Read all parts of `count` numbers, one at least, the lowest and the highest of which are known."""
        seen, ranks = cls(count, low, high), _ranks(count)
        wanted = np.sort(np.concatenate(ranks))
        taken, before = np.empty(len(wanted)), 0
        with np.errstate(over="ignore", invalid="ignore"):  # squares of the largest numbers are none
            for values, counts in _of_one_size(parts):
                seen._add(values, counts, before)
                until = before + np.cumsum(counts)
                here = slice(*np.searchsorted(wanted, [before, until[-1]]))
                taken[here] = values[np.searchsorted(until, wanted[here], side="right")]
                before = int(until[-1])
        seen.sketch = [taken[np.searchsorted(wanted, level)].tolist() for level in ranks]
        return seen

    def _add(self, values: Values, counts: Counts, before: int) -> None:
        """Take a part in, after `before` numbers (Chan, Golub, LeVeque 1979)."""
        here = int(counts.sum())
        mean = float((values * counts).sum()) / here
        apart, both = mean - self.mean, before + here
        self._squares += float(((values - mean) ** 2 * counts).sum())
        if before:
            self._squares += apart * apart * (before * here / both)
        self.mean += apart * here / both
        # Not numpy's histogram: it fails at a single number above 2**52, whose interval has no inside.
        places = np.clip(np.searchsorted(self.edges, values, side="right") - 1, 0, BUCKETS - 1)
        self.buckets += np.bincount(places, counts, BUCKETS).astype("int64")

    @property
    def std_dev(self) -> float:
        """The population's standard deviation."""
        return math.sqrt(self._squares / self.count)

    @property
    def sum(self) -> float:
        """The sum."""
        return self.mean * self.count

    @cached_property
    def edges(self) -> Values:
        """The eleven ends of the ten intervals; a single number stands in the middle of one of width 1."""
        low, high = (self.low, self.high) if self.low < self.high else (self.low - 0.5, self.high + 0.5)
        if math.isfinite(high - low):
            return np.linspace(low, high, BUCKETS + 1)
        share = np.arange(BUCKETS + 1) / BUCKETS
        return low * (1 - share) + high * share


def distinct(values: Any) -> tuple[Values, Counts]:
    """Return numbers, none missing, as one part."""
    found, counts = np.unique(np.asarray(values, "float64"), return_counts=True)
    return found, counts.astype("int64")


def _of_one_size(parts: Parts) -> Iterator[tuple[Values, Counts]]:
    kept: list[tuple[Values, Counts]] = []
    for part in parts:
        kept.append(part)
        while sum(len(values) for values, _ in kept) >= _PART:
            values, counts = (np.concatenate(arrays) for arrays in zip(*kept, strict=True))
            yield values[:_PART], counts[:_PART]
            kept = [(values[_PART:], counts[_PART:])]
    values, counts = (np.concatenate(arrays) for arrays in zip(*kept, strict=True))
    if len(values):
        yield values, counts


def _ranks(count: int) -> list[NDArray[np.int64]]:
    """Return, of each level of the sketch, which numbers it holds by their place in order.

    The few that do not fill an item of the top level are taken evenly and put on the levels of their bits.
    """
    top = max(0, math.ceil(math.log2(count / SKETCH_SIZE)))
    rest = count % 2**top
    spread = np.linspace(0, count - 1, rest).round().astype("int64")
    levels, taken = [], 0
    for level in range(top):
        odd = rest >> level & 1
        levels.append(spread[taken + (1 << level) // 2 :][:odd])
        taken += odd << level
    # Places among those that are left, and how many of the spread come before each.
    places = np.arange((count - rest) // 2**top) * 2**top + 2**top // 2
    return [*levels, places + np.searchsorted(spread - np.arange(rest), places, side="right")]
