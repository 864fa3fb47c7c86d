import io
import json
import tarfile
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.training_kit import XGBOOST, rows

SKLEARN = "354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-scikit-learn:1.9-0"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
SCRIPT = """
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("--place", type=float, default=0)
parser.add_argument("--kind", default="good")
given = parser.parse_args()
if given.kind == "silent":
    raise SystemExit(0)
if given.kind == "slow":
    time.sleep(60)
if given.kind == "endless":
    for epoch in range(1, 10000):
        print(f"score={(1 - (given.place - 0.3) ** 2) * epoch / 3:.6f};", flush=True)
        time.sleep(0.15)
for epoch in range(1, 4 if given.kind == "good" else 40):
    time.sleep(0 if given.kind == "good" else 0.15)
    if epoch == 4 and given.place < 0.8:
        break
    print(f"score={(1 - (given.place - 0.3) ** 2) * epoch / 3:.6f};", flush=True)
"""
HYPERBAND: dict[str, Any] = {
    "Strategy": "Hyperband",
    "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 27}},
}


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    s3, iam = client("s3"), client("iam")
    s3.create_bucket(Bucket="jobs-tuning", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("train.py")
        entry.size = len(SCRIPT.encode())
        archive.addfile(entry, io.BytesIO(SCRIPT.encode()))
    s3.put_object(Bucket="jobs-tuning", Key="code/sourcedir.tar.gz", Body=packed.getvalue())
    role = iam.create_role(RoleName="jobs-tuning", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="jobs-tuning", PolicyName="do", PolicyDocument=policy)
    return {"sm": client("sagemaker"), "role": role}


def definition(world: dict[str, Any], **static: str) -> dict[str, Any]:
    place = {"S3DataType": "S3Prefix", "S3Uri": "s3://jobs-tuning/code/"}
    return {
        "StaticHyperParameters": {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz", **static,
        },
        "AlgorithmSpecification": {
            "TrainingImage": SKLEARN, "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "score", "Regex": "score=(.*?);"}],
        },
        "RoleArn": world["role"],
        "InputDataConfig": [{"ChannelName": "code", "DataSource": {"S3DataSource": place}}],
        "OutputDataConfig": {"S3OutputPath": "s3://jobs-tuning/models"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "EnableNetworkIsolation": True,
    }  # fmt: skip


def config(strategy: str, jobs: int, **changes: Any) -> dict[str, Any]:
    return {
        "Strategy": strategy,
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "place", "MinValue": "0", "MaxValue": "1"}]},
        "RandomSeed": 5,
        **changes,
    }


def start(world: dict[str, Any], name: str, settings: dict[str, Any], **static: str) -> None:
    world["sm"].create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, HyperParameterTuningJobConfig=settings,
        TrainingJobDefinition=definition(world, **static),
    )  # fmt: skip


def ended(world: dict[str, Any], name: str, seconds: float = 120) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job: dict[str, Any] = world["sm"].describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        if job["HyperParameterTuningJobStatus"] not in {"InProgress", "Stopping"}:
            return job
        time.sleep(0.1)
    raise AssertionError(f"{name} did not end: {job}")


def trained(world: dict[str, Any], name: str, **filters: Any) -> list[dict[str, Any]]:
    answer = world["sm"].list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, MaxResults=100, **filters
    )
    found: list[dict[str, Any]] = answer["TrainingJobSummaries"]
    return found


