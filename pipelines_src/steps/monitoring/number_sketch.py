"""A mergeable sketch of numbers: how often each occurs while there are few different ones, else KLL.

Most columns of records have few different numbers, which are then exact, and cost no more for a hundred times as many
records. KLL (Karnin, Lang, Liberty 2016) is that of Apache DataSketches, whose bytes are the same in every language.
"""

import base64
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import datasketches
import numpy as np

from ..numbers_seen import SKETCH_SIZE, Counts, NumbersSeen
from ..use_case import Document
from .ranks import Floats, Ranks

MOST_EXACT = 4096  # different numbers
_REPEATED = 1_000_000  # numbers that are in memory with their repetitions


@dataclass
class NumberSketch:
    """Numbers, none of them missing or infinite.

    Attributes:
        values: the different ones, ascending; empty once there are more than MOST_EXACT.
        counts: how often each occurs.
        kll: all of them, once there are more.
        count: how many.
        mean: of them.
        squares: sum of the squared distances from the mean.
    """

    values: Floats = field(default_factory=lambda: np.zeros(0))
    counts: Counts = field(default_factory=lambda: np.zeros(0, "int64"))
    kll: Any = None
    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    _ranks: Ranks | None = None

    def update(self, values: Floats, counts: Counts | None = None) -> None:
        """Take numbers in, each as often as is said, or once."""
        if len(values):
            counts = np.ones(len(values), "int64") if counts is None else counts
            here = int(counts.sum())
            mean = float((values * counts).sum()) / here
            self._add(here, mean, float(((values - mean) ** 2 * counts).sum()))
            self._take(values, counts)

    def merge(self, other: "NumberSketch") -> None:
        """Take another sketch in."""
        if other.count:
            self._add(other.count, other.mean, other.squares)
            if other.kll is None:
                self._take(other.values, other.counts)
            else:
                self._spill()
                self.kll.merge(other.kll)

    def _take(self, values: Floats, counts: Counts) -> None:
        if self.kll is None:
            both = np.concatenate([self.values, values])
            self.values, places = np.unique(both, return_inverse=True)
            weights = np.concatenate([self.counts, counts])
            self.counts = np.bincount(places, weights, len(self.values)).astype("int64")
            if len(self.values) > MOST_EXACT:
                self._spill()
        else:
            self._sketch(values, counts)

    def _spill(self) -> None:
        if self.kll is None:
            self.kll = datasketches.kll_doubles_sketch(SKETCH_SIZE)
            self._sketch(self.values, self.counts)
            self.values, self.counts = np.zeros(0), np.zeros(0, "int64")

    def _sketch(self, values: Floats, counts: Counts) -> None:
        for part in _repeated(values, counts):
            self.kll.update(part)

    def _add(self, count: int, mean: float, squares: float) -> None:
        """Chan, Golub, LeVeque 1979."""
        self._ranks = None
        apart, both = mean - self.mean, self.count + count
        self.squares += squares + apart * apart * (self.count * count / both)
        self.mean += apart * count / both
        self.count = both

    @property
    def std_dev(self) -> float:
        """The population's standard deviation."""
        return math.sqrt(self.squares / self.count) if self.count else 0.0

    def ranks(self) -> Ranks:
        """Return the distribution."""
        if self.kll is None:
            return Ranks(self.values, self.counts.astype("float64"))
        if self._ranks is None:
            # Its iterator gives weights, but after some merges all are 1 (datasketches 5.2.0); its ranks are right.
            items = np.unique(np.fromiter((item for item, _ in self.kll), "float64"))
            until = np.round(np.array(self.kll.get_cdf(items, True)[:-1]) * self.count)
            error = float(self.kll.normalized_rank_error(False))
            self._ranks = Ranks(items, np.diff(until, prepend=0.0), error)
        return self._ranks

    def seen(self) -> NumbersSeen:
        """Return it as the preparation describes numbers; there must be one."""
        if self.kll is None:
            ends = float(self.values[0]), float(self.values[-1])
            return NumbersSeen.of([(self.values, self.counts)], self.count, *ends)
        low, high, ranks = float(self.kll.get_min_value()), float(self.kll.get_max_value()), self.ranks()
        found = NumbersSeen(self.count, low, high, self.mean, sketch=ranks.compactors(), _squares=self.squares)
        inner = np.round(ranks.shares(np.nextafter(found.edges[1:-1], -math.inf)) * self.count)
        found.buckets = np.diff([0, *inner, self.count]).astype("int64")
        return found

    def to_document(self) -> Document:
        """Return it in JSON."""
        return {
            "values": _text(self.values.tobytes()),
            "counts": _text(self.counts.tobytes()),
            "kll": None if self.kll is None else _text(self.kll.serialize()),
            "count": self.count,
            "mean": self.mean,
            "squares": self.squares,
        }

    @classmethod
    def from_document(cls, document: Document) -> "NumberSketch":
        """Build it from `to_document`."""
        kll = document["kll"]
        return cls(
            np.frombuffer(base64.b64decode(document["values"]), "float64"),
            np.frombuffer(base64.b64decode(document["counts"]), "int64"),
            None if kll is None else datasketches.kll_doubles_sketch.deserialize(base64.b64decode(kll)),
            document["count"],
            document["mean"],
            document["squares"],
        )


def _repeated(values: Floats, counts: Counts) -> Iterator[Floats]:
    """Yield each number as often as it occurs, some at a time."""
    while len(values):
        until = max(1, int(np.searchsorted(np.cumsum(counts), _REPEATED, side="right")))
        head = counts[:until].copy()
        while head[0] > _REPEATED:  # a single value of very many
            yield np.full(_REPEATED, values[0])
            head[0] -= _REPEATED
        yield np.repeat(values[:until], head)
        values, counts = values[until:], counts[until:]


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
