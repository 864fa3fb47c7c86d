"""Steps that decide, end, or hand over: condition, fail, Lambda function, callback."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pipelines_src.definition.conditions import Condition
from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.references import Kind, Reference, Scalar, references, to_json
from pipelines_src.definition.step import Step

_OUTPUT = re.compile(r"OutputParameters\['([^']+)'\]")


@dataclass(frozen=True, kw_only=True, eq=False)
class ConditionStep(Step):
    """Runs `if_steps` when every condition holds, otherwise `else_steps`."""

    TYPE: ClassVar[str] = "Condition"

    conditions: tuple[Condition, ...]
    if_steps: tuple[Step, ...] = ()
    else_steps: tuple[Step, ...] = ()

    def property_kind(self, path: str) -> Kind:
        """`Outcome` is the only property."""
        if path != "Outcome":
            raise self.no_property(path, "allowed is Outcome")
        return "Boolean"

    def arguments_json(self) -> dict[str, Any]:
        """Return conditions and the steps of both branches."""
        return {
            "Conditions": [condition.to_json() for condition in self.conditions],
            "IfSteps": [step.to_json() for step in self.if_steps],
            "ElseSteps": [step.to_json() for step in self.else_steps],
        }

    def own_references(self) -> Iterator[Reference]:
        """Yield the references in the conditions."""
        for condition in self.conditions:
            yield from references(condition.values())

    def check(self) -> None:
        """Refuse a condition step that decides nothing."""
        if not self.conditions or not (self.if_steps or self.else_steps):
            raise DefinitionError(
                f"step {self.name!r}: found {len(self.conditions)} conditions and "
                f"{len(self.if_steps) + len(self.else_steps)} steps in its branches; allowed is at least one of each. "
                "Add them or remove the step."
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class FailStep(Step):
    """Ends the execution as failed, with a message."""

    TYPE: ClassVar[str] = "Fail"

    error_message: Reference | str

    def property_kind(self, path: str) -> Kind:
        """Nothing comes after a failure."""
        raise self.no_property(path, "a fail step ends the execution, so it has none")

    def arguments_json(self) -> dict[str, Any]:
        """Return the message."""
        return {"ErrorMessage": to_json(self.error_message)}

    def own_references(self) -> Iterator[Reference]:
        """Yield the references in the message."""
        return references(self.error_message)


@dataclass(frozen=True)
class Output:
    """A value that a Lambda function or a callback gives back."""

    name: str
    type: Kind = "String"

    def to_json(self) -> dict[str, Any]:
        """Return the output as the definition spells it."""
        return {"OutputName": self.name, "OutputType": self.type}


@dataclass(frozen=True, kw_only=True, eq=False)
class _CallStep(Step):
    inputs: Mapping[str, Reference | Scalar] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()

    def property_kind(self, path: str) -> Kind:
        match = _OUTPUT.fullmatch(path)
        for output in self.outputs:
            if match and match[1] == output.name:
                return output.type
        allowed = ", ".join(f"OutputParameters['{output.name}']" for output in self.outputs)
        raise self.no_property(path, f"allowed are the declared outputs: {allowed or 'none'}")

    def output(self, name: str) -> Reference:
        """Return the reference to an output."""
        return self.property(f"OutputParameters['{name}']")

    def arguments_json(self) -> dict[str, Any]:
        arguments: dict[str, Any] = to_json(self.inputs)
        return arguments

    def own_references(self) -> Iterator[Reference]:
        return references(self.inputs)


@dataclass(frozen=True, kw_only=True, eq=False)
class LambdaStep(_CallStep):
    """Calls a Lambda function with `inputs` and waits for its `outputs`."""

    TYPE: ClassVar[str] = "Lambda"

    function_arn: str

    def more_json(self) -> dict[str, Any]:
        """Return function and outputs."""
        return {"FunctionArn": self.function_arn, "OutputParameters": [output.to_json() for output in self.outputs]}


@dataclass(frozen=True, kw_only=True, eq=False)
class CallbackStep(_CallStep):
    """Sends `inputs` and a token to a queue, and waits until somebody answers with the token and `outputs`."""

    TYPE: ClassVar[str] = "Callback"

    queue_url: str

    def more_json(self) -> dict[str, Any]:
        """Return queue and outputs."""
        return {"SqsQueueUrl": self.queue_url, "OutputParameters": [output.to_json() for output in self.outputs]}