def test_bayesian_tuning_improves_the_objective(world: dict[str, Any]) -> None:
    start(world, "tune-bayes", config("Bayesian", 9))
    job = ended(world, "tune-bayes")
    assert job["HyperParameterTuningJobStatus"] == "Completed", job.get("FailureReason")
    jobs = trained(world, "tune-bayes", SortBy="CreationTime")
    values = [item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for item in jobs]
    assert len(values) == 9
    assert max(values[3:]) > max(values[:3])
    best = job["BestTrainingJob"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == max(values) > 0.99
    assert abs(float(best["TunedHyperParameters"]["place"]) - 0.3) < 0.1
    counters = job["TrainingJobStatusCounters"]
    assert (counters["Completed"], counters["InProgress"]) == (9, 0)
    training = world["sm"].describe_training_job(TrainingJobName=best["TrainingJobName"])
    assert training["TuningJobArn"] == job["HyperParameterTuningJobArn"]
    assert training["HyperParameters"]["place"] == best["TunedHyperParameters"]["place"]
    sorted_down = trained(world, "tune-bayes", SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    assert sorted_down[0]["TrainingJobName"] == best["TrainingJobName"]


def test_a_grid_trains_every_combination(world: dict[str, Any]) -> None:
    ranges = {"CategoricalParameterRanges": [{"Name": "place", "Values": ["0.1", "0.3", "0.9"]}]}
    limits = {"MaxParallelTrainingJobs": 2}
    start(world, "tune-grid", config("Grid", 0, ParameterRanges=ranges, ResourceLimits=limits))
    job = ended(world, "tune-grid")
    assert job["BestTrainingJob"]["TunedHyperParameters"] == {"place": "0.3"}
    assert {item["TunedHyperParameters"]["place"] for item in trained(world, "tune-grid")} == {"0.1", "0.3", "0.9"}


def test_of_several_kinds_of_instances_the_first_is_taken(world: dict[str, Any]) -> None:
    kinds = [{"InstanceType": f"ml.{name}.large", "InstanceCount": 1, "VolumeSizeInGB": 5} for name in ("m5", "m6i")]
    changed = definition(world)
    del changed["ResourceConfig"]
    changed["HyperParameterTuningResourceConfig"] = {"AllocationStrategy": "Prioritized", "InstanceConfigs": kinds}
    world["sm"].create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="tune-kinds", HyperParameterTuningJobConfig=config("Random", 1),
        TrainingJobDefinition=changed,
    )  # fmt: skip
    best = ended(world, "tune-kinds")["BestTrainingJob"]["TrainingJobName"]
    assert world["sm"].describe_training_job(TrainingJobName=best)["ResourceConfig"] == kinds[0]


def test_tuning_ends_early_when_the_target_is_reached(world: dict[str, Any]) -> None:
    criteria = {"TargetObjectiveMetricValue": 0.2}
    start(world, "tune-target", config("Random", 20, TuningJobCompletionCriteria=criteria))
    job = ended(world, "tune-target")
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert len(trained(world, "tune-target")) < 6


def test_tuning_without_a_value_of_the_objective_fails(world: dict[str, Any]) -> None:
    start(world, "tune-silent", config("Random", 20), kind="silent")
    job = ended(world, "tune-silent")
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("No objective metrics found after running")


def test_early_stopping_ends_a_hopeless_job(world: dict[str, Any]) -> None:
    ranges = {"CategoricalParameterRanges": [{"Name": "place", "Values": ["0.29", "0.3", "0.31", "0.99"]}]}
    settings = config(
        "Grid", 0, ParameterRanges=ranges, ResourceLimits={"MaxParallelTrainingJobs": 1},
        TrainingJobEarlyStoppingType="Auto",
    )  # fmt: skip
    start(world, "tune-early", settings, kind="paced")
    assert ended(world, "tune-early")["HyperParameterTuningJobStatus"] == "Completed"
    by_place = {item["TunedHyperParameters"]["place"]: item for item in trained(world, "tune-early")}
    statuses = {place: item["TrainingJobStatus"] for place, item in by_place.items()}
    assert statuses == {"0.29": "Completed", "0.3": "Completed", "0.31": "Completed", "0.99": "Stopped"}
    assert by_place["0.99"]["ObjectiveStatus"] == "Succeeded"


def test_stopping_tuning_stops_its_training_jobs(world: dict[str, Any]) -> None:
    start(world, "tune-stop", config("Random", 20), kind="slow")
    deadline = time.monotonic() + 20
    while not trained(world, "tune-stop"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    world["sm"].stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="tune-stop")
    assert ended(world, "tune-stop")["HyperParameterTuningJobStatus"] == "Stopped"
    assert {item["TrainingJobStatus"] for item in trained(world, "tune-stop")} == {"Stopped"}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Strategy": "Hyperband"}, "no MaxResource"),
        ({**HYPERBAND, "TrainingJobEarlyStoppingType": "Auto"}, "must be Off"),
        ({"StrategyConfig": HYPERBAND["StrategyConfig"]}, "Strategy is not Hyperband"),
        ({**HYPERBAND, "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 9, "MaxResource": 9}}}, "less"),
        ({"HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "beauty"}}, "known are score"),
        ({"ParameterRanges": {}}, "nothing to tune"),
        ({"Strategy": "Grid"}, "CategoricalParameterRanges only"),
    ],
)
def test_what_cannot_be_tuned_is_refused_by_name(world: dict[str, Any], changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ClientError, match=text):
        start(world, "tune-refused", {**config("Random", 2), **changes})


def warm(world: dict[str, Any], name: str, how: str, parents: list[str], settings: Any, **static: str) -> None:
    named = [{"HyperParameterTuningJobName": parent} for parent in parents]
    world["sm"].create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, HyperParameterTuningJobConfig=settings,
        TrainingJobDefinition=definition(world, **static),
        WarmStartConfig={"ParentHyperParameterTuningJobs": named, "WarmStartType": how},
    )  # fmt: skip


@pytest.fixture(scope="module")
def parent(world: dict[str, Any]) -> dict[str, Any]:
    """A grid that surrounds the best place, 0.3, and has it."""
    ranges = {"CategoricalParameterRanges": [{"Name": "place", "Values": ["0", "0.1", "0.3", "0.6", "0.9"]}]}
    start(
        world, "tune-parent", config("Grid", 0, ParameterRanges=ranges, ResourceLimits={"MaxParallelTrainingJobs": 2})
    )
    return ended(world, "tune-parent")


@pytest.mark.parametrize("kind", ["IdenticalDataAndAlgorithm", "TransferLearning"])
def test_a_warm_start_looks_at_once_where_the_parent_was_good(
    world: dict[str, Any], parent: dict[str, Any], kind: str
) -> None:
    name = f"tune-warm-{kind.lower()[:8]}"
    limits = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
    warm(world, name, kind, ["tune-parent"], config("Bayesian", 1, ResourceLimits=limits))
    job = ended(world, name)
    assert job["HyperParameterTuningJobStatus"] == "Completed", job.get("FailureReason")
    [trained_one] = trained(world, name)
    assert abs(float(trained_one["TunedHyperParameters"]["place"]) - 0.3) < 0.15
    if kind == "TransferLearning":
        assert "OverallBestTrainingJob" not in job
    else:
        best = max((job["BestTrainingJob"], parent["BestTrainingJob"]), key=objective_of)
        assert job["OverallBestTrainingJob"]["TrainingJobName"] == best["TrainingJobName"]
    assert job["ConsumedResources"]["RuntimeInSeconds"] >= 0


def objective_of(item: dict[str, Any]) -> float:
    return float(item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])


@pytest.mark.parametrize(
    ("parents", "changes", "static", "text"),
    [
        (["tune-nobody"], {}, {}, "there is no tuning job tune-nobody"),
        (["tune-parent"], {}, {"kind": "good"}, "their sum must be the same"),
        (["tune-parent"], {"HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "score"}}, {},
         "another objective"),
    ],
)  # fmt: skip
def test_parents_that_do_not_fit_are_refused(
    world: dict[str, Any], parent: dict[str, Any], parents: list[str], changes: Any, static: Any, text: str
) -> None:
    with pytest.raises(ClientError, match=text):
        warm(world, "tune-refused", "TransferLearning", parents, config("Random", 2, **changes), **static)


def test_a_parent_with_another_image_is_not_identical(world: dict[str, Any], parent: dict[str, Any]) -> None:
    changed = definition(world)
    changed["AlgorithmSpecification"]["TrainingImage"] = SKLEARN.replace("1.9-0", "1.4-2")
    named = [{"HyperParameterTuningJobName": "tune-parent"}]
    with pytest.raises(ClientError, match="another training image"):
        world["sm"].create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName="tune-refused", HyperParameterTuningJobConfig=config("Random", 2),
            TrainingJobDefinition=changed,
            WarmStartConfig={"ParentHyperParameterTuningJobs": named, "WarmStartType": "IdenticalDataAndAlgorithm"},
        )  # fmt: skip


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


def test_hyperband_ends_the_built_in_xgboost_and_keeps_its_models(world: dict[str, Any], client: Any) -> None:
    client("s3").put_object(Bucket="jobs-tuning", Key="rows/train.csv", Body=rows(1))
    place = {"S3DataType": "S3Prefix", "S3Uri": "s3://jobs-tuning/rows/"}
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
    models = client("s3").list_objects_v2(Bucket="jobs-tuning", Prefix="models/tune-xgboost")["Contents"]
    assert len(models) == len(trained(world, "tune-xgboost")) == 4


def test_tuning_ends_when_no_improvement_is_to_be_expected(world: dict[str, Any]) -> None:
    criteria = {"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}
    start(world, "tune-converged", config("Bayesian", 40, TuningJobCompletionCriteria=criteria))
    job = ended(world, "tune-converged")
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert 10 <= len(trained(world, "tune-converged")) < 30
    assert objective_of(job["BestTrainingJob"]) > 0.99
    assert "ConvergenceDetectedTime" in job["TuningJobCompletionDetails"]


def test_tuning_ends_when_the_best_is_not_improving(world: dict[str, Any]) -> None:
    criteria = {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}
    ranges = {"CategoricalParameterRanges": [{"Name": "place", "Values": ["0.3", "0.1", "0.2", "0.25", "0.9", "0.8"]}]}
    limits = {"MaxParallelTrainingJobs": 1}
    start(
        world, "tune-patience",
        config("Grid", 0, ParameterRanges=ranges, ResourceLimits=limits, TuningJobCompletionCriteria=criteria),
    )  # fmt: skip
    job = ended(world, "tune-patience")
    assert len(trained(world, "tune-patience")) == 4
    assert job["TuningJobCompletionDetails"]["NumberOfTrainingJobsObjectiveNotImproving"] == 3
