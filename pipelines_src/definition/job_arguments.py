"""Requests of the processing jobs of a use case's pipeline. All are isolated, private and encrypted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines_src.definition.references import ExecutionVariable, Join, Reference
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.spark_cluster import PROCESSING, SparkCluster

Text = Reference | str


@dataclass(frozen=True)
class Machines:
    """How many machines run Python, and the names of the inputs of which each gets its part of the objects."""

    instances: int = 1
    shared: tuple[str, ...] = ()

    def way(self, name: str) -> str:
        """Return how an input's objects are distributed."""
        return "ShardedByS3Key" if name in self.shared else "FullyReplicated"


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
        manifests: Mapping[str, Text] | None = None,
        variables: Mapping[str, Text] | None = None,
        cluster: SparkCluster | Machines | None = None,
        max_runtime: int | None = None,
    ) -> dict[str, Any]:
        """Return the request of a job that runs the use case's code.

        Args:
            arguments: what the code is called with.
            inputs: name (also of the folder below `input`) to S3 URI; code and wheels are added.
            outputs: name (also of the folder below `output`) to S3 URI.
            output_key: ARN of the key that outputs are encrypted with.
            manifests: as `inputs`, but the S3 URI is that of a list of objects: `[{"prefix": "s3://..."}, "a", ...]`.
            variables: environment variables of the job.
            cluster: runs it on Spark, or on several machines that run Python; else it is Python on one.
            max_runtime: seconds after which it is stopped; else the settings' own.
        """
        settings = self.settings
        spark = cluster if isinstance(cluster, SparkCluster) else None
        machines = cluster if isinstance(cluster, Machines) else Machines()
        added = {"code": settings.code_uri, "wheels": settings.wheels_uri, **(spark.inputs() if spark else {})}
        sources = {**inputs, **added}
        application = spark.application(settings.code_file) if spark else self._python()
        return {
            "AppSpecification": {**application, "ContainerArguments": list(arguments)},
            **({"Environment": dict(variables)} if variables else {}),
            "ProcessingInputs": [
                _processing_input(name, uri, kind, machines.way(name))
                for kind, given in (("S3Prefix", sources), ("ManifestFile", manifests or {}))
                for name, uri in given.items()
            ],
            "ProcessingOutputConfig": {
                "Outputs": [_processing_output(name, uri) for name, uri in outputs.items()],
                "KmsKeyId": output_key,
            },
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceCount": (spark or machines).instances,
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
            "StoppingCondition": {"MaxRuntimeInSeconds": max_runtime or settings.processing_runtime_seconds},
            "RoleArn": settings.role_arn,
            "Tags": settings.tag_list(),
        }

    def _python(self) -> dict[str, Any]:
        # Python runs a zip that has a __main__.py.
        command = ["python3", f"{PROCESSING}/input/code/{self.settings.code_file}"]
        return {"ImageUri": self.settings.image_uri, "ContainerEntrypoint": command}


def of_this_execution(base_uri: str, *path: str) -> Join:
    """Return a URI below `base_uri` that no other execution writes to."""
    return Join("/", (base_uri, ExecutionVariable.PIPELINE_EXECUTION_ID.ref, *path))


def _processing_input(name: str, uri: Text, data_type: str, way: str) -> dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{PROCESSING}/input/{name}",
            "S3DataType": data_type,
            "S3InputMode": "File",
            "S3DataDistributionType": way,
            "S3CompressionType": "None",
        },
    }


def _processing_output(name: str, uri: Text) -> dict[str, Any]:
    return {
        "OutputName": name,
        "S3Output": {"S3Uri": uri, "LocalPath": f"{PROCESSING}/output/{name}", "S3UploadMode": "EndOfJob"},
    }
