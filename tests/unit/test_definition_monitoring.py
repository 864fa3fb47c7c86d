"""The pipeline that says what has changed: as safe as the others, and its inputs are what job and function know."""

from typing import Any

import pytest
from constructs import captures_role

from config import UseCase, load_use_case
from config.use_case.monitor import Monitor
from monitor import asking, aws, storage
from monitor.baselines import Baselines
from ops import outcomes
from pipelines_src.definition import monitoring_pipeline
from pipelines_src.definition.monitoring_pipeline import build_monitoring_pipeline
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.use_case_pipeline import build_pipeline
from pipelines_src.steps.cli import STEPS
from pipelines_src.steps.monitoring import merge, monitor, sketch
from tests.unit.monitor_client_kit import NOW, RUN

USE_CASE: UseCase = load_use_case("flight_delays")


def steps(settings: PipelineSettings, **more: Any) -> dict[str, Any]:
    found = build_monitoring_pipeline(USE_CASE, Monitor(**more), settings).to_definition()
    assert [one["Name"] for one in found["Parameters"]] == [aws.RUN]
    assert all("CacheConfig" not in step for step in found["Steps"])
    return {step["Name"]: step["Arguments"] for step in found["Steps"]}


def inputs(arguments: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = {one["InputName"]: one["S3Input"] for one in arguments["ProcessingInputs"]}
    return {name: one for name, one in found.items() if name not in ("code", "wheels")}


def test_one_machine_reads_the_request_and_a_list_for_every_other_input(pipeline_settings: PipelineSettings) -> None:
    [(name, arguments)] = steps(pipeline_settings).items()
    assert (name, arguments["AppSpecification"]["ContainerArguments"]) == (
        "Monitor", ["monitor", "--use-case", "flight_delays"],
    )  # fmt: skip
    given = inputs(arguments)
    assert {one: value["S3DataType"] for one, value in given.items() if value["S3DataType"] != "ManifestFile"} == {
        "request": "S3Prefix"
    }

    class Nowhere:
        def captures(self, *_: Any) -> list[Any]:
            return []

        outcomes = nothing = listed = captures

    written = asking.lists(Nowhere(), RUN, "dev-toys", Baselines(), NOW)  # type: ignore[arg-type] # a stand-in
    assert set(given) - {"request"} == set(written)
    for one in written:
        uri = given[one]["S3Uri"]["Std:Join"]["Values"]
        assert uri == [{"Get": "Parameters.RunUri"}, f"request/{one}.manifest"]
    [output] = arguments["ProcessingOutputConfig"]["Outputs"]
    assert (output["OutputName"],) == monitor.OUTPUTS


def test_several_machines_share_the_captures_and_one_adds_up(pipeline_settings: PipelineSettings) -> None:
    found = steps(pipeline_settings, instances=3, instance="ml.m5.xlarge", volume_gb=77, max_runtime_seconds=600)
    assert list(found) == ["Sketch", "Merge"]
    cluster = found["Sketch"]["ProcessingResources"]["ClusterConfig"]
    assert (cluster["InstanceCount"], cluster["InstanceType"], cluster["VolumeSizeInGB"]) == (3, "ml.m5.xlarge", 77)
    shared = [
        name for name, one in inputs(found["Sketch"]).items() if one["S3DataDistributionType"] == "ShardedByS3Key"
    ]
    assert shared == ["captures"]
    assert found["Merge"]["ProcessingResources"]["ClusterConfig"]["InstanceCount"] == 1
    assert "captures" not in inputs(found["Merge"])
    assert "Sketch" in str(inputs(found["Merge"])["sketches"]["S3Uri"])
    for name, step in (("Sketch", sketch), ("Merge", merge)):
        [output] = found[name]["ProcessingOutputConfig"]["Outputs"]
        assert (output["OutputName"],) == step.OUTPUTS
        assert found[name]["AppSpecification"]["ContainerArguments"][0] in STEPS
        assert found[name]["StoppingCondition"] == {"MaxRuntimeInSeconds": 600}


@pytest.mark.parametrize("instances", [1, 2])
def test_jobs_are_as_safe_as_any_other(instances: int, pipeline_settings: PipelineSettings) -> None:
    for arguments in steps(pipeline_settings, instances=instances).values():
        assert arguments["NetworkConfig"]["EnableNetworkIsolation"]
        assert arguments["NetworkConfig"]["EnableInterContainerTrafficEncryption"]
        assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == pipeline_settings.data_key
        assert arguments["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == pipeline_settings.data_key


def test_a_model_is_registered_with_all_that_it_is_watched_by(pipeline_settings: PipelineSettings) -> None:
    found = build_pipeline(USE_CASE, pipeline_settings).to_definition()
    [gate] = [step for step in found["Steps"] if step["Type"] == "Condition"]
    [register] = [step for step in gate["Arguments"]["IfSteps"] if step["Type"] == "RegisterModel"]
    package = register["Arguments"]
    assert package["DriftCheckBaselines"] == package["ModelMetrics"]
    text = str(package)
    assert all(name in text for name in ("statistics.json", "constraints.json", "model_quality.json"))
    assert package["CustomerMetadataProperties"]["test_data"]["Std:Join"]["Values"][-1] == "test.parquet"


def test_function_and_stacks_have_the_same_words_for_places() -> None:
    assert aws.RUN == monitoring_pipeline.RUN
    assert storage.GROUND_TRUTH == captures_role.GROUND_TRUTH == outcomes.FOLDER
    assert f"/{captures_role.MONITORING}/" in storage.Storage(None, "c", "p").uri(RUN)  # type: ignore[arg-type] # unused
