"""Pipelines of SageMaker as their definitions have them: steps, what they read and write, where they run."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.assembly.model import Resource
from ops.diagram.model import Place, Workload
from ops.diagram.references import References, marked

PIPELINE = "AWS::SageMaker::Pipeline"
_TRAININGS = ("Training", "Tuning")
_STEP = re.compile(r"Steps\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class Step:
    """A step of a pipeline.

    Attributes:
        reads, writes: resources, of those that its inputs and outputs name; parameters count by their defaults.
        after: names of steps that it reads something of, or waits for.
        instance: type of its machines; "" if it has none.
        in_vpc: whether it has interfaces in subnets.
        registers: name of the model package group that it adds to; "" if to none.
    """

    name: str
    type: str
    reads: frozenset[Place]
    writes: frozenset[Place]
    after: frozenset[str]
    instance: str
    in_vpc: bool
    registers: str = ""


def steps_of(place: Place, resource: Resource, references: References) -> list[Step]:
    """Return the steps of a pipeline, those in branches too; none if its definition is not in the template."""
    definition = resource.properties.get("PipelineDefinition")
    body = definition.get("PipelineDefinitionBody") if isinstance(definition, Mapping) else None
    try:
        document = json.loads(references.text(body, place[0]))
    except (ValueError, RecursionError):
        return []
    if not isinstance(document, dict):
        return []
    parameters = document.get("Parameters")
    defaults = {
        f"Parameters.{one.get('Name')}": one.get("DefaultValue")
        for one in (parameters if isinstance(parameters, list) else [])
        if isinstance(one, dict)
    }
    return [_step(one, defaults) for one in _each(document.get("Steps"))]


def _each(steps: Any) -> Iterator[dict[str, Any]]:
    for step in steps if isinstance(steps, list) else []:
        if isinstance(step, dict):
            yield step
            arguments = step.get("Arguments")
            if step.get("Type") == "Condition" and isinstance(arguments, dict):
                yield from _each(arguments.get("IfSteps"))
                yield from _each(arguments.get("ElseSteps"))


def _step(step: dict[str, Any], defaults: Mapping[str, Any]) -> Step:
    arguments = step.get("Arguments")
    given: dict[str, Any] = arguments if isinstance(arguments, dict) else {}
    own = {key: value for key, value in given.items() if key not in ("IfSteps", "ElseSteps")}
    outputs = {key: own.pop(key, None) for key in ("ProcessingOutputConfig", "OutputDataConfig", "TransformOutput")}
    listed = step.get("DependsOn")
    waits = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    text = json.dumps(own)
    return Step(
        name=str(step.get("Name", "")),
        type=str(step.get("Type", "")),
        reads=frozenset(_buckets(own, defaults)),
        writes=frozenset(_buckets(outputs, defaults)),
        after=frozenset([*_STEP.findall(text), *waits]),
        instance=_instance(own, defaults),
        in_vpc='"VpcConfig": {' in text,
        registers=str(own.get("ModelPackageGroupName", "")),
    )


def _buckets(value: Any, defaults: Mapping[str, Any]) -> Iterator[Place]:
    """Yield what addresses in S3 name."""
    if isinstance(value, str):
        if value.startswith("s3://"):
            yield from marked(value)
    elif isinstance(value, list):
        for item in value:
            yield from _buckets(item, defaults)
    elif isinstance(value, dict):
        if set(value) == {"Get"}:
            yield from _buckets(defaults.get(str(value["Get"])), {})
        else:
            for item in value.values():
                yield from _buckets(item, defaults)


def _instance(value: Any, defaults: Mapping[str, Any]) -> str:
    if isinstance(value, dict):
        if "InstanceType" in value:
            found = value["InstanceType"]
            return str(defaults.get(str(found.get("Get")), "") if isinstance(found, dict) else found)
        value = list(value.values())
    return next(filter(None, (_instance(item, defaults) for item in value)), "") if isinstance(value, list) else ""


def in_workloads(steps: list[Step]) -> dict[Workload, list[Step]]:
    """Return the steps of a pipeline that trains by what they are for; of any other {}.

    What the training reads of is preparation, and what judges, registers or refuses a model is evaluation: all that
    comes after.
    """
    trainings = {step.name for step in steps if step.type in _TRAININGS}
    if not trainings:
        return {}
    known = {step.name: step for step in steps}
    before: set[str] = set()
    look = set(trainings)
    while look:
        look = {name for one in look for name in known[one].after if name in known} - before - trainings
        before |= look
    found: dict[Workload, list[Step]] = {}
    for step in steps:
        part = Workload.PREPARE if step.name in before else Workload.EVALUATE
        found.setdefault(Workload.TRAIN if step.name in trainings else part, []).append(step)
    return found
