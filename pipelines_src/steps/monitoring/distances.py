"""How far two distributions are apart.

`simple` and `robust` are those of Model Monitor, which come from Deequ (awslabs/deequ, analyzers/Distance.scala): the
largest difference of cumulative shares of numbers (Kolmogorov-Smirnov), of the shares of categories (L-infinity); the
robust one is less 1.8 standard sizes of the two samples' noise.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from .ranks import Floats, Ranks

BINS = 10
_LEAST_SHARE = 1e-4  # of a bin, since the logarithm of none is infinite
_C_ALPHA = 1.8


@dataclass(frozen=True)
class Distances:
    """Between the baseline and what was captured.

    Attributes:
        simple: largest difference of cumulative shares, or of the shares of a category.
        psi: population stability index, by tenths of the baseline or by category (Siddiqi 2006).
        wasserstein: of numbers, mean distance that values are moved, in the baseline's standard deviations.
        total_variation: of categories, half of the sum of all differences of shares.
        error: by how much sketches may make `simple` too large.
    """

    simple: float
    psi: float
    wasserstein: float | None = None
    total_variation: float | None = None
    error: float = 0.0

    def figures(self) -> dict[str, float]:
        """Return those that there are, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def of_numbers(baseline: Ranks, live: Ranks, std_dev: float) -> Distances:
    """Return the distances of numbers; the deviation is the baseline's."""
    at = np.union1d(baseline.items, live.items)
    apart = np.abs(baseline.shares(at) - live.shares(at))
    moved = float((apart[:-1] * np.diff(at)).sum()) if len(at) > 1 else 0.0
    edges = np.unique(baseline.quantiles(np.arange(1, BINS) / BINS))
    shares = [np.diff([0.0, *ranks.shares(edges), 1.0]) for ranks in (baseline, live)]
    return Distances(
        simple=float(apart.max()),
        psi=_psi(*shares),
        wasserstein=moved / std_dev if std_dev > 0 else (math.inf if moved else 0.0),
        error=baseline.error + live.error,
    )


def of_categories(baseline: Mapping[str, int], live: Mapping[str, int], error: float = 0.0) -> Distances:
    """Return the distances of categories, of which each occurs that often."""
    names = sorted({*baseline, *live})
    shares = [
        np.array([counts.get(name, 0) for name in names], "float64") / max(1, sum(counts.values()))
        for counts in (baseline, live)
    ]
    apart = np.abs(shares[0] - shares[1])
    return Distances(
        simple=float(apart.max(initial=0.0)),
        psi=_psi(*shares),
        total_variation=float(apart.sum() / 2),
        error=error,
    )


def robust(simple: float, baseline: float, live: float) -> float:
    """Return Model Monitor's robust distance of samples of these sizes."""
    return max(0.0, simple - _C_ALPHA * math.sqrt((baseline + live) / (baseline * live)))


def _psi(baseline: Floats, live: Floats) -> float:
    expected, found = np.maximum(baseline, _LEAST_SHARE), np.maximum(live, _LEAST_SHARE)
    return float(((found - expected) * np.log(found / expected)).sum())
