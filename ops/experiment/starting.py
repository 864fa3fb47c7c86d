"""The terms on which an experiment starts: what its use case declares, and what a plan says of it."""

from pydantic import ValidationError

from config import UseCase
from config.environment_agreement import require_captures
from experiment.declared import Terms
from experiment.plan import Plan
from ops.experiment.planning import Known, before_any
from ops.target import OperationError, Target


def terms_of(
    use_case: UseCase,
    known: Known,
    plan: Plan,
    effect: float | None = None,
    per_user: float = 1.0,
    outcome_hours: int | None = None,
) -> Terms:
    """Return the terms; OperationError if they cannot be.

    Args:
        use_case: what it declares.
        known, plan: what the terms are tuned to.
        effect: what the plan is to find; None: as the use case declares.
        per_user: records of a user who keeps a variant.
        outcome_hours: by when outcomes are known; None: as the use case declares.
    """
    declared = use_case.experiment
    if declared is None:
        raise OperationError(f"{use_case.name} declares no experiments. Add a section `experiment`.")
    guards = {name: guard for name, guard in declared.guards.model_dump().items() if guard}
    try:
        return Terms.model_validate(
            {
                **declared.model_dump(include=_SAME),
                "direction": declared.direction,
                "baseline": known.value,
                "planned_weight": plan.planned_weight,
                "deviation": plan.deviation,
                "tolerance": declared.smallest_effect if effect is None else abs(effect),
                "ramp": [step.model_dump() for step in declared.ramp],
                # Where the plan is short, there is still what it takes to decide anything.
                "maximum": max(plan.maximum, before_any(declared, per_user)),
                "guards": guards,
                **({} if outcome_hours is None else {"outcome_hours": outcome_hours}),
            }
        )
    except ValidationError as error:
        said = "; ".join(found["msg"] for found in error.errors())
        raise OperationError(f"The experiment cannot start on these terms: {said}. Correct `experiment`.") from error


def captures_stay(target: Target, terms: Terms) -> None:
    """Raise ConfigError if captures are gone before an experiment on these terms ends."""
    section = target.use_case.experiment
    hours = section and section.model_copy(update={"outcome_hours": terms.outcome_hours})
    require_captures(target.environment, target.use_case.model_copy(update={"experiment": hours}))


_SAME = {
    "metric",
    "method",
    "assignment",
    "values",
    "minimum",
    "maximum_days",
    "alpha",
    "at_maximum",
    "non_inferiority",
    "outcome_hours",
}
