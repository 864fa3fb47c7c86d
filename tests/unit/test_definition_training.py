"""The step that trains, for every way that a use case may train."""

import importlib
import json
from dataclasses import replace
from typing import Any

import pytest

from pipelines_src.definition import DefinitionError
from pipelines_src.definition.settings import PipelineSettings, Script
from pipelines_src.definition.use_case_pipeline import build_pipeline
from pipelines_src.steps import cli
from pipelines_src.steps.evaluation import trained
from tests.use_cases import WAYS, use_case, way

CHECKPOINTS = ["s3://models/flight_delays", "checkpoints", {"Get": "Execution.PipelineExecutionId"}]


@pytest.fixture
def settings(pipeline_settings: PipelineSettings) -> PipelineSettings:
    return replace(pipeline_settings, script=Script(uri="s3://assets/4567.tar.gz", file="4567.tar.gz"))


def steps(name: str, settings: PipelineSettings) -> dict[str, dict[str, Any]]:
    return {step["Name"]: step for step in build_pipeline(way(name), settings).to_definition()["Steps"]}


def job(step: dict[str, Any]) -> dict[str, Any]:
    """What a training job and the jobs of a search have in common."""
    arguments: dict[str, Any] = step["Arguments"]
    return dict(arguments.get("TrainingJobDefinition", arguments))


def channels(step: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {channel["ChannelName"]: channel for channel in job(step)["InputDataConfig"]}


@pytest.mark.parametrize("name", WAYS)
def test_every_way_is_isolated_private_encrypted_and_limited(name: str, settings: PipelineSettings) -> None:
    step = steps(name, settings)["Train"]
    found = job(step)
    assert found["EnableNetworkIsolation"]
    assert found["EnableInterContainerTrafficEncryption"]
    assert found["VpcConfig"] == {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]}
    assert found["ResourceConfig"]["VolumeKmsKeyId"] == settings.data_key
    assert found["OutputDataConfig"]["KmsKeyId"] == settings.models_key
    assert found["StoppingCondition"]["MaxRuntimeInSeconds"] == 60
    assert found["RoleArn"] == settings.role_arn
    assert {"Key": "ml-loop:environment", "Value": "dev"} in step["Arguments"]["Tags"]
    assert step["RetryPolicies"]


def test_classes_are_counted_and_numbers_get_an_objective_of_their_own(settings: PipelineSettings) -> None:
    several = use_case({}, "multiclass_classification", label="first", classes=[0, 1, 2])
    document = build_pipeline(several, settings).to_definition()["Steps"][1]["Arguments"]["HyperParameters"]
    assert (document["objective"], document["num_class"]) == ("multi:softprob", "3")
    assert steps("together", settings)["Train"]["Arguments"]["HyperParameters"]["objective"] == "reg:squarederror"


def test_k_means_reads_rows_without_a_label_and_measures_on_a_channel_named_test(settings: PipelineSettings) -> None:
    step = steps("kmeans", replace(settings, training_image_uri="kmeans:1"))["Train"]
    assert step["Arguments"]["HyperParameters"] == {"k": "3", "feature_dim": "2"}
    assert step["Arguments"]["AlgorithmSpecification"]["TrainingImage"] == "kmeans:1"
    assert {name: one["ContentType"] for name, one in channels(step).items()} == dict.fromkeys(
        ("train", "test"), "text/csv;label_size=0"
    )


def test_several_machines_get_a_part_each_but_all_of_the_validation(settings: PipelineSettings) -> None:
    found = channels(steps("together", settings)["Train"])
    ways = {name: one["DataSource"]["S3DataSource"]["S3DataDistributionType"] for name, one in found.items()}
    assert ways == {"train": "ShardedByS3Key", "validation": "FullyReplicated"}


def test_spot_has_a_longest_wait_and_checkpoints_of_its_own_where_they_are_kept(settings: PipelineSettings) -> None:
    spot = steps("spot", settings)["Train"]
    assert spot["Arguments"]["EnableManagedSpotTraining"]
    assert spot["Arguments"]["StoppingCondition"]["MaxWaitTimeInSeconds"] == 3600
    assert spot["Arguments"]["CheckpointConfig"]["S3Uri"]["Std:Join"]["Values"] == CHECKPOINTS
    assert "CacheConfig" not in spot  # its place is like no other execution's
    assert "CheckpointConfig" not in steps("kmeans", settings)["Train"]["Arguments"]
    # Jobs of a search would share them, and each begin with those of another.
    assert job(steps("search", settings)["Train"])["EnableManagedSpotTraining"]
    assert "CheckpointConfig" not in job(steps("search", settings)["Train"])


@pytest.mark.parametrize("name", ["warm", "script", "search"])
def test_what_a_step_writes_is_of_one_execution_and_emptied_by_the_step(name: str, settings: PipelineSettings) -> None:
    found = [step["Arguments"] for step in steps(name, settings).values() if step["Type"] == "Processing"]
    assert len(found) == (2 if name == "search" else 3)
    for arguments in found:
        outputs = arguments["ProcessingOutputConfig"]["Outputs"]
        called = arguments["AppSpecification"]["ContainerArguments"][0]
        own = importlib.import_module(f"pipelines_src.steps.{cli.STEPS[called]}").OUTPUTS
        assert tuple(output["OutputName"] for output in outputs) == own
        places = [output["S3Output"]["S3Uri"]["Std:Join"]["Values"] for output in outputs]
        assert all({"Get": "Execution.PipelineExecutionId"} in place for place in places)
        assert {output["S3Output"]["S3UploadMode"] for output in outputs} == {"EndOfJob"}


