"""The terms on which an experiment starts: what its use case declares, and what a plan says of it."""

from pydantic import ValidationError

from config import UseCase
from experiment import beginning
from experiment.declared import Terms
from experiment.plan import Plan
from ops.experiment import function
from ops.experiment.planning import Known
from ops.target import OperationError


def terms_of(
    use_case: UseCase, known: Known, plan: Plan, per_user: float = 1.0, outcome_hours: int | None = None
) -> Terms:
    """Return the terms; OperationError if they cannot be.

    Args:
        use_case: what it declares.
        known, plan: what the terms are tuned to.
        per_user: records of a user who keeps a variant.
        outcome_hours: by when outcomes are known; None: as the use case declares.
    """
    declared = function.declared(use_case)
    try:
        return beginning.terms_of(declared, known.value, plan, per_user, outcome_hours)
    except ValidationError as error:
        said = "; ".join(found["msg"] for found in error.errors())
        raise OperationError(f"The experiment cannot start on these terms: {said}. Correct `experiment`.") from error
