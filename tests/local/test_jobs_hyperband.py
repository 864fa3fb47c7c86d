"""Hyperband: bad training jobs end early, good ones at the most epochs."""

from typing import Any

import pytest

from tests.local.training_kit import XGBOOST, rows
from tests.local.tuning_kit import config, definition, ended, make_world, objective_of, start, trained


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    return make_world(client, "jobs-hyperband")


def test_hyperband_ends_bad_jobs_at_a_rung_and_good_ones_at_the_most_epochs(world: dict[str, Any]) -> None:
    resources = {"HyperbandStrategyConfig": {"MinResource": 2, "MaxResource": 6}}
    limits = {"MaxNumberOfTrainingJobs": 8, "MaxParallelTrainingJobs": 2}
    settings = config("Hyperband", 8, StrategyConfig=resources, ResourceLimits=limits)
    start(world, "tune-hyper", settings, kind="endless")
    job = ended(world, "tune-hyper")
    assert job["HyperParameterTuningJobStatus"] == "Completed", job.get("FailureReason")
    found = trained(world, "tune-hyper")
    assert {item["TrainingJobStatus"] for item in found} == {"Stopped"}  # an endless script ends only so
    assert all(item["ObjectiveStatus"] == "Succeeded" for item in found)
    # The score is (1 - distance squared) * epoch / 3: only who came beyond the third epoch has more than 1.
    assert objective_of(job["BestTrainingJob"]) > 3 / 3


def test_hyperband_ends_the_built_in_xgboost_and_keeps_its_models(world: dict[str, Any]) -> None:
    world["s3"].put_object(Bucket=world["bucket"], Key="rows/train.csv", Body=rows(1))
    place = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{world['bucket']}/rows/"}
    channels = [
        {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": place}}
        for name in ("train", "validation")
    ]
    static = {
        "objective": "binary:logistic", "num_round": "1000000", "save_model_on_termination": "true", "max_depth": "2",
    }  # fmt: skip
    changed = {
        **definition(world), "StaticHyperParameters": static, "InputDataConfig": channels,
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
    }  # fmt: skip
    settings = config(
        "Hyperband", 4,
        HyperParameterTuningJobObjective={"Type": "Minimize", "MetricName": "validation:logloss"},
        ParameterRanges={"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.001", "MaxValue": "0.3"}]},
        StrategyConfig={"HyperbandStrategyConfig": {"MinResource": 5, "MaxResource": 50}},
    )  # fmt: skip
    world["sm"].create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="tune-xgboost", HyperParameterTuningJobConfig=settings,
        TrainingJobDefinition=changed,
    )  # fmt: skip
    job = ended(world, "tune-xgboost")
    assert job["HyperParameterTuningJobStatus"] == "Completed", job.get("FailureReason")
    assert 0 < objective_of(job["BestTrainingJob"]) < 0.69  # what a coin would have
    models = world["s3"].list_objects_v2(Bucket=world["bucket"], Prefix="models/tune-xgboost")["Contents"]
    assert len(models) == len(trained(world, "tune-xgboost")) == 4
