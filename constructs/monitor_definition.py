"""What a job definition of Model Monitor says, for each of its four types, spelled as in a template.

All of it is create-only, tags included (CloudFormation's schemas of AWS::SageMaker::*JobDefinition).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from constructs.placement import Placement

_INPUT, _OUTPUT = "/opt/ml/processing/input/endpoint", "/opt/ml/processing/output"  # as the SageMaker SDK has them


@dataclass(frozen=True)
class MonitorType:
    """A type of monitoring.

    Attributes:
        name: AWS's, with which the members of its job definitions begin.
        label: in names of schedules, and of the folder of its baseline.
        arn_part: of its job definitions.
        isolated: whether its jobs can do without a network. Clarify explains a model by asking it: it makes an endpoint
            of its own, for which the job has to reach SageMaker's API.
    """

    name: str
    label: str
    arn_part: str
    isolated: bool = True

    @property
    def resource_type(self) -> str:
        """Of its job definitions, in templates."""
        return f"AWS::SageMaker::{self.name}JobDefinition"


DATA_QUALITY = MonitorType("DataQuality", "data-quality", "data-quality-job-definition")
MODEL_QUALITY = MonitorType("ModelQuality", "model-quality", "model-quality-job-definition")
MODEL_BIAS = MonitorType("ModelBias", "bias", "model-bias-job-definition")
MODEL_EXPLAINABILITY = MonitorType(
    "ModelExplainability", "explainability", "model-explainability-job-definition", isolated=False
)


@dataclass(frozen=True)
class MonitorJobs:
    """What the jobs of all monitors of an endpoint have in common.

    Attributes:
        role_arn: under which they run.
        placement: where they run.
        key_arn: of their volumes and of what they write.
        output_uri: below which they write, `<endpoint>/<schedule>/yyyy/mm/dd/hh/`.
        instance_type, instances, volume_gb: on what.
        max_runtime_seconds: after which they are stopped.
    """

    role_arn: str
    placement: Placement
    key_arn: str
    output_uri: str
    instance_type: str
    instances: int
    volume_gb: int
    max_runtime_seconds: int


@dataclass(frozen=True)
class Analysis:
    """What one monitor looks at.

    Attributes:
        type: of monitoring.
        image_uri: Model Monitor's for the quality of data and model, else Clarify's.
        baseline: files that it compares with, such as `{"ConstraintsResource": "constraints.json"}`; they lie in the
            folder of the champion's version and the type's label.
        application: what else the application is told, such as `ProblemType` or `ConfigUri`.
        endpoint: where features and predictions stand, and offsets.
        ground_truth_uri: what really happened; None for a type that needs none.
    """

    type: MonitorType
    image_uri: str
    baseline: Mapping[str, str] = field(default_factory=dict)
    application: Mapping[str, Any] = field(default_factory=dict)
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    ground_truth_uri: str | None = None


def definition_properties(
    analysis: Analysis, jobs: MonitorJobs, endpoint_name: str, baseline: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the properties of a job definition but its name and its tags.

    Args:
        analysis: what it looks at.
        jobs: how.
        endpoint_name: whose captures, those of all variants together: SageMaker has no monitor of one variant.
        baseline: of each of the analysis's files, its URI.
    """
    name = analysis.type.name
    captures = {"EndpointName": endpoint_name, "LocalPath": _INPUT, "S3InputMode": "File", **analysis.endpoint}
    truth = {"GroundTruthS3Input": {"S3Uri": analysis.ground_truth_uri}} if analysis.ground_truth_uri else {}
    output = {"S3Uri": jobs.output_uri, "LocalPath": _OUTPUT, "S3UploadMode": "EndOfJob"}
    machines = {
        "InstanceType": jobs.instance_type,
        "InstanceCount": jobs.instances,
        "VolumeSizeInGB": jobs.volume_gb,
        "VolumeKmsKeyId": jobs.key_arn,
    }
    network = {
        "EnableInterContainerTrafficEncryption": True,
        "EnableNetworkIsolation": analysis.type.isolated,
        "VpcConfig": {
            "SecurityGroupIds": [jobs.placement.security_group_id],
            "Subnets": jobs.placement.subnet_ids,
        },
    }
    files = {f"{name}BaselineConfig": {key: {"S3Uri": uri} for key, uri in baseline.items()}} if baseline else {}
    return {
        f"{name}AppSpecification": {"ImageUri": analysis.image_uri, **analysis.application},
        **files,
        f"{name}JobInput": {"EndpointInput": captures, **truth},
        f"{name}JobOutputConfig": {"KmsKeyId": jobs.key_arn, "MonitoringOutputs": [{"S3Output": output}]},
        "JobResources": {"ClusterConfig": machines},
        "NetworkConfig": network,
        "RoleArn": jobs.role_arn,
        "StoppingCondition": {"MaxRuntimeInSeconds": jobs.max_runtime_seconds},
    }
