"""Tuning jobs: strategies, what ends them, and what is refused."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.tuning_kit import config, definition, ended, make_world, objective_of, start, trained

HYPERBAND: dict[str, Any] = {
    "Strategy": "Hyperband",
    "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 27}},
}


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    return make_world(client, "jobs-tuning")


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
