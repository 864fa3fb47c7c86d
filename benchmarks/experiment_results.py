"""What the simulations of experiments find, and what is promised of it."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import binomtest

ALPHA = 0.05
MEDIAN = {1: 1.5, 2: 0.5, 4: 0.25}  # by the effect, in planned ones


def may_be(share: float, experiments: int, alpha: float = ALPHA) -> bool:
    """Whether a share of experiments may be alpha or less by its 95 % interval (Clopper and Pearson)."""
    return bool(binomtest(round(share * experiments), experiments).proportion_ci().low <= alpha)


@dataclass(frozen=True)
class FalseDecisions:
    """Shares of experiments without a difference that had decided, up to each look."""

    name: str
    experiments: int
    ours: list[float]
    repeated: list[float]
    pooled: list[float]

    def summary(self) -> dict[str, object]:
        """Return the shares at the last look."""
        return {**asdict(self), "ours": self.ours[-1], "repeated": self.repeated[-1], "pooled": self.pooled[-1]}

    @property
    def kept(self) -> bool:
        """Whether the share may be alpha by its 95 % interval, and that of the repeated test is thrice as much."""
        return may_be(self.ours[-1], self.experiments) and self.repeated[-1] >= 3 * ALPHA


@dataclass(frozen=True)
class Together:
    """Shares of experiments without a difference that had decided, where users keep a variant.

    Attributes:
        design_effect: at the last look, the median.
        ours, alone: by the confidence sequence, with the variance between users and with that of independent records.
        repeated: by the z test at every look, with the variance between users.
    """

    name: str
    experiments: int
    design_effect: float
    ours: float
    alone: float
    repeated: float

    def summary(self) -> dict[str, object]:
        """Return all."""
        return asdict(self)

    @property
    def kept(self) -> bool:
        """Whether ours may be alpha by its 95 % interval, and that of independent records is thrice as much."""
        return may_be(self.ours, self.experiments) and self.alone >= 3 * ALPHA


@dataclass(frozen=True)
class SampleSize:
    """Records until a decision, in samples of the fixed-horizon test, of experiments with an effect of `times` plan.

    Attributes:
        fixed_power: share in which the test of one look finds the effect; so of the others.
        ours: records by experiment; those that find nothing have all that there are. `group` and `exact` likewise.
    """

    name: str
    times: int
    fixed_power: float
    ours: list[float]
    power: float
    group: list[float]
    group_power: float
    exact: list[float] | None
    exact_power: float | None

    def summary(self) -> dict[str, object]:
        """Return medians and means instead of all experiments."""
        found: dict[str, object] = {key: value for key, value in asdict(self).items() if not isinstance(value, list)}
        for name, values in (("ours", self.ours), ("group", self.group), ("exact", self.exact)):
            if values:
                found |= {f"{name}_median": float(np.median(values)), f"{name}_mean": float(np.mean(values))}
        return {**found, "at_equal_power": self.equal}

    @property
    def median(self) -> float:
        """The median number of records."""
        return float(np.median(self.ours))

    @property
    def equal(self) -> float:
        """By when as many have found the effect as with the test of one look; infinite if never."""
        found = sorted(self.ours)[: round(self.power * len(self.ours))]
        wanted = math.ceil(self.fixed_power * len(self.ours))
        return found[wanted - 1] if wanted <= len(found) else math.inf

    @property
    def kept(self) -> bool:
        """Whether the median is as promised, at a power that is that of the test of one look in the end."""
        return self.median <= MEDIAN[self.times] and self.equal < math.inf


@dataclass(frozen=True)
class Alarms:
    """Share of experiments without fault that raised an alarm, and the peer's: the z test at every look."""

    name: str
    experiments: int
    ours: float
    repeated: float

    def summary(self) -> dict[str, object]:
        """Return all."""
        return asdict(self)

    @property
    def kept(self) -> bool:
        """Whether the share may be alpha by its 95 % interval."""
        return may_be(self.ours, self.experiments)


@dataclass(frozen=True)
class Delay:
    """Median requests to the challenger (records, of shares) until a fault is found, and share of faults found."""

    name: str
    experiments: int
    median: float
    found: float

    def summary(self) -> dict[str, object]:
        """Return all."""
        return asdict(self)


def delay(name: str, delays: Sequence[float]) -> Delay:
    """Return the delay from that of each experiment, infinite where the fault was not found."""
    return Delay(name, len(delays), float(np.median(delays)), float(np.isfinite(delays).mean()))
