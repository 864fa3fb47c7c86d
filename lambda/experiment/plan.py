"""How many records an experiment needs, before it starts: with one look at the end, and with looks at any time."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiment.first_passage import passage
from experiment.terms import Step, check_ramp


@dataclass(frozen=True)
class Spread:
    """The variance of one record's metric for each variant: what a plan needs to know of the metric."""

    champion: float
    challenger: float

    def __post_init__(self) -> None:
        if min(self.champion, self.challenger) < 0 or not self.champion + self.challenger > 0:
            raise ValueError(f"variances of {self.champion} and {self.challenger}; they are above 0")

    @classmethod
    def of_rate(cls, baseline: float, effect: float) -> "Spread":
        """Of a share of records: `baseline` is the champion's, `effect` the challenger's minus it."""
        if not 0 < baseline < 1 or not 0 <= baseline + effect <= 1:
            raise ValueError(f"a rate of {baseline} and one of {baseline + effect}; rates are between 0 and 1")
        return cls(baseline * (1 - baseline), (baseline + effect) * (1 - baseline - effect))

    @classmethod
    def of_mean(cls, deviation: float) -> "Spread":
        """Of a mean: the standard deviation of one record's number, for instance of its log loss."""
        return cls(deviation**2, deviation**2)

    @classmethod
    def of_auc(cls, baseline: float, effect: float, positives: float) -> "Spread":
        """Of an area under the ROC curve, with the share of records whose class is the positive one.

        Hanley and McNeil's (1982) variance for scores with exponential distributions, in its limit for many records.
        Measure the champion's own (`ScoreCounts.value_variance` times n) where records of it exist.
        """
        areas = (baseline, baseline + effect)
        if not all(0.5 <= area < 1 for area in areas) or not 0 < positives < 1:  # noqa: PLR2004
            raise ValueError(f"areas of {areas} and {positives} positives; areas are from 0.5 to 1, shares from 0 to 1")
        return cls(*(_hanley(area, positives) for area in areas))

    def times(self, design_effect: float) -> "Spread":
        """Return it where records come together, so that so many times more of them are needed."""
        return Spread(self.champion * design_effect, self.challenger * design_effect)


def design_effect(per_user: float, correlation: float) -> float:
    """Return how many times more records it takes where users are drawn than where records are (Kish 1965).

    Args:
        per_user: records of a user, the mean over records: more than that over users where some have many.
        correlation: of two records of one user, beyond that of any two (intraclass correlation).

    ValueError unless `per_user` is 1 or more, and the correlation from 0 to 1.
    """
    if not 1 <= per_user < float("inf") or not 0 <= correlation <= 1:
        raise ValueError(
            f"{per_user} records of a user and a correlation of {correlation}; allowed are 1 or more, and 0 to 1"
        )
    return 1 + (per_user - 1) * correlation


@dataclass(frozen=True)
class Plan:
    """Records of both variants together, along the ramp.

    Attributes:
        fixed: with one look at the end, a z test.
        median: by when half of all experiments have ended whose effect is the planned one.
        maximum: where to stop so that a share `power` of them has found the effect: the maximum exposure.
        maximum_challenger: how many of these the challenger answers.
        days: fixed, median and maximum in days of the traffic; None without it.
        planned_weight: the effective number of records that the confidence sequence is to be tuned to.
        deviation: the standard deviation of one record's metric that it is to be tuned to.
    """

    fixed: int
    median: int
    maximum: int
    maximum_challenger: int
    days: tuple[float, float, float] | None
    planned_weight: float
    deviation: float


def plan(
    spread: Spread,
    effect: float,
    ramp: Sequence[Step],
    alpha: float = 0.05,
    power: float = 0.8,
    per_day: float | None = None,
) -> Plan:
    """Plan an experiment that is to find a difference of `effect`, in either direction, with the power given.

    `per_day`: records a day whose outcome becomes known, of both variants. A ramp's steps last for their minimum, the
    last to the end. ValueError if the effect is 0 or the ramp is none.
    """
    check_ramp(ramp)
    if not effect:
        raise ValueError("an effect of 0 takes forever to find; give the smallest one that matters")
    needed = passage(alpha, power)
    scale = 1 / effect**2
    fixed, median, most = (
        _along(ramp, spread, information * scale) for information in (needed.fixed, needed.median, needed.quantile)
    )
    days = (fixed[0] / per_day, median[0] / per_day, most[0] / per_day) if per_day else None
    last = ramp[-1].weight
    weight = needed.fixed * scale * _variance(spread, last)
    return Plan(
        fixed=_up(fixed[0]),
        median=_up(median[0]),
        maximum=_up(most[0]),
        maximum_challenger=_up(most[1]),
        days=days,
        planned_weight=weight,
        deviation=_variance(spread, last) ** 0.5,
    )


def least(ramp: Sequence[Step], minimum: float) -> int:
    """Return the records of both variants with which the ramp is through and each variant has `minimum` of its own.

    With a tenth more, since a share is kept on average only, and looks are not at all times.
    """
    check_ramp(ramp)
    last = ramp[-1]
    records = sum(step.minimum / step.weight for step in ramp[:-1])
    challenger = sum(step.minimum for step in ramp[:-1])
    lacks = max(minimum - challenger, last.minimum) / last.weight
    of_champion = max(0.0, minimum - (records - challenger)) / (1 - last.weight)
    return _up((records + max(lacks, of_champion)) * 11 / 10)


def _variance(spread: Spread, share: float) -> float:
    """Return the variance of the score per effective record at a share of the challenger."""
    return (1 - share) * spread.challenger + share * spread.champion


def _along(ramp: Sequence[Step], spread: Spread, information: float) -> tuple[float, float]:
    """Return the records, and those of the challenger, after which the ramp has gathered an information."""
    records = challenger = 0.0
    for step in ramp:
        per_record = step.weight * (1 - step.weight) / _variance(spread, step.weight)
        here = information / per_record
        if step is not ramp[-1]:
            here = min(here, step.minimum / step.weight)
        records, challenger = records + here, challenger + here * step.weight
        information -= here * per_record
    return records, challenger


def _up(records: float) -> int:
    return -int(-records // 1)


def _hanley(area: float, positives: float) -> float:
    of_positive = area / (2 - area) - area**2
    of_negative = 2 * area**2 / (1 + area) - area**2
    return of_positive / positives + of_negative / (1 - positives)
