"""A whole pipeline, checked and written as the JSON that SageMaker runs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.graph import nodes, order
from pipelines_src.definition.parameters import Parameter
from pipelines_src.definition.references import ParameterRef
from pipelines_src.definition.step import Step

VERSION = "2020-12-01"
MOST_CHARACTERS = 1_048_576  # PipelineDefinition in SageMaker's service model


@dataclass(frozen=True)
class Pipeline:
    """Parameters and steps. The order of steps is kept; what runs when follows from what they need."""

    parameters: tuple[Parameter, ...]
    steps: tuple[Step, ...]

    def to_definition(self) -> dict[str, Any]:
        """Check everything and return the definition; the same pipeline gives the same document.

        Raises:
            DefinitionError: something is wrong; the text says what, in which step, and what is allowed.
        """
        if not self.steps:
            raise DefinitionError("pipeline: found no steps; allowed is one or more. Add a step.")
        self._check_parameters()
        order(self.steps)
        for node in nodes(self.steps):
            node.step.check()
        definition = {
            "Version": VERSION,
            "Metadata": {},
            "Parameters": [parameter.to_json() for parameter in self.parameters],
            "Steps": [step.to_json() for step in self.steps],
        }
        _check_size(definition)
        return definition

    def _check_parameters(self) -> None:
        known: dict[str, Parameter] = {}
        for parameter in self.parameters:
            if parameter.name in known:
                raise DefinitionError(
                    f"parameter {parameter.name!r}: found the name twice; allowed is once. Rename one."
                )
            known[parameter.name] = parameter
        for step, ref in _parameter_refs(self.steps):
            if ref.parameter not in known:
                raise DefinitionError(
                    f"step {step.name!r}: found a reference to parameter {ref.parameter!r}, which the pipeline does "
                    f"not have; allowed are {', '.join(known) or 'none'}. Add the parameter or correct the name."
                )
            if known[ref.parameter].ref != ref:
                raise DefinitionError(
                    f"step {step.name!r}: found a reference to another parameter named {ref.parameter!r}, of type "
                    f"{ref.kind} with default {ref.default!r}; allowed is the pipeline's own. Use one object for both."
                )


def _parameter_refs(steps: Sequence[Step]) -> list[tuple[Step, ParameterRef]]:
    return [
        (node.step, reference)
        for node in nodes(steps)
        for reference in node.step.own_references()
        if isinstance(reference, ParameterRef)
    ]


def _check_size(definition: dict[str, Any]) -> None:
    size = len(json.dumps(definition, separators=(",", ":")))
    if size > MOST_CHARACTERS:
        raise DefinitionError(
            f"pipeline: found a definition of {size} characters; allowed are {MOST_CHARACTERS}. Move long arguments "
            "into files, or split the pipeline."
        )
