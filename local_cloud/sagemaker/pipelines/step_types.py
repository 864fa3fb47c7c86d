"""The step types that run an operation of the SageMaker API: which, under which name, what it answers."""

from dataclasses import dataclass
from typing import Any

STARTED_BY_OPERATION = ("Processing", "Training", "Tuning", "Transform", "Model", "RegisterModel")
STEP_TYPES = (*STARTED_BY_OPERATION, "Condition", "Fail", "Lambda", "Callback")


@dataclass(frozen=True)
class Resource:
    """A kind of resource that a step creates.

    Attributes:
        create: the operation whose input the step's Arguments are.
        describe: the operation whose output the step's properties are.
        name: the member of both that names it; empty when the answer's ARN names it.
        arn: the member of the answer that holds its ARN.
        metadata: where the step's Metadata shows the ARN.
        refused: members of the input that Pipelines fills in, or does not take.
        status: the member of the description that tells how far it is; empty when it exists at once.
        stop: the operation that stops it.
        name_length: the longest name that AWS takes.
        extra: an operation whose output adds to the properties.
    """

    create: str
    describe: str
    name: str
    arn: str
    metadata: str
    refused: tuple[str, ...] = ()
    status: str = ""
    stop: str = ""
    name_length: int = 63
    extra: str = ""


RESOURCES = {
    "Processing": Resource(
        create="CreateProcessingJob", describe="DescribeProcessingJob", name="ProcessingJobName",
        arn="ProcessingJobArn", metadata="ProcessingJob", refused=("ExperimentConfig",),
        status="ProcessingJobStatus", stop="StopProcessingJob",
    ),
    "Training": Resource(
        create="CreateTrainingJob", describe="DescribeTrainingJob", name="TrainingJobName",
        arn="TrainingJobArn", metadata="TrainingJob", refused=("ExperimentConfig",),
        status="TrainingJobStatus", stop="StopTrainingJob",
    ),
    "Tuning": Resource(
        create="CreateHyperParameterTuningJob", describe="DescribeHyperParameterTuningJob",
        name="HyperParameterTuningJobName", arn="HyperParameterTuningJobArn", metadata="TuningJob",
        status="HyperParameterTuningJobStatus", stop="StopHyperParameterTuningJob", name_length=32,
        extra="ListTrainingJobsForHyperParameterTuningJob",
    ),
    "Transform": Resource(
        create="CreateTransformJob", describe="DescribeTransformJob", name="TransformJobName",
        arn="TransformJobArn", metadata="TransformJob", refused=("ExperimentConfig",),
        status="TransformJobStatus", stop="StopTransformJob",
    ),
    "Model": Resource(
        create="CreateModel", describe="DescribeModel", name="ModelName", arn="ModelArn", metadata="Model",
    ),
    "RegisterModel": Resource(
        create="CreateModelPackage", describe="DescribeModelPackage", name="", arn="ModelPackageArn",
        metadata="RegisterModel", refused=("ModelPackageName", "ClientToken", "CertifyForMarketplace"),
    ),
}  # fmt: skip

# https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html
_CACHE_KEYS: dict[str, tuple[str, ...]] = {
    "Processing": ("AppSpecification", "Environment", "ProcessingInputs"),
    "Training": (
        "AlgorithmSpecification", "CheckpointConfig", "DebugHookConfig", "DebugRuleConfigurations", "Environment",
        "HyperParameters", "InputDataConfig",
    ),
    "Tuning": ("HyperParameterTuningJobConfig", "TrainingJobDefinitions"),
    "Transform": ("DataProcessing", "Environment", "ModelName", "TransformInput"),
}  # fmt: skip
_TUNED_TRAINING = (
    "AlgorithmSpecification", "HyperParameterRanges", "InputDataConfig", "StaticHyperParameters", "TuningObjective",
)  # fmt: skip


def cache_attributes(step_type: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """Return those arguments that decide whether an earlier run answers for this one; None if the type has no cache."""
    if step_type not in _CACHE_KEYS:
        return None
    attributes = {key: arguments.get(key) for key in _CACHE_KEYS[step_type]}
    if step_type == "Tuning":
        training = arguments.get("TrainingJobDefinition", {})
        attributes["TrainingJobDefinition"] = {key: training.get(key) for key in _TUNED_TRAINING}
    return attributes
