"""How much records of one period, such as a day, have in common: the less does each of them tell.

The intraclass correlation of a share is the part of its variance that lies between periods. Records that are drawn by
themselves have 0, records that are all alike within a period 1. It is the analysis of variance's estimate for periods
of unequal sizes (Donner 1986, International Statistical Review 54).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_FEWEST = 2  # periods that can differ


@dataclass(frozen=True)
class Between:
    """Of some shares, each an entry.

    Attributes:
        share: over all periods.
        variance: between periods; that of records within them is not in it.
    """

    share: Floats
    variance: Floats

    @property
    def correlation(self) -> Floats:
        """The part of a record's variance that lies between periods; 0 of what always or never happens."""
        whole = self.share * (1 - self.share)
        found: Floats = np.divide(self.variance, whole, out=np.zeros_like(whole), where=whole > 0).clip(0, 1)
        return found


def between(happened: Any, records: Any) -> Between:
    """Return how shares differ between periods.

    Args:
        happened: how often something happened: a row for each period, a column for each share.
        records: among how many records of each period; periods without any count for nothing.
    """
    counts, sizes = np.asarray(happened, "float64"), np.asarray(records, "float64")
    counts, sizes = counts[sizes > 0], sizes[sizes > 0]
    total, periods = float(sizes.sum()), len(sizes)
    share = counts.sum(axis=0) / total if total else np.zeros(counts.shape[1])
    if periods < _FEWEST or total <= periods:
        return Between(share, np.zeros_like(share))
    of_period, weight = counts / sizes[:, None], sizes[:, None]
    among = (weight * (of_period - share) ** 2).sum(axis=0) / (periods - 1)
    within = (weight * of_period * (1 - of_period)).sum(axis=0) / (total - periods)
    usual = (total - float((sizes**2).sum()) / total) / (periods - 1)
    return Between(share, np.maximum(0.0, (among - within) / usual))


def effective_periods(sizes: Any) -> float:
    """Return as many periods of one size as tell as much as these (Kish 1965); 0 of none."""
    counts = np.asarray(sizes, "float64")
    return float(counts.sum() ** 2 / (counts**2).sum()) if counts.sum() else 0.0


def effective_records(records: float, periods: float, correlation: float) -> float:
    """Return as many records, drawn by themselves, as tell as much as these (Kish 1965; Rao and Scott 1992).

    Args:
        records: how many.
        periods: in how many of one size they are; 0: that is not known, and they count as they are.
        correlation: of records of one period.
    """
    if not records or not periods:
        return records
    return 1 / (correlation / periods + (1 - correlation) / records)
