"""The values of the expressions in a pipeline's definition, `Get` and `Std:Join`, when no execution is there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ops.errors import OperationError
from ops.fit.deployed import Deployed

_OUTPUT = re.compile(r"ProcessingOutputConfig\.Outputs\['(?P<name>[^']+)'\]\.S3Output\.S3Uri")


@dataclass(frozen=True)
class Scope:
    """Where values come from.

    Attributes:
        pipeline: the deployed one.
        parameters: values of its parameters, by name.
        execution: what stands for the id of the execution.
        made_by: steps whose outputs another execution made, with its id.
    """

    pipeline: Deployed
    parameters: Mapping[str, str]
    execution: str
    made_by: Mapping[str, str]

    def value(self, value: Any) -> Any:
        """Return a JSON value with every expression in it replaced by its value.

        Raises:
            OperationError: an expression has a value only while the pipeline runs.
        """
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Get"}:
            return self._get(str(value["Get"]))
        if set(value) == {"Std:Join"}:
            parts = [str(self.value(part)) for part in value["Std:Join"]["Values"]]
            return str(value["Std:Join"]["On"]).join(parts)
        if set(value) == {"Std:JsonGet"}:
            raise _without_value(value)
        return {key: self.value(item) for key, item in value.items()}

    def output(self, step: str, name: str) -> str:
        """Return the S3 URI of an output of a processing step; OperationError if there is no such output."""
        arguments = (self.pipeline.step(step) or {}).get("Arguments", {})
        for output in arguments.get("ProcessingOutputConfig", {}).get("Outputs", []):
            if output["OutputName"] == name:
                maker = replace(self, execution=self.made_by.get(step, self.execution))
                return str(maker.value(output["S3Output"]["S3Uri"]))
        raise _without_value(f"output {name} of step {step}")

    def _get(self, text: str) -> str:
        space, _, rest = text.partition(".")
        step, _, path = rest.partition(".")
        if space == "Parameters" and rest in self.parameters:
            return self.parameters[rest]
        if text == "Execution.PipelineExecutionId":
            return self.execution
        if space == "Steps" and (found := _OUTPUT.fullmatch(path)):
            return self.output(step, found["name"])
        raise _without_value(text)


def _without_value(expression: Any) -> OperationError:
    return OperationError(
        f"The deployed training step needs {expression}, which has a value only while the pipeline runs. Deploy the "
        "use case again from this folder; or train with `python -m ops pipeline start`."
    )
