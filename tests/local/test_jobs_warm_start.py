"""Tuning that begins with what other tuning jobs found."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.tuning_kit import SKLEARN, config, definition, ended, make_world, objective_of, start, trained


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    return make_world(client, "jobs-warm-start")


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
