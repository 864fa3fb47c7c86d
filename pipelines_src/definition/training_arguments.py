"""Requests of training jobs and of searches for hyperparameters. All are isolated, private and encrypted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.use_case.train import Spot
from config.use_case.tuning import Tuning
from pipelines_src.definition.job_arguments import Text
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.tuning_arguments import search

# Where the jobs put their models: `<job>/output/model.tar.gz` below it.
MODELS_FOLDER = "training"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """An input of a training job; sharded: each instance gets some of its files, else all of them."""

    name: str
    uri: Text
    content_type: str | None = None
    sharded: bool = False

    def to_request(self) -> dict[str, Any]:
        """Return it as SageMaker takes it."""
        distribution = "ShardedByS3Key" if self.sharded else "FullyReplicated"
        return {
            "ChannelName": self.name,
            **({"ContentType": self.content_type} if self.content_type else {}),
            "CompressionType": "None",
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": self.uri,
                    "S3DataDistributionType": distribution,
                }
            },
        }


@dataclass(frozen=True, kw_only=True)
class TrainingJob:
    """What one training job does.

    Attributes:
        image: the container.
        hyperparameters: all of them, as texts.
        channels: its inputs.
        metrics: regular expressions of metrics in the log, by name; none for built-in algorithms, which have their own.
        instance: instance type.
        instances: machines.
        max_runtime: seconds.
        spot: spare capacity.
        checkpoints: S3 URI of what is kept over an interruption, or what training begins with.
    """

    image: str
    hyperparameters: Mapping[str, Text]
    channels: Sequence[Channel]
    metrics: Mapping[str, str]
    instance: Text
    instances: int
    max_runtime: int
    spot: Spot | None
    checkpoints: Text | None

    def request(self, settings: PipelineSettings) -> dict[str, Any]:
        """Return a CreateTrainingJob request."""
        return {
            "AlgorithmSpecification": self._algorithm(),
            "HyperParameters": dict(self.hyperparameters),
            **self._surroundings(settings),
            "Tags": settings.tag_list(),
        }

    def search_request(self, settings: PipelineSettings, tuning: Tuning) -> dict[str, Any]:
        """Return a CreateHyperParameterTuningJob request of such jobs; a range takes the place of a value.

        Its jobs share no checkpoints: each would begin with those of another.
        """
        fixed = {name: value for name, value in self.hyperparameters.items() if name not in tuning.ranges}
        surroundings = self._surroundings(settings)
        surroundings.pop("CheckpointConfig", None)
        return {
            "HyperParameterTuningJobConfig": search(tuning),
            "TrainingJobDefinition": {
                "AlgorithmSpecification": self._algorithm(),
                "StaticHyperParameters": fixed,
                **surroundings,
            },
            "Tags": settings.tag_list(),
        }

    def _algorithm(self) -> dict[str, Any]:
        # SageMaker knows the metrics of its own algorithms and refuses others.
        metrics = [{"Name": name, "Regex": regex} for name, regex in self.metrics.items()]
        return {
            "TrainingImage": self.image,
            "TrainingInputMode": "File",
            **({"MetricDefinitions": metrics} if metrics else {}),
        }

    def _surroundings(self, settings: PipelineSettings) -> dict[str, Any]:
        stopping = {"MaxRuntimeInSeconds": self.max_runtime}
        if self.spot is not None:
            stopping["MaxWaitTimeInSeconds"] = self.spot.max_wait_seconds
        return {
            "InputDataConfig": [channel.to_request() for channel in self.channels],
            "OutputDataConfig": {
                "S3OutputPath": f"{settings.models_uri}/{MODELS_FOLDER}",
                "KmsKeyId": settings.models_key,
            },
            "ResourceConfig": {
                "InstanceCount": self.instances,
                "InstanceType": self.instance,
                "VolumeSizeInGB": settings.volume_gb,
                "VolumeKmsKeyId": settings.data_key,
            },
            "EnableNetworkIsolation": True,
            "EnableInterContainerTrafficEncryption": True,
            "VpcConfig": settings.vpc(),
            "StoppingCondition": stopping,
            **({"EnableManagedSpotTraining": True} if self.spot else {}),
            **({"CheckpointConfig": {"S3Uri": self.checkpoints}} if self.checkpoints is not None else {}),
            "RoleArn": settings.role_arn,
        }
