"""Whether a figure that was resampled is worse than allowed by more than chance."""

import math
from dataclasses import dataclass, replace

from scipy.special import stdtr, stdtrit

from ..use_case import Document
from . import noise
from .varies import Spread

INTERVAL = 1.959963984540054  # standard deviations from the middle to either end of 95 %
_LEAST_FREEDOM = 1.0


@dataclass(frozen=True)
class Judged:
    """A figure against its baseline.

    Attributes:
        name: of the figure.
        value: as captured.
        lower: end of its interval of 95 %.
        upper: the other end.
        baseline: the same of the baseline; None: there is none.
        worse: by how much it is worse than the baseline.
        tolerance: by how much it may be.
        deviation: standard deviation of `worse`.
        freedom: degrees of freedom that this was estimated with.
        probability: of so much by chance, among all that are judged together.
        violated: whether that is too improbable.
    """

    name: str
    value: float
    lower: float
    upper: float
    baseline: float | None
    worse: float
    tolerance: float
    deviation: float
    freedom: float = math.inf
    probability: float = 1.0
    violated: bool = False

    @classmethod
    def of(
        cls, name: str, value: float, baseline: float | None, worse: float, tolerance: float, spread: Spread
    ) -> "Judged":
        """Return a figure, not judged yet, with the interval of 95 % that its spread makes."""
        ends = (value - INTERVAL * spread.own, value + INTERVAL * spread.own)
        return cls(name, value, *ends, baseline, worse, tolerance, spread.both, spread.freedom)

    @property
    def own_deviation(self) -> float:
        """Standard deviation of the figure itself."""
        return (self.upper - self.lower) / 2 / INTERVAL

    def to_document(self) -> Document:
        """Return it for the report."""
        return {
            "value": self.value,
            "lower": self.lower,
            "upper": self.upper,
            "baseline": self.baseline,
            "tolerance": self.tolerance,
            "probability": self.probability,
            "violated": self.violated,
        }


def judged(figures: list[Judged], alpha: float) -> list[Judged]:
    """Return figures with their probabilities, by Student's t (normal where much is known) and Holm (1979)."""
    adjusted = noise.holm([_chance(one) for one in figures])
    return [
        replace(one, probability=chance, violated=chance <= alpha)
        for one, chance in zip(figures, adjusted, strict=True)
    ]


def reach(spread: Spread, alpha: float) -> float:
    """Return by how much chance takes a figure off, and farther with a probability of `alpha`, by Student's t.

    It is infinite where too little is known.
    """
    return spread.both * float(stdtrit(spread.freedom, 1 - alpha)) if spread.freedom >= _LEAST_FREEDOM else math.inf


def _chance(one: Judged) -> float:
    beyond = one.worse - one.tolerance
    if one.baseline is None or not math.isfinite(beyond) or beyond <= 0 or not one.deviation > 0:
        return 1.0
    if math.isinf(one.freedom):
        return 0.5 * math.erfc(beyond / one.deviation / math.sqrt(2))
    return float(stdtr(one.freedom, -beyond / one.deviation)) if one.freedom >= _LEAST_FREEDOM else 1.0
