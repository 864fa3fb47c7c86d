"""Read a pipeline definition (version 2020-12-01): what CreatePipeline accepts, as a graph of steps.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-pipeline.html
"""

import json
import re
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from local_cloud.sagemaker.errors import SageMakerError, validation_error
from local_cloud.sagemaker.pipelines import step_check
from local_cloud.sagemaker.pipelines.expressions import ExpressionError, references
from local_cloud.sagemaker.pipelines.parameters import check_declarations
from local_cloud.sagemaker.pipelines.step_types import STEP_TYPES

VERSION = "2020-12-01"
_MEMBERS = {"Version", "Metadata", "Parameters", "PipelineExperimentConfig", "MlflowConfig", "Steps"}
_STEP_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")


@dataclass(frozen=True)
class Step:
    """One step: its JSON, what it waits for, and the branch of a Condition step it stands in."""

    name: str
    type: str
    body: dict[str, Any]
    waits_for: frozenset[str] = frozenset()
    branch: tuple[str, str] | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """The step's Arguments without the steps nested in it."""
        arguments: dict[str, Any] = self.body.get("Arguments", {})
        return {key: value for key, value in arguments.items() if key not in {"IfSteps", "ElseSteps"}}


@dataclass(frozen=True)
class Definition:
    """A pipeline definition that can run."""

    parameters: list[dict[str, Any]] = field(default_factory=list)
    steps: dict[str, Step] = field(default_factory=dict)


def read(text: str) -> Definition:
    """Parse and check a definition.

    Raises:
        SageMakerError: it is not JSON, uses what AWS or the local cloud does not know, refers to what does not
            exist, or runs in a circle. The message names the step and the member.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise refused(f"It is not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("Version") != VERSION:
        raise refused(f"Version must be {VERSION!r}")
    if unknown := set(document) - _MEMBERS:
        raise refused(f"Unknown member {sorted(unknown)}; allowed are {sorted(_MEMBERS)}")
    if document.get("MlflowConfig") is not None:
        raise refused("The local cloud does not implement MlflowConfig; leave it out")
    parameters = document.get("Parameters", [])
    for problem in check_declarations(parameters):
        raise refused(problem)
    steps: dict[str, Step] = {}
    _collect(document.get("Steps") or [], None, steps)
    if not steps:
        raise refused("Steps is empty; a pipeline has at least one step")
    _check(steps, {parameter["Name"] for parameter in parameters})
    return Definition(parameters, steps)


def refused(problem: str) -> SageMakerError:
    """Return the error with which AWS answers a definition it does not take."""
    return validation_error(f"Unable to parse pipeline definition. {problem}.")


def _collect(bodies: list[Any], branch: tuple[str, str] | None, steps: dict[str, Step]) -> None:
    for body in bodies:
        name = body.get("Name") if isinstance(body, dict) else None
        if not isinstance(name, str) or not _STEP_NAME.fullmatch(name):
            raise refused(f"Step name {name!r} does not match {_STEP_NAME.pattern}")
        if name in steps:
            raise refused(f"Duplicate step name [{name}]; step names must be unique, nested steps included")
        if body.get("Type") not in STEP_TYPES:
            allowed = ", ".join(STEP_TYPES)
            raise refused(f"Step [{name}] has the type [{body.get('Type')}]; the local cloud runs {allowed}")
        step = Step(name, body["Type"], body, branch=branch)
        for problem in step_check.form(step.type, body):
            raise refused(f"Step [{name}]: {problem}")
        steps[name] = Step(name, step.type, body, _waits_for(step), branch)
        if step.type == "Condition":
            _collect(body["Arguments"].get("IfSteps", []), (name, "IfSteps"), steps)
            _collect(body["Arguments"].get("ElseSteps", []), (name, "ElseSteps"), steps)


def _waits_for(step: Step) -> frozenset[str]:
    outer = {key: value for key, value in step.body.items() if key != "Arguments"}
    try:
        found = {item.name for item in references([step.arguments, outer]) if item.space in {"Steps", "PropertyFiles"}}
    except ExpressionError as error:
        raise refused(f"Step [{step.name}]: {error}") from error
    return frozenset({*found, *step.body.get("DependsOn", []), *([step.branch[0]] if step.branch else [])})


def _check(steps: dict[str, Step], parameters: set[str]) -> None:
    bodies = {name: step.body for name, step in steps.items()}
    for step in steps.values():
        for problem in step_check.references_of(step.arguments, step.body, bodies, parameters):
            raise refused(f"Step [{step.name}]: {problem}")
        if missing := sorted(step.waits_for - set(steps)):
            raise refused(f"Step [{step.name}] depends on {missing}, which does not exist")
    try:
        TopologicalSorter({name: step.waits_for for name, step in steps.items()}).prepare()
    except CycleError as error:
        raise refused(f"The steps depend on each other in a cycle: {' -> '.join(error.args[1])}") from error
