"""Two trainings from the same inputs leave the same model, byte for byte.

The archive model.tar.gz itself is packed by SageMaker, with the times of its files, so what is compared lies in it.
"""

import time
from pathlib import Path
from typing import Any

import pytest

from config.images import image
from local_cloud.clients import REGION
from tests.local import training_kit as kit

SCRIPT = """
import os, pandas, pathlib
table = pandas.read_csv(pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]) / "part-0.csv", header=None)
pathlib.Path(os.environ["SM_MODEL_DIR"], "means.json").write_text(table.mean().to_json())
"""
SAMPLED = {**kit.BUILT_IN, "subsample": "0.7", "colsample_bytree": "0.5"}
RESOURCES = {"InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
TWICE = ("one", "two")


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    world = kit.make_world(client, "training-twice")
    for part in range(2):
        world["s3"].put_object(Bucket=world["bucket"], Key=f"data/parts/part-{part}.csv", Body=kit.rows(3 + part))
    return world


def start_kmeans(world: dict[str, Any], name: str) -> None:
    algorithm = {"TrainingImage": image("kmeans", REGION), "TrainingInputMode": "File"}
    channels = [kit.channel(world, "train", "text/csv;label_size=0")]
    hyperparameters = {"k": "3", "feature_dim": "5", "mini_batch_size": "100"}
    kit.start(world, name, hyperparameters, AlgorithmSpecification=algorithm, InputDataConfig=channels)


def start_together(world: dict[str, Any], name: str) -> None:
    train = kit.channel(world, "parts", S3DataDistributionType="ShardedByS3Key")
    channels = [{**train, "ChannelName": "train"}, kit.channel(world, "validation")]
    kit.start(world, name, SAMPLED, InputDataConfig=channels, ResourceConfig={**RESOURCES, "InstanceCount": 2})


WAYS = {
    "xgboost": lambda world, name: kit.start(world, name, SAMPLED),
    "together": start_together,
    "kmeans": start_kmeans,
    "script": lambda world, name: kit.start_script(world, name, SCRIPT),
}


@pytest.fixture(scope="module")
def started(world: dict[str, Any]) -> None:
    for way, start in WAYS.items():
        for time_ in TWICE:
            start(world, f"twice-{way}-{time_}")


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("way", WAYS)
def test_the_model_is_the_same_bytes(world: dict[str, Any], way: str, tmp_path: Path) -> None:
    found = [model_of(world, f"twice-{way}-{time_}", tmp_path / time_) for time_ in TWICE]
    assert found[0]
    assert found[0] == found[1]


def test_a_search_that_draws_finds_the_same_best_model(world: dict[str, Any], tmp_path: Path) -> None:
    found = []
    for time_ in TWICE:
        search(world, f"twice-{time_}")
    for time_ in TWICE:
        best = best_of(world, f"twice-{time_}")
        found.append((best["TunedHyperParameters"], model_of(world, best["TrainingJobName"], tmp_path / time_)))
    assert found[0] == found[1]


def model_of(world: dict[str, Any], name: str, folder: Path) -> dict[str, bytes]:
    job = kit.ended(world, name)
    assert job["TrainingJobStatus"] == "Completed", job
    kit.unpack(world, job["ModelArtifacts"]["S3ModelArtifacts"], folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def search(world: dict[str, Any], name: str) -> None:
    config = {
        "Strategy": "Random",
        "RandomSeed": 4,
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.05", "MaxValue": "0.9"}]},
    }
    definition = {
        "StaticHyperParameters": SAMPLED,
        "AlgorithmSpecification": {"TrainingImage": kit.XGBOOST, "TrainingInputMode": "File"},
        "RoleArn": world["role"],
        "InputDataConfig": [kit.channel(world, "train"), kit.channel(world, "validation")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{world['bucket']}/models"},
        "ResourceConfig": {**RESOURCES, "InstanceCount": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    world["sm"].create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, HyperParameterTuningJobConfig=config, TrainingJobDefinition=definition
    )


def best_of(world: dict[str, Any], name: str) -> dict[str, Any]:
    deadline = time.monotonic() + 90
    while True:
        found = world["sm"].describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        if found["HyperParameterTuningJobStatus"] == "Completed":
            return dict(found["BestTrainingJob"])
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
