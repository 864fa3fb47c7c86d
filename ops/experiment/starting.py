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
    declared = function.declared(use_case)
    try:
        return beginning.terms_of(
            declared, known.value, plan, effect=effect, per_user=per_user, outcome_hours=outcome_hours
        )
    except ValidationError as error:
        said = "; ".join(found["msg"] for found in error.errors())
        raise OperationError(f"The experiment cannot start on these terms: {said}. Correct `experiment`.") from error


def captures_stay(target: Target, terms: Terms) -> None:
    """Raise ConfigError if captures are gone before an experiment on these terms ends."""
    section = target.use_case.experiment
    hours = section and section.model_copy(update={"outcome_hours": terms.outcome_hours})
    require_captures(target.environment, target.use_case.model_copy(update={"experiment": hours}))


def hint(target: Target, terms: Terms) -> str:
    """Return what there is to consider about the terms where captures come from several instances; else nothing."""
    serving = target.environment.serves(target.use_case.name)
    one = serving.champion.instances == serving.second.instances == 1 and not serving.scaling
    if terms.outcome_hours or one:
        return ""
    return (
        "Instances deliver captures minutes apart, so with outcomes that count at once a look may miss some of one "
        "variant, and ask a person about its share. With much traffic stop it, and start with --outcome-hours 1."
    )
