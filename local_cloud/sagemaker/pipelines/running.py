"""What a running step has at hand, and the ways in which it ends."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.pipelines import records
from local_cloud.sagemaker.pipelines.clients import CallFailedError, RoleClients
from local_cloud.sagemaker.pipelines.definition import Step
from local_cloud.sagemaker.pipelines.expressions import ExpressionError, resolve
from local_cloud.sagemaker.pipelines.scope import ExecutionScope

Json = dict[str, Any]


class StepFailedError(Exception):
    """A step failed; `exception` is the retry policies' word for it, None if a retry is of no use."""

    def __init__(self, reason: str, exception: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.exception = exception


class StepStoppedError(Exception):
    """A step ended because the execution is being stopped."""


@dataclass
class Outcome:
    """How a step succeeded: its Metadata, and the properties that others may refer to."""

    metadata: Json
    properties: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """One step of one execution while it runs.

    `resumed` says that the step had begun before the local cloud was restarted.
    """

    call: Call
    arn: str
    step: Step
    clients: RoleClients
    scope: ExecutionScope
    resumed: bool = False

    @property
    def execution_id(self) -> str:
        """The execution's short id."""
        return self.arn.rpartition("/")[2]

    @property
    def document(self) -> Json:
        """What is remembered of the step."""
        return records.step(self.call, self.arn, self.step.name) or {}

    def remember(self, **values: Any) -> None:
        """Set members of the step's document."""
        records.change_step(self.call, self.arn, self.step.name, **values)

    def stopping(self) -> bool:
        """Say whether the execution is being stopped."""
        return bool(records.execution(self.call, self.arn)["PipelineExecutionStatus"] == "Stopping")

    def resolve(self, value: Any) -> Any:
        """Return a value with its expressions replaced; StepFailedError if one has no value."""
        try:
            return resolve(value, self.scope)
        except ExpressionError as error:
            raise StepFailedError(f"ClientError: {error}") from error

    def invoke(self, service: str, operation: str, **arguments: Any) -> Any:
        """Call AWS with the pipeline's role; StepFailedError if that fails."""
        try:
            return self.clients.invoke(service, operation, **arguments)
        except CallFailedError as error:
            raise StepFailedError(f"ClientError: {error}", error.exception) from error


def pauses(shortest: float = 0.05, longest: float = 0.5) -> Iterator[None]:
    """Pause between looks at something that runs, longer the longer it runs."""
    pause = shortest
    while True:
        yield
        time.sleep(pause)
        pause = min(longest, pause * 1.3)
