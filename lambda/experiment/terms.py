"""What a person decides about an experiment before it starts. Plain data; impossible values raise ValueError."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Direction = Literal["higher", "lower"]
AtMaximum = Literal["withdraw", "promote", "ask"]


@dataclass(frozen=True)
class Step:
    """A step of the ramp: the challenger's share, and its records at this share before the next step."""

    weight: float
    minimum: int


@dataclass(frozen=True)
class Guard:
    """A rate of failures by which the challenger may exceed the champion's, but for `margin`.

    Attributes:
        margin: tolerated difference of the rates, 0 or more.
        alpha: probability of withdrawing a challenger that keeps the margin.
        expected: the champion's rate by earlier records, if known.
    """

    margin: float
    alpha: float = 0.01
    expected: float | None = None

    def __post_init__(self) -> None:
        _probability("a guard's alpha", self.alpha)
        if not 0 <= self.margin < 1:
            raise ValueError(f"a guard's margin is {self.margin}; it is a difference of rates, from 0 to below 1")


@dataclass(frozen=True)
class Experiment:
    """An experiment between champion and challenger.

    Attributes:
        metric: its name for people.
        direction: whether a higher or a lower metric is better.
        planned_weight, deviation: what the confidence sequence is tuned to (`plan.Plan`).
        ramp: steps of the challenger's share, rising.
        minimum: records that each variant needs before the metric decides anything; users, where users keep a variant.
        maximum: records of both after which the experiment ends, unless its ramp still rises.
        longest: time after which it ends, whatever the records.
        alpha: probability of any decision by the metric if the variants are equally good.
        guards: by name.
        non_inferiority: by how much the challenger may be worse and still be promoted at the end; None: not at all.
        at_maximum: withdraw; promote if the challenger is shown to be within `non_inferiority`, else withdraw; or ask.
        ratio_alpha: probability of a false alarm about the variants' shares of the records, or of the users.
    """

    metric: str
    direction: Direction
    planned_weight: float
    deviation: float
    ramp: tuple[Step, ...]
    minimum: int
    maximum: int
    longest: timedelta
    alpha: float = 0.05
    guards: tuple[tuple[str, Guard], ...] = ()
    non_inferiority: float | None = None
    at_maximum: AtMaximum = "ask"
    ratio_alpha: float = 0.001

    def __post_init__(self) -> None:
        check_ramp(self.ramp)
        _probability("alpha", self.alpha)
        _probability("ratio_alpha", self.ratio_alpha)
        for name in ("planned_weight", "deviation"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is {getattr(self, name)}; it is above 0")
        if not 2 <= self.minimum < self.maximum:  # noqa: PLR2004
            raise ValueError(f"minimum {self.minimum}, maximum {self.maximum}: 2 or more, and less than the maximum")
        if self.non_inferiority is not None and not self.non_inferiority > 0:
            raise ValueError(f"non_inferiority is {self.non_inferiority}; it is above 0, in units of the metric")
        if self.at_maximum == "promote" and self.non_inferiority is None:
            raise ValueError("at_maximum is promote, which needs non_inferiority: how much worse is still good enough")


def check_ramp(ramp: Sequence[Step]) -> None:
    """Raise ValueError unless the steps rise between 0 and 1 and each has a minimum."""
    weights = [step.weight for step in ramp]
    if not weights or weights != sorted(set(weights)) or not 0 < weights[0] <= weights[-1] < 1:
        raise ValueError(f"the ramp's weights are {weights}; they rise, and are between 0 and 1")
    if any(step.minimum < 1 for step in ramp):
        raise ValueError(f"the ramp's minima are {[step.minimum for step in ramp]}; each is 1 or more")


def _probability(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}; it is a probability between 0 and 1")
