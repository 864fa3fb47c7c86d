"""The bootstrap: intervals of figures by drawing rows, or all rows of a period together, again and again.

A resample is a weight per row, how often it was drawn, so that a figure sorts or bins its rows once and weighs them a
thousand times. All figures of a resample come from the same rows: differences between forecasts are paired.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..errors import StepError

Floats = NDArray[np.float64]
Figures = dict[str, float]
FEWEST_CLUSTERS = 10
_PERIODS = {"hour": "h", "day": "D", "week": "W"}


@dataclass(frozen=True)
class Chances:
    """Which figures are the chance of something.

    Attributes:
        rows: of each the rows of which one each is compared or counted: for a share of right answers all rows, for an
            area under the ROC curve the positive and the negative.
        differences: of two of them, by the names of both.
    """

    rows: Mapping[str, Sequence[NDArray[np.bool_]]] = field(default_factory=dict)
    differences: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Interval:
    """A figure with the percentile interval of its bootstrap (Efron and Tibshirani 1993, chapter 13).

    A chance that is 0 or 1 in every resample has its interval from `Resampling.beyond` instead.
    """

    value: float
    lower: float
    upper: float
    confidence: float


@dataclass(frozen=True)
class Resampling:
    """What is drawn, and how often.

    Attributes:
        cluster: number of each row's cluster, 0 to n - 1; all rows of a cluster are drawn together.
        samples: resamples.
        confidence: coverage of the intervals, for example 0.95.
        seed: of the random generator.
    """

    cluster: NDArray[np.int64]
    samples: int
    confidence: float
    seed: int

    @classmethod
    def of(cls, evaluate: dict[str, Any], time: pd.Series) -> "Resampling":
        """Return what the section `evaluate` asks for; rows without a time are a period of their own."""
        if evaluate["resample"] == "row":
            cluster = np.arange(len(time))
        else:
            period = time.dt.to_period(_PERIODS[evaluate["resample"]])
            cluster = np.asarray(pd.factorize(period, use_na_sentinel=False)[0], dtype=np.int64)
        return cls(cluster, evaluate["bootstrap_samples"], evaluate["confidence"], evaluate["seed"])

    def weights(self) -> Iterator[Floats]:
        """Yield how often each row was drawn, once per resample; StepError if there is too little to draw from."""
        clusters = int(self.cluster.max(initial=-1)) + 1
        if clusters < FEWEST_CLUSTERS:
            raise StepError(
                f"evaluate.resample draws rows or whole periods, but the test split has {clusters} of them, fewer than "
                f"{FEWEST_CLUSTERS}. Choose a shorter period, or row, or test on more records."
            )
        random = np.random.default_rng(self.seed)
        for _ in range(self.samples):
            counts = np.bincount(random.integers(0, clusters, clusters), minlength=clusters)
            yield counts[self.cluster].astype("float64")

    def intervals(self, figures: Callable[[Floats], Figures], chances: Chances | None = None) -> dict[str, Interval]:
        """Return each figure with its interval, all from the same resamples.

        Args:
            figures: a weight per row -> figure by name; nan where the rows drawn do not give it.
            chances: those of which the resamples say nothing if only one outcome was seen.
        """
        values = figures(np.ones(len(self.cluster)))
        # Products this short gain nothing from threads, which on a busy machine wait for each other most of the time.
        with threadpool_limits(1):
            drawn = [figures(weights) for weights in self.weights()]
        found = {name: self._interval(value, [one[name] for one in drawn]) for name, value in values.items()}
        return self._widened(found, chances) if chances else found

    def _widened(self, found: dict[str, Interval], chances: Chances) -> dict[str, Interval]:
        """Return the intervals with those of chances that are 0 or 1 in every resample, and of differences of these."""
        alike = {
            name: self.beyond(found[name], rows)
            for name, rows in chances.rows.items()
            if found[name].value in (0, 1) and found[name].lower == found[name].upper
        }
        apart = {}
        for name, (first, second) in chances.differences.items():
            one, other = (alike.get(part, found[part]) for part in (first, second))
            below = found[first].lower - one.lower + other.upper - found[second].upper
            above = one.upper - found[first].upper + found[second].lower - other.lower
            apart[name] = replace(found[name], lower=found[name].lower - below, upper=found[name].upper + above)
        return found | alike | apart

    def beyond(self, observed: Interval, rows: Sequence[NDArray[np.bool_]]) -> Interval:
        """Return what a chance may be of which only the one outcome was seen, so that every resample is alike.

        That is Clopper and Pearson's interval (1934, Biometrika 26) of as many trials as there are clusters: what goes
        wrong with probability p goes right n times with (1 - p)^n. Of an area under the ROC curve the trials are
        disjoint pairs, of which there are as many as clusters of the rarer outcome.
        """
        trials = min(len(np.unique(self.cluster[some])) for some in rows)
        far = ((1 - self.confidence) / 2) ** (1 / trials)
        return replace(observed, lower=far) if observed.value else replace(observed, upper=1 - far)

    def _interval(self, value: float, drawn: list[float]) -> Interval:
        known = np.array(drawn)[~np.isnan(drawn)]
        tail = (1 - self.confidence) / 2
        lower, upper = np.quantile(known, [tail, 1 - tail]) if known.size else (np.nan, np.nan)
        return Interval(float(value), float(lower), float(upper), self.confidence)
