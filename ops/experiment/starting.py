"""The terms on which an experiment starts: what its use case declares, and what a plan says of it."""

from pydantic import ValidationError

from config import UseCase
from config.environment_agreement import require_captures
from experiment import beginning
from experiment.declared import Terms
from experiment.plan import Plan
from ops.experiment import function
from ops.experiment.planning import Known
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
    try:
        return beginning.terms_of(function.declared(use_case), known.value, plan, effect, per_user, outcome_hours)
    except ValidationError as error:
        said = "; ".join(found["msg"] for found in error.errors())
        raise OperationError(f"The experiment cannot start on these terms: {said}. Correct `experiment`.") from error


def captures_stay(target: Target, terms: Terms) -> None:
    """Raise ConfigError if captures are gone before an experiment on these terms ends."""
    section = target.use_case.experiment
    hours = section and section.model_copy(update={"outcome_hours": terms.outcome_hours})
    require_captures(target.environment, target.use_case.model_copy(update={"experiment": hours}))
