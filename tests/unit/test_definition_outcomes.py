"""The pipeline that reduces outcomes: its request is SageMaker's, and as safe as those of training."""

from dataclasses import replace
from typing import Any

import pytest

from config import UseCase, load_use_case
from pipelines_src.definition.outcomes_pipeline import build_outcomes_pipeline
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.spark_cluster import SparkSettings
from pipelines_src.steps.cli import STEPS
from pipelines_src.steps.outcomes import reduce
from pipelines_src.steps.outcomes.request import FILE, SUMS

USE_CASE: UseCase = load_use_case("flight_delays")


def definition(use_case: UseCase, settings: PipelineSettings, exposures: str | None = None) -> dict[str, Any]:
    return build_outcomes_pipeline(
        use_case,
        settings,
        captures_uri="s3://c/f/dev-f",
        ground_truth_uri="s3://c/f/ground-truth",
        exposures_uri=exposures,
    ).to_definition()


def test_a_look_reads_its_request_and_leaves_its_sums_in_its_own_folder(pipeline_settings: PipelineSettings) -> None:
    found = definition(USE_CASE, pipeline_settings)
    [step] = found["Steps"]
    arguments = step["Arguments"]
    inputs = {one["InputName"]: one["S3Input"]["S3Uri"] for one in arguments["ProcessingInputs"]}
    [output] = arguments["ProcessingOutputConfig"]["Outputs"]
    assert inputs["request"] == output["S3Output"]["S3Uri"] == {"Get": "Parameters.LookUri"}
    assert (output["OutputName"],) == reduce.OUTPUTS
    assert FILE != SUMS
    given = {one["Name"]: one.get("DefaultValue") for one in found["Parameters"]}
    assert given == {
        "LookUri": None, "CapturesUri": "s3://c/f/dev-f", "GroundTruthUri": "s3://c/f/ground-truth",
    }  # fmt: skip
    assert "CacheConfig" not in step  # captures change under the same address
    called = arguments["AppSpecification"]["ContainerArguments"]
    assert called == ["outcomes", "--use-case", "flight_delays"]
    assert called[0] in STEPS


@pytest.mark.parametrize("exposures", [None, "s3://c/f/exposures"])
def test_exposures_are_read_where_users_keep_a_variant_and_only_there(
    exposures: str | None, pipeline_settings: PipelineSettings
) -> None:
    found = definition(USE_CASE, pipeline_settings, exposures)
    inputs = {one["InputName"]: one["S3Input"]["S3Uri"] for one in found["Steps"][0]["Arguments"]["ProcessingInputs"]}
    assert inputs.get("exposures") == ({"Get": "Parameters.ExposuresUri"} if exposures else None)
    given = {one["Name"]: one.get("DefaultValue") for one in found["Parameters"]}
    assert given.get("ExposuresUri") == exposures


def test_the_job_is_as_safe_as_any_other(pipeline_settings: PipelineSettings) -> None:
    [step] = definition(USE_CASE, pipeline_settings)["Steps"]
    network = step["Arguments"]["NetworkConfig"]
    assert network["EnableNetworkIsolation"]
    assert network["EnableInterContainerTrafficEncryption"]
    assert step["Arguments"]["ProcessingOutputConfig"]["KmsKeyId"] == pipeline_settings.data_key


@pytest.mark.parametrize(("engine", "on_spark"), [("processing", False), ("spark", True), ("glue", False)])
def test_it_is_spark_where_spark_prepares(engine: str, on_spark: bool, pipeline_settings: PipelineSettings) -> None:
    prepare = USE_CASE.prepare.model_copy(update={"engine": engine, "instances": 3})
    spark = SparkSettings(image_uri="spark", script_uri="s3://a/s.py", script_file="s.py")
    use_case = USE_CASE.model_copy(update={"prepare": prepare})
    [step] = definition(use_case, replace(pipeline_settings, spark=spark))["Steps"]
    machines = step["Arguments"]["ProcessingResources"]["ClusterConfig"]["InstanceCount"]
    assert (step["Arguments"]["AppSpecification"]["ImageUri"] == "spark", machines) == (on_spark, 3 if on_spark else 1)
