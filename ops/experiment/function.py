"""The experiment function, asked by commands, and the records that it keeps."""

from typing import Any

from config import UseCase
from experiment.beginning import Declared
from experiment.records import Records
from experiment.trial import Trial
from ops import control_function
from ops.target import OperationError, Target

_LONGEST = 500  # characters of what people say, in the function's own model (lambda/experiment/events.py)


def target_of(environment: str, use_case: str) -> Target:
    """Return a use case that has experiments; OperationError if it has none."""
    target = Target.of(environment, use_case)
    if target.use_case.experiment is None:
        raise OperationError(
            f"{use_case} declares no experiments. Add a section `experiment` to its use_case.yaml (docs/use-cases.md)."
        )
    return target


def declared(use_case: UseCase) -> Declared:
    """Return what a use case declares of its experiments; OperationError if it declares none."""
    terms = use_case.experiment
    if terms is None:
        raise OperationError(f"{use_case.name} declares no experiments. Add a section `experiment`.")
    own = use_case.evaluate.costs is not None
    return Declared.model_validate(terms.declared(use_case.problem, own_threshold=own))


def ask(target: Target, **event: Any) -> dict[str, str]:
    """Return what the function answers; OperationError if it cannot do what is asked, or fails."""
    for option, text in {"--by": event.get("by"), "--reason": event.get("why")}.items():
        if text is not None and not 1 <= len(text) <= _LONGEST:
            raise OperationError(f"{option}: found {len(text)} characters; allowed are 1 to {_LONGEST}. Correct it.")
    asked = {"use_case": target.use_case.name, **event}
    said = control_function.ask(target, "ExperimentFunctionName", asked, "docs/runbooks/experiments.md")
    if "refused" in said:
        raise OperationError(said["refused"])
    return dict(said)


def records(target: Target) -> Records:
    """Return the records of the environment's experiments."""
    return Records(target.dynamodb, target.output("control", "ExperimentRecords"))


def newest(target: Target, number: int | None = None) -> Trial:
    """Return an experiment by its number, or the newest; OperationError if there is none."""
    found = list(records(target).trials(target.use_case.name, 1000 if number else 1))
    for trial in found:
        if number in (None, trial.number):
            return trial
    which = f"has no experiment {number}" if number else "has had no experiment yet"
    raise OperationError(f"{target.name} {which}. Start one: `python -m ops experiment start`.")


def caller(target: Target) -> str:
    """Return whose credentials these are."""
    return str(target.sts.get_caller_identity()["Arn"])
