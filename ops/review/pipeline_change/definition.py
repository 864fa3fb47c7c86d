"""The definition of a SageMaker pipeline, read from its JSON: parameters and steps, and which step waits for which.

Source: SageMaker's pipeline definition schema, version 2020-12-01. Where a definition is written otherwise, what is not
understood is left out rather than refused: this reads for people, and SageMaker checks.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.assembly.model import Value
from ops.review.values import listed

_STEP = re.compile(r"\bSteps\.([A-Za-z0-9][A-Za-z0-9-]*)")
_BRANCHES = ("IfSteps", "ElseSteps")
_ORDER = ("Name", "Type", "DependsOn", "Arguments")


@dataclass(frozen=True)
class Step:
    """A step of a pipeline.

    Attributes:
        name, type: such as `Train`, `Training`.
        place: branches on the way to it, such as `CheckGate passed`; () outside of conditions.
        content: all of it but name, type, what it waits for, and steps in its branches.
        waits_for: steps that it names or depends on, and the condition whose branch it is in.
    """

    name: str
    type: str
    place: tuple[str, ...]
    content: Mapping[str, Value]
    waits_for: frozenset[str]


@dataclass(frozen=True)
class Definition:
    """A pipeline; parameters by name, as they are written."""

    parameters: Mapping[str, Mapping[str, Value]]
    steps: Mapping[str, Step]
    other: Mapping[str, Value]

    def default(self, value: Value) -> Value:
        """Return the default of the parameter that a value gets, any other value as it is."""
        if isinstance(value, Mapping) and str(value.get("Get", "")).startswith("Parameters."):
            return self.parameters.get(value["Get"].removeprefix("Parameters."), {}).get("DefaultValue", value)
        return value

    def before(self, step: str) -> frozenset[str]:
        """Return all steps that are over when a step begins, of itself apart."""
        found: set[str] = set()
        waiting = [step]
        while waiting:
            one = self.steps.get(waiting.pop())
            new = (one.waits_for if one else frozenset()) - found
            found |= new
            waiting += new
        return frozenset(found - {step})


def definition(read: Value) -> Definition:
    """Return the pipeline that a document describes.

    Raises:
        ValueError: it is none at all.
    """
    if not isinstance(read, Mapping) or not isinstance(read.get("Steps"), list):
        raise ValueError("no steps")  # noqa: TRY004 - what was read, not how it was called
    steps = {step.name: step for step in _steps(read["Steps"], ())}
    parameters = {str(one.get("Name")): one for one in listed(read.get("Parameters")) if isinstance(one, Mapping)}
    other = {name: value for name, value in read.items() if name not in ("Steps", "Parameters", "Version", "Metadata")}
    return Definition(parameters, steps, other)


def _steps(written: list[Any], place: tuple[str, ...], condition: str = "") -> Iterator[Step]:
    for one in written:
        if not isinstance(one, Mapping):
            continue
        name, type_ = str(one.get("Name")), str(one.get("Type"))
        arguments = one.get("Arguments")
        branches = {branch: arguments.get(branch) for branch in _BRANCHES} if isinstance(arguments, Mapping) else {}
        content = {key: value for key, value in one.items() if key not in _ORDER}
        if isinstance(arguments, Mapping):
            content["Arguments"] = {key: value for key, value in arguments.items() if key not in _BRANCHES}
        waits = {*map(str, listed(one.get("DependsOn"))), *_named(content), *([condition] if condition else [])}
        yield Step(name, type_, place, content, frozenset(waits - {name}))
        for branch, says in zip(_BRANCHES, ("passed", "failed"), strict=True):
            inner = branches.get(branch)
            yield from _steps(inner if isinstance(inner, list) else [], (*place, f"{name} {says}"), name)


def _named(content: Value) -> set[str]:
    return set(_STEP.findall(json.dumps(content)))