def test_a_search_has_strategy_ranges_limits_seed_and_early_stopping(settings: PipelineSettings) -> None:
    found = steps("search", settings)
    arguments = found["Train"]["Arguments"]
    assert arguments["HyperParameterTuningJobConfig"] == {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
        "ResourceLimits": {
            "MaxParallelTrainingJobs": 2, "MaxNumberOfTrainingJobs": 20, "MaxRuntimeInSeconds": 14400,
        },
        "ParameterRanges": {
            "ContinuousParameterRanges": [
                {"Name": "eta", "MinValue": "0.01", "MaxValue": "0.5", "ScalingType": "Logarithmic"}
            ],
            "IntegerParameterRanges": [
                {"Name": "num_round", "MinValue": "5", "MaxValue": "50", "ScalingType": "Auto"}
            ],
        },
        "TrainingJobEarlyStoppingType": "Auto",
        "RandomSeed": 0,
    }  # fmt: skip
    # A range takes the place of the value.
    assert arguments["TrainingJobDefinition"]["StaticHyperParameters"] == {
        "objective": "binary:logistic",
        "save_model_on_termination": "true",  # of a job that is ended early, which may be the best
    }
    best = "Steps.Train.TrainingJobSummaries[0]"
    value = {"Get": f"{best}.FinalHyperParameterTuningJobObjectiveMetric.Value"}
    assert found["Evaluate"]["Arguments"]["Environment"] == {
        "ML_LOOP_CHAMPION": {"Get": "Parameters.ChampionModelUri"},
        trained.JOB: {"Get": f"{best}.TrainingJobName"},
        trained.OBJECTIVE: {"Std:Join": {"On": "", "Values": [value]}},
        f"{trained.TUNED}eta": {"Get": f"{best}.TunedHyperParameters['eta']"},
        f"{trained.TUNED}num_round": {"Get": f"{best}.TunedHyperParameters['num_round']"},
    }
    model = found["Evaluate"]["Arguments"]["ProcessingInputs"][0]["S3Input"]["S3Uri"]
    assert model == {
        "Std:Join": {
            "On": "/",
            "Values": ["s3://models/flight_delays", "training",
                       {"Get": "Steps.Train.TrainingJobSummaries[0].TrainingJobName"}, "output/model.tar.gz"],
        }
    }  # fmt: skip


def test_hyperband_stops_by_its_own_rule_and_a_grid_has_its_own_number(settings: PipelineSettings) -> None:
    hyperband = steps("hyperband", settings)["Train"]["Arguments"]["HyperParameterTuningJobConfig"]
    assert hyperband["TrainingJobEarlyStoppingType"] == "Off"
    assert hyperband["StrategyConfig"]["HyperbandStrategyConfig"] == {"MinResource": 1, "MaxResource": 50}
    grid = steps("image search", settings)["Train"]["Arguments"]
    assert "MaxNumberOfTrainingJobs" not in grid["HyperParameterTuningJobConfig"]["ResourceLimits"]
    metrics = grid["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"]
    assert metrics == [{"Name": "oob", "Regex": "oob=([0-9.]+)"}]


def test_a_script_comes_in_a_channel_since_its_job_reaches_no_network(settings: PipelineSettings) -> None:
    step = steps("script", settings)["Train"]
    assert step["Arguments"]["HyperParameters"] == {
        "rounds": "3",
        "colour": '"blue"',
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": '"/opt/ml/input/data/code/4567.tar.gz"',
    }
    found = channels(step)
    assert found["code"]["DataSource"]["S3DataSource"]["S3Uri"] == "s3://assets/4567.tar.gz"
    assert found["train"]["ContentType"] == "application/x-parquet"
    with pytest.raises(DefinitionError, match=r"no archive of its training script.*settings\.script"):
        build_pipeline(way("script"), replace(settings, script=None))


def test_a_warm_start_begins_with_the_earlier_model_and_its_features(settings: PipelineSettings) -> None:
    found = steps("warm", settings)
    assert list(found)[:3] == ["WarmStart", "Prepare", "Train"]
    assert "CacheConfig" not in found["WarmStart"]
    earlier = {"Get": "Steps.WarmStart.ProcessingOutputConfig.Outputs['warm_start'].S3Output.S3Uri"}
    inputs = {item["InputName"]: item["S3Input"]["S3Uri"] for item in found["Prepare"]["Arguments"]["ProcessingInputs"]}
    assert inputs["warm_start"] == earlier
    train = found["Train"]["Arguments"]
    assert train["CheckpointConfig"] == {"S3Uri": json.loads(json.dumps(earlier).replace("warm_start", "checkpoints"))}
    assert train["HyperParameters"]["num_round"]["Std:Join"]["Values"][0]["Std:JsonGet"]["Path"] == "num_round"
    assert channels(steps("script", settings)["Train"])["warm_start"]["DataSource"]["S3DataSource"]["S3Uri"] == earlier


def test_only_a_warm_start_has_a_parameter_for_the_earlier_model(settings: PipelineSettings) -> None:
    def parameters(name: str) -> dict[str, str]:
        document = build_pipeline(way(name), settings).to_definition()
        return {one["Name"]: one["DefaultValue"] for one in document["Parameters"]}

    assert parameters("warm")["WarmStartModelUri"] == settings.code_uri  # there, and no model
    assert "WarmStartModelUri" not in parameters("xgboost")


def test_the_use_cases_own_instance_type_goes_before_the_environments(settings: PipelineSettings) -> None:
    large = build_pipeline(use_case({"instance": "ml.m5.4xlarge"}), settings).to_definition()
    assert {one["Name"]: one["DefaultValue"] for one in large["Parameters"]}["TrainingInstanceType"] == "ml.m5.4xlarge"
