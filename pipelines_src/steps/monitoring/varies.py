"""How figures vary between windows, as the baseline saw them vary between days, or another period.

Records of one day have much in common, so that a window of few days varies by more than its records tell.
docs/decisions/drift.md says what that is worth.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..intraclass import effective_periods
from .ranks import Floats


def windows(number: int, count: float, samples: int) -> Floats:
    """Return how often each of a number of periods is in windows of `count`, drawn at random: a row for each window."""
    drawn = np.random.default_rng(2).multinomial(max(1, round(count)), np.full(number, 1 / number), samples)
    return drawn.astype("float64")


@dataclass(frozen=True)
class Spread:
    """What chance does to a figure of a window.

    Attributes:
        own: standard deviation of the figure.
        both: that of its difference from the baseline's.
        freedom: degrees of freedom that they are known with.
    """

    own: float
    both: float
    freedom: float = math.inf


@dataclass(frozen=True)
class Varies:
    """How figures vary between windows of some days, or other periods.

    Attributes:
        baseline: standard deviation of each figure in the baseline; empty where records count one by one.
        window: the same in a window of as many periods as this one has.
        freedom: degrees of freedom that they are known with.
    """

    baseline: Mapping[str, float] = field(default_factory=dict)
    window: Mapping[str, float] = field(default_factory=dict)
    freedom: float = math.inf

    @classmethod
    def of(
        cls, before: float, periods: Mapping[str, int], deviations: Callable[[float], Mapping[str, float]]
    ) -> "Varies":
        """Return it for a window.

        Args:
            before: how many periods of one size the baseline has; 0 or 1: how they differ is not known.
            periods: how many of the window's records are of each; empty: that is not known.
            deviations: how many periods of one size -> standard deviation of each figure in as many.
        """
        now = effective_periods(list(periods.values()))
        # What few days say of how days vary is little, whatever the baseline says: a single one says nothing.
        return cls(deviations(before), deviations(now), min(before, now) - 1) if before > 1 and now else cls()

    def spread(self, name: str, alone: Spread) -> Spread:
        """Return how a figure varies; `alone` is that by its records, if each told by itself."""
        if not self.window.get(name):
            return alone
        own = math.hypot(alone.own, self.window[name])
        return Spread(own, math.hypot(own, self.baseline.get(name, 0.0)), self.freedom)
