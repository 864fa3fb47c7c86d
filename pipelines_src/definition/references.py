"""Values that are known only while the pipeline runs: parameters, step properties, execution variables, functions."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

Kind = Literal["String", "Integer", "Float", "Boolean"]
Scalar = str | int | float | bool


class Reference(ABC):
    """Stands for a single value. `kind` is its type, or None where only the running pipeline knows it."""

    kind: Kind | None = None

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the expression that SageMaker evaluates."""

    def parts(self) -> Iterator["Reference"]:
        """Yield this reference and those inside it."""
        yield self


@dataclass(frozen=True)
class ParameterRef(Reference):
    """The value of a pipeline parameter; made by `Parameter.ref`."""

    parameter: str
    kind: Kind
    default: Scalar | None = None

    def to_json(self) -> dict[str, Any]:
        """`{"Get": "Parameters.Name"}`."""
        return {"Get": f"Parameters.{self.parameter}"}


@dataclass(frozen=True)
class StepProperty(Reference):
    """A property of a step, such as `ModelArtifacts.S3ModelArtifacts`; made by `Step.property`, which checks it."""

    step: str
    path: str
    kind: Kind | None = None

    def to_json(self) -> dict[str, Any]:
        """`{"Get": "Steps.Name.Path"}`."""
        return {"Get": f"Steps.{self.step}.{self.path}"}


@dataclass(frozen=True)
class _Variable(Reference):
    name: str
    kind: Kind = "String"

    def to_json(self) -> dict[str, Any]:
        return {"Get": f"Execution.{self.name}"}


class ExecutionVariable(Enum):
    """What the pipeline knows of its own execution; `ExecutionVariable.PIPELINE_EXECUTION_ID.ref`."""

    START_DATETIME = "StartDateTime"
    CURRENT_DATETIME = "CurrentDateTime"
    PIPELINE_NAME = "PipelineName"
    PIPELINE_ARN = "PipelineArn"
    PIPELINE_EXECUTION_ID = "PipelineExecutionId"
    PIPELINE_EXECUTION_ARN = "PipelineExecutionArn"
    TRAINING_JOB_NAME = "TrainingJobName"
    PROCESSING_JOB_NAME = "ProcessingJobName"

    @property
    def ref(self) -> Reference:
        """The reference to this variable."""
        return _Variable(self.value)


@dataclass(frozen=True)
class Join(Reference):
    """The values as one text, with `on` between them."""

    on: str
    values: tuple[Reference | Scalar, ...]
    kind: Kind = "String"

    def to_json(self) -> dict[str, Any]:
        """`{"Std:Join": {"On": "/", "Values": [...]}}`."""
        return {"Std:Join": {"On": self.on, "Values": [to_json(value) for value in self.values]}}

    def parts(self) -> Iterator[Reference]:
        """Yield this reference and those among its values."""
        yield self
        for value in self.values:
            yield from references(value)


@dataclass(frozen=True)
class JsonGet(Reference):
    """A value in a property file of a processing step; made by `ProcessingStep.json`, which checks it."""

    step: str
    property_file: str
    path: str

    def to_json(self) -> dict[str, Any]:
        """`{"Std:JsonGet": {"PropertyFile": {"Get": ...}, "Path": "auc.value"}}`."""
        file = {"Get": f"Steps.{self.step}.PropertyFiles.{self.property_file}"}
        return {"Std:JsonGet": {"PropertyFile": file, "Path": self.path}}


def to_json(value: Any) -> Any:
    """Return a value with every reference in it replaced by its expression."""
    if isinstance(value, Reference):
        return value.to_json()
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_json(item) for item in value]
    return value


def references(value: Any) -> Iterator[Reference]:
    """Yield every reference in a value, in order."""
    if isinstance(value, Reference):
        yield from value.parts()
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from references(item)
