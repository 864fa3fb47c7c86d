"""The terms on which an experiment begins: what a use case declares, and what a plan makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from experiment.declared import Assignment, GuardName, GuardTerms, Part, RampStep, Terms
from experiment.plan import Plan, Spread, least, plan
from experiment.terms import AtMaximum, Direction, Step

Problem = Literal["binary_classification", "multiclass_classification", "regression"]


class Declared(Part):
    """The section `experiment` of a use case, as its rules carry it, with what it depends on.

    Attributes:
        problem: of the use case.
        own_threshold: whether its models decide by a threshold that they chose, since costs are declared.
    """

    problem: Problem
    own_threshold: bool
    metric: Literal["error_rate", "log_loss", "auc", "value", "absolute_error", "squared_error"]
    direction: Direction
    values: dict[str, float] | None = None
    smallest_effect: float
    method: Literal["sequential", "thompson"]
    assignment: Assignment
    alpha: float
    power: float
    ramp: tuple[RampStep, ...]
    minimum: int
    maximum_days: int
    at_maximum: AtMaximum
    non_inferiority: float | None = None
    guards: dict[GuardName, GuardTerms]
    outcome_hours: int


@dataclass(frozen=True)
class Together:
    """How users' requests come together where they keep a variant: the design effect, and how many a user sends."""

    effect: float = 1.0
    per_user: float = 1.0

    @classmethod
    def of(cls, numbers: Mapping[str, Any]) -> "Together | None":
        """Return what the numbers of a look say; None if they do not."""
        if not numbers.get("design_effect"):
            return None
        users = numbers["champion_users"] + numbers["challenger_users"]
        of_each = (numbers["champion_records"] + numbers["challenger_records"]) / max(users, 1)
        return cls(max(1.0, numbers["design_effect"]), of_each)


def plan_of(
    declared: Declared,
    value: float | None,
    deviation: float,
    *,
    effect: float | None = None,
    per_day: float | None = None,
    together: float = 1.0,
) -> Plan:
    """Return the plan.

    Args:
        declared: the terms.
        value: the champion's metric, None where it is not known.
        deviation: of one record's number.
        effect: to find, instead of the declared one.
        per_day: records a day.
        together: the design effect where users keep a variant.

    Raises:
        ValueError, ArithmeticError: there is none; the text says why.
    """
    size = abs(declared.smallest_effect if effect is None else effect)
    spread = _spread(declared, value, deviation, size).times(together)
    return plan(spread, size, _ramp(declared), declared.alpha, declared.power, per_day)


def before_any(declared: Declared, per_user: float = 1.0) -> int:
    """Return the requests before which nothing is promoted, whatever is found: the ramp's, and those of each variant.

    `per_user`: of a user who keeps a variant, where `minimum` is one of users.
    """
    return least(_ramp(declared), declared.minimum * per_user)


def _ramp(declared: Declared) -> tuple[Step, ...]:
    return tuple(Step(step.weight, step.minimum) for step in declared.ramp)


def _spread(declared: Declared, value: float | None, deviation: float, effect: float) -> Spread:
    if declared.metric == "error_rate" and value is not None:
        return Spread.of_rate(value, -effect)  # a better challenger errs less
    return Spread.of_mean(deviation)


def terms_of(
    declared: Declared,
    value: float | None,
    found: Plan,
    *,
    effect: float | None = None,
    per_user: float = 1.0,
    outcome_hours: int | None = None,
) -> Terms:
    """Return the terms; pydantic's ValidationError if they cannot be.

    Args:
        declared: what the use case says.
        value: the champion's metric, None where it is not known.
        found: the plan that they are tuned to.
        effect: what the plan is to find; None: as declared.
        per_user: records of a user who keeps a variant.
        outcome_hours: by when outcomes are known; None: as declared.
    """
    same = declared.model_dump(exclude={"problem", "own_threshold", "smallest_effect", "power"})
    return Terms.model_validate(
        {
            **same,
            "baseline": value,
            "planned_weight": found.planned_weight,
            "deviation": found.deviation,
            "tolerance": declared.smallest_effect if effect is None else abs(effect),
            # Where the plan is short, there is still what it takes to decide anything.
            "maximum": max(found.maximum, before_any(declared, per_user)),
            **({} if outcome_hours is None else {"outcome_hours": outcome_hours}),
        }
    )
