"""Steps that make a request of SageMaker: jobs, models and model packages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pipelines_src.definition.arguments import check_arguments
from pipelines_src.definition.local_disks import check_volume_keys
from pipelines_src.definition.policies import CachePolicy, RetryPolicy
from pipelines_src.definition.references import Kind, Reference, references, to_json
from pipelines_src.definition.shapes import property_kind
from pipelines_src.definition.step import Step


@dataclass(frozen=True, kw_only=True, eq=False)
class RequestStep(Step):
    """A step whose arguments are a request: those of `CREATE`, without the name, which the pipeline gives."""

    CREATE: ClassVar[str]
    DESCRIBE: ClassVar[tuple[str, ...]]
    GENERATED: ClassVar[str | None]

    arguments: Mapping[str, Any]
    retries: tuple[RetryPolicy, ...] = ()

    def property_kind(self, path: str) -> Kind:
        """Look the path up in the answers that describe what the step makes."""
        reasons = []
        for operation in self.DESCRIBE:
            try:
                return property_kind(operation, path)
            except KeyError as error:
                reasons.append(f"{error.args[0]} ({operation})")
        raise self.no_property(path, "; ".join(reasons))

    def arguments_json(self) -> dict[str, Any]:
        """Return the request, its references as expressions."""
        arguments: dict[str, Any] = to_json(self.arguments)
        return arguments

    def own_references(self) -> Iterator[Reference]:
        """Yield the references in the arguments."""
        return references(self.arguments)

    def check(self) -> None:
        """Validate the arguments against the service model, and what it does not say of volumes."""
        check_arguments(self.name, self.CREATE, self.GENERATED, self.arguments)
        check_volume_keys(self.name, self.arguments)

    def more_json(self) -> dict[str, Any]:
        """Return the retry policies."""
        return {"RetryPolicies": [policy.to_json() for policy in self.retries]} if self.retries else {}


@dataclass(frozen=True, kw_only=True, eq=False)
class JobStep(RequestStep):
    """A step that runs a job, and may take the result of an earlier one instead."""

    cache: CachePolicy | None = None

    def more_json(self) -> dict[str, Any]:
        """Return retry and cache policies."""
        return super().more_json() | ({"CacheConfig": self.cache.to_json()} if self.cache else {})


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingStep(JobStep):
    """A training job."""

    TYPE: ClassVar[str] = "Training"
    CREATE: ClassVar[str] = "CreateTrainingJob"
    DESCRIBE: ClassVar[tuple[str, ...]] = ("DescribeTrainingJob",)
    GENERATED: ClassVar[str | None] = "TrainingJobName"


@dataclass(frozen=True, kw_only=True, eq=False)
class TuningStep(JobStep):
    """A hyperparameter tuning job; `TrainingJobSummaries[0]` is its best training job."""

    TYPE: ClassVar[str] = "Tuning"
    CREATE: ClassVar[str] = "CreateHyperParameterTuningJob"
    DESCRIBE: ClassVar[tuple[str, ...]] = (
        "DescribeHyperParameterTuningJob",
        "ListTrainingJobsForHyperParameterTuningJob",
    )
    GENERATED: ClassVar[str | None] = "HyperParameterTuningJobName"


@dataclass(frozen=True, kw_only=True, eq=False)
class TransformStep(JobStep):
    """A batch transform job."""

    TYPE: ClassVar[str] = "Transform"
    CREATE: ClassVar[str] = "CreateTransformJob"
    DESCRIBE: ClassVar[tuple[str, ...]] = ("DescribeTransformJob",)
    GENERATED: ClassVar[str | None] = "TransformJobName"


@dataclass(frozen=True, kw_only=True, eq=False)
class CreateModelStep(RequestStep):
    """A model, as batch transform needs it."""

    TYPE: ClassVar[str] = "Model"
    CREATE: ClassVar[str] = "CreateModel"
    DESCRIBE: ClassVar[tuple[str, ...]] = ("DescribeModel",)
    GENERATED: ClassVar[str | None] = "ModelName"


@dataclass(frozen=True, kw_only=True, eq=False)
class RegisterModelStep(RequestStep):
    """A new version in a model package group."""

    TYPE: ClassVar[str] = "RegisterModel"
    CREATE: ClassVar[str] = "CreateModelPackage"
    DESCRIBE: ClassVar[tuple[str, ...]] = ("DescribeModelPackage",)
    GENERATED: ClassVar[str | None] = None
