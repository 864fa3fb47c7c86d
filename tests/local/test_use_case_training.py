"""Every way to train a use case, from its raw files to the model, as its own pipeline does it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from local_cloud.sagemaker.images import mxnet_ndarray
from tests.local import use_case_kit as kit
from tests.local.training_kit import booster_in

XGBOOST = {"hyperparameters": {"num_round": 6, "max_depth": 2, "eval_metric": "auc", "seed": 1}}


@pytest.fixture(scope="module")
def world(client: Any) -> kit.World:
    return kit.World.make(client, "use-case-training")


def model_of(world: kit.World, job: dict[str, Any], folder: Path) -> Path:
    return world.unpack(job["ModelArtifacts"]["S3ModelArtifacts"], folder / "model")


def auc(booster: xgboost.Booster) -> float:
    from sklearn.metrics import roc_auc_score

    table = kit.points(seed=9)
    return float(roc_auc_score(table["first"], booster.predict(xgboost.DMatrix(table[["x", "y"]].to_numpy()))))


def test_the_objective_comes_from_the_problem(world: kit.World, tmp_path: Path) -> None:
    case = kit.use_case(XGBOOST)
    job = kit.run(world, "xgboost", kit.define(world, case, kit.sources(tmp_path), tmp_path))
    assert job["HyperParameters"]["objective"] == "binary:logistic"
    assert auc(booster_in(model_of(world, job, tmp_path))) > 0.95


def test_k_means_finds_the_centres(world: kit.World, tmp_path: Path) -> None:
    case = kit.use_case({"algorithm": "kmeans", "k": 3}, problem="clustering")
    document = kit.define(world, case, kit.sources(tmp_path), tmp_path, last="CheckGate")
    job = kit.run(world, "kmeans", document)
    assert job["AlgorithmSpecification"]["TrainingImage"].endswith("/kmeans:1")
    assert {metric["MetricName"] for metric in job["FinalMetricDataList"]} >= {"test:msd"}
    [centres] = mxnet_ndarray.load((model_of(world, job, tmp_path) / "model_algo-1").read_bytes())
    assert isinstance(centres, np.ndarray)
    distances = np.linalg.norm(kit.CENTRES[:, None] - centres[None], axis=2)
    assert distances.min(axis=1).max() < 0.2
    assert kit.judged(world, job)["clusters_used"] == 3
    first, second, again = kit.answers(
        world, job, tmp_path, [{"x": 0.0, "y": 0.3}, {"x": 4.0, "y": 0.0}, {"x": 0.2, "y": 0.0}]
    )
    assert first["cluster"] == again["cluster"] != second["cluster"]
    assert first["distance"] == pytest.approx(0.3, abs=0.2)


def test_two_instances_train_one_model_each_on_its_part(world: kit.World, tmp_path: Path) -> None:
    case = kit.use_case({**XGBOOST, "instances": 2})
    job = kit.run(world, "together", kit.define(world, case, kit.sources(tmp_path), tmp_path))
    assert job["ResourceConfig"]["InstanceCount"] == 2
    channels = {channel["ChannelName"]: channel["DataSource"]["S3DataSource"] for channel in job["InputDataConfig"]}
    assert channels["train"]["S3DataDistributionType"] == "ShardedByS3Key"
    assert channels["validation"]["S3DataDistributionType"] == "FullyReplicated"
    prefix = channels["train"]["S3Uri"].removeprefix(f"s3://{world.bucket}/")
    parts = {key.rpartition("/")[2]: world.get(f"s3://{world.bucket}/{key}") for key in world.keys(prefix)}
    assert list(parts) == ["train-00000.csv", "train-00001.csv"]
    counts = [content.count(b"\n") for content in parts.values()]
    assert sum(counts) == pytest.approx(0.7 * 600, abs=2)
    assert max(counts) - min(counts) <= 1
    log = world.log("TrainingJobs", job["TrainingJobName"])
    assert "Distributed node training with 2 hosts" in log
    assert all(f"Train matrix has {count} rows" in log for count in counts)
    assert auc(booster_in(model_of(world, job, tmp_path))) > 0.95


def test_a_search_keeps_its_limits_and_its_best_model_is_taken(world: kit.World, tmp_path: Path) -> None:
    ranges = {"eta": {"lowest": 0.01, "highest": 0.6, "scale": "Logarithmic"},
              "max_depth": {"type": "integer", "lowest": 1, "highest": 4}}  # fmt: skip
    tuning = {"objective": "validation:auc", "goal": "Maximize", "ranges": ranges, "max_jobs": 3, "seed": 4}
    case = kit.use_case({**XGBOOST, "tuning": tuning})
    document = kit.define(world, case, kit.sources(tmp_path), tmp_path, last="Evaluate")
    search = kit.run(world, "search", document)
    assert search["TrainingJobStatusCounters"]["Completed"] + search["TrainingJobStatusCounters"]["Stopped"] == 3
    best = search["BestTrainingJob"]
    assert set(best["TunedHyperParameters"]) == {"eta", "max_depth"}
    job = world.sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
    assert job["VpcConfig"]
    assert job["EnableNetworkIsolation"]
    assert job["EnableInterContainerTrafficEncryption"]
    assert job["ResourceConfig"]["VolumeKmsKeyId"] == job["OutputDataConfig"]["KmsKeyId"] == world.key
    found = kit.judged(world, job, "model_card.json")["tuning"]
    assert found["value"] == pytest.approx(best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])
    judged = world.sagemaker.describe_training_job(TrainingJobName=found["training_job"])["HyperParameters"]
    assert found["hyperparameters"] == {name: judged[name] for name in ranges}  # one of those that are equally good
    # Where the next step of the pipeline looks for the model.
    place = f"s3://{world.bucket}/{tmp_path.name}/models/training/{best['TrainingJobName']}/output/model.tar.gz"
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == place
