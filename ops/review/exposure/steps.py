"""Steps that are new in a pipeline, or have another name: whether they are isolated as the others are."""

from collections.abc import Iterator, Mapping
from typing import Any

from ops.review.exposure.settings import PIPELINE_BODY, held
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import listed

_JOBS = ("Training", "Processing", "Tuning")
_ISOLATION = "EnableNetworkIsolation"


def look(compared: Compared) -> Iterator[Found]:
    """Say which new steps run jobs that may use the network, in a pipeline whose other jobs may not."""
    if compared.type != "AWS::SageMaker::Pipeline" or compared.after is None:
        return
    was, will = _steps(held(compared.before, PIPELINE_BODY)), _steps(held(compared.after, PIPELINE_BODY))
    if not any(_isolation(step) is True for step in (*was.values(), *will.values())):
        return
    for name, step in will.items():
        if name not in was and step.get("Type") in _JOBS and _isolation(step) is None:
            text = f"Step {name} is new and its job may use the network, which other jobs of the pipeline may not"
            yield Found(Class.EXPOSURE, Severity.HIGH, text, (".".join(("Properties", *PIPELINE_BODY)),))


def _steps(document: Any) -> dict[str, Mapping[str, Any]]:
    steps = listed(document.get("Steps")) if isinstance(document, Mapping) else ()
    return {str(step.get("Name")): step for step in _all(steps)}


def _all(steps: Any) -> Iterator[Mapping[str, Any]]:
    """Yield steps and those that conditions choose."""
    for step in steps:
        if isinstance(step, Mapping):
            yield step
            arguments = step.get("Arguments")
            chosen = arguments if isinstance(arguments, Mapping) else {}
            for branch in ("IfSteps", "ElseSteps"):
                yield from _all(listed(chosen.get(branch)))


def _isolation(value: Any) -> Any:
    """Return what a job says of its isolation, wherever its kind of job has it; None if nothing."""
    if isinstance(value, list):
        return next((found for one in value if (found := _isolation(one)) is not None), None)
    if not isinstance(value, Mapping):
        return None
    return value[_ISOLATION] if _ISOLATION in value else _isolation(list(value.values()))
