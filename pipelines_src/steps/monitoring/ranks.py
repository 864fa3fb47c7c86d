"""The distribution of a number as weighted items: what every sketch of quantiles comes down to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ranks:
    """Items, ascending, each standing for `weight` numbers.

    Attributes:
        items: of the sketch.
        weights: how many numbers each stands for.
        error: by how much a share of numbers up to some value may be wrong.
    """

    items: Floats
    weights: Floats
    error: float = 0.0

    @classmethod
    def of(cls, pairs: Iterable[tuple[float, float]], error: float = 0.0) -> "Ranks":
        """Build it from items and weights in any order."""
        table = np.array(list(pairs), "float64").reshape(-1, 2)
        table = table[np.argsort(table[:, 0], kind="stable")]
        return cls(table[:, 0], table[:, 1], error)

    @classmethod
    def of_compactors(cls, levels: Sequence[Sequence[float]], k: float) -> "Ranks":
        """Build it from the stack in a statistics.json: an item of level i stands for 2**i numbers.

        The error is that of a KLL sketch of the size k; a stack that never compacted is exact.
        """
        pairs = [(float(item), 2.0**level) for level, items in enumerate(levels) for item in items]
        return cls.of(pairs, rank_error(k) if any(len(items) for items in levels[1:]) else 0.0)

    @property
    def count(self) -> float:
        """How many numbers."""
        return float(self.weights.sum())

    def shares(self, at: Floats) -> Floats:
        """Return which share of the numbers is at most each value."""
        until = np.concatenate([[0.0], np.cumsum(self.weights)])
        found: Floats = until[np.searchsorted(self.items, at, side="right")] / until[-1]
        return found

    def quantiles(self, shares: Floats) -> Floats:
        """Return the smallest item up to which each share of the numbers lies."""
        until = np.cumsum(self.weights)
        places = np.searchsorted(until, shares * until[-1], side="left")
        found: Floats = self.items[np.minimum(places, len(self.items) - 1)]
        return found

    def compactors(self) -> list[list[float]]:
        """Return the stack for a statistics.json: each item is on the levels of the bits of its weight."""
        weights = self.weights.astype("int64")
        depth = int(weights.max(initial=1)).bit_length()
        return [self.items[(weights >> level & 1) == 1].tolist() for level in range(depth)]


def rank_error(k: float) -> float:
    """Return how far a share may be off in a KLL sketch of size k, with a probability of 99 %.

    Fitted by the Apache DataSketches project for its own sketches (kll_helper, `get_normalized_rank_error`).
    """
    return float(2.296 / k**0.9723)
