"""Requests of the processing jobs of a use case's pipeline. All are isolated, private and encrypted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines_src.definition.references import ExecutionVariable, Join, Reference
from pipelines_src.definition.settings import PipelineSettings

PROCESSING = "/opt/ml/processing"  # where SageMaker puts inputs and takes outputs of a processing job
Text = Reference | str


@dataclass(frozen=True)
class JobArguments:
    """Makes the requests of one pipeline's jobs."""

    settings: PipelineSettings
    processing_instance: Text

    def processing(
        self,
        *,
        arguments: Sequence[str],
        inputs: Mapping[str, Text],
        outputs: Mapping[str, Text],
        output_key: str,
        variables: Mapping[str, Text] | None = None,
    ) -> dict[str, Any]:
        """Return the request of a job that runs the use case's code.

        Args:
            arguments: what the code is called with.
            inputs: name (also of the folder below `input`) to S3 URI; code and wheels are added.
            outputs: name (also of the folder below `output`) to S3 URI.
            output_key: ARN of the key that outputs are encrypted with.
            variables: environment variables of the job.
        """
        settings = self.settings
        sources = {**inputs, "code": settings.code_uri, "wheels": settings.wheels_uri}
        return {
            "AppSpecification": {
                "ImageUri": settings.image_uri,
                # Python runs a zip that has a __main__.py.
                "ContainerEntrypoint": ["python3", f"{PROCESSING}/input/code/{settings.code_file}"],
                "ContainerArguments": list(arguments),
            },
            **({"Environment": dict(variables)} if variables else {}),
            "ProcessingInputs": [_processing_input(name, uri) for name, uri in sources.items()],
            "ProcessingOutputConfig": {
                "Outputs": [_processing_output(name, uri) for name, uri in outputs.items()],
                "KmsKeyId": output_key,
            },
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceCount": 1,
                    "InstanceType": self.processing_instance,
                    "VolumeSizeInGB": settings.volume_gb,
                    "VolumeKmsKeyId": settings.data_key,
                }
            },
            "NetworkConfig": {
                "EnableInterContainerTrafficEncryption": True,
                "EnableNetworkIsolation": True,
                "VpcConfig": settings.vpc(),
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": settings.processing_runtime_seconds},
            "RoleArn": settings.role_arn,
            "Tags": settings.tag_list(),
        }


def of_this_execution(base_uri: str, *path: str) -> Join:
    """Return a URI below `base_uri` that no other execution writes to."""
    return Join("/", (base_uri, ExecutionVariable.PIPELINE_EXECUTION_ID.ref, *path))


def _processing_input(name: str, uri: Text) -> dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{PROCESSING}/input/{name}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
            "S3CompressionType": "None",
        },
    }


def _processing_output(name: str, uri: Text) -> dict[str, Any]:
    return {
        "OutputName": name,
        "S3Output": {"S3Uri": uri, "LocalPath": f"{PROCESSING}/output/{name}", "S3UploadMode": "EndOfJob"},
    }
