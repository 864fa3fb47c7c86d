"""The pipeline of every use case: safe, complete, and the same every time."""

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from config import load_use_case, use_case_names
from config.use_case.metrics import PRIMARY
from pipelines_src.definition import DefinitionError
from pipelines_src.definition.model_package import SERVING_ENVIRONMENT
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.use_case_pipeline import build_pipeline
from pipelines_src.steps.evaluate import CHAMPION_VARIABLE
from pipelines_src.steps.evaluation import gate

JOBS = ("Prepare", "Train", "Evaluate")


@pytest.fixture(params=use_case_names())
def definition(request: pytest.FixtureRequest, pipeline_settings: PipelineSettings) -> dict[str, Any]:
    return build_pipeline(load_use_case(request.param), pipeline_settings).to_definition()


def steps(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All steps by name, those in branches too."""

    def walk(some: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
        for step in some:
            yield step["Name"], step
            if step["Type"] == "Condition":
                yield from walk(step["Arguments"]["IfSteps"] + step["Arguments"]["ElseSteps"])

    return dict(walk(definition["Steps"]))


def test_it_prepares_trains_evaluates_and_then_registers_or_fails(definition: dict[str, Any]) -> None:
    assert [step["Name"] for step in definition["Steps"]] == [*JOBS, "CheckGate"]
    branches = steps(definition)["CheckGate"]["Arguments"]
    assert [step["Name"] for step in branches["IfSteps"]] == ["RegisterModel"]
    assert [step["Name"] for step in branches["ElseSteps"]] == ["GateFailed"]


@pytest.mark.parametrize("job", JOBS)
def test_every_job_is_isolated_private_encrypted_retried_cached_and_tagged(
    job: str, definition: dict[str, Any], pipeline_settings: PipelineSettings
) -> None:
    step = steps(definition)[job]
    arguments = step["Arguments"]
    network = arguments.get("NetworkConfig", arguments)
    assert network["EnableNetworkIsolation"] is True
    assert network["EnableInterContainerTrafficEncryption"] is True
    assert network["VpcConfig"] == {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]}
    machine = arguments.get("ResourceConfig") or arguments["ProcessingResources"]["ClusterConfig"]
    assert machine["VolumeKmsKeyId"] == pipeline_settings.data_key
    output = arguments.get("OutputDataConfig") or arguments["ProcessingOutputConfig"]
    expected = pipeline_settings.data_key if job == "Prepare" else pipeline_settings.models_key
    assert output["KmsKeyId"] == expected
    assert arguments["StoppingCondition"]["MaxRuntimeInSeconds"] > 0
    assert arguments["RoleArn"] == pipeline_settings.role_arn
    assert {"Key": "ml-loop:environment", "Value": "dev"} in arguments["Tags"]
    assert {fault for policy in step["RetryPolicies"] for fault in policy["ExceptionType"]} >= {
        "Step.THROTTLING",
        "SageMaker.CAPACITY_ERROR",
    }
    assert step["CacheConfig"]["Enabled"] is True
    assert step["CacheConfig"]["ExpireAfter"] == ("PT1H" if job == "Prepare" else "P30D")


def test_later_steps_read_what_earlier_ones_wrote_and_not_a_path_made_up_again(definition: dict[str, Any]) -> None:
    # A cached step wrote below another execution's folder, so only its properties say where.
    found = steps(definition)
    channels = {
        channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"]
        for channel in found["Train"]["Arguments"]["InputDataConfig"]
    }
    # What K-means is judged by while it trains comes in a channel that it calls test.
    judging = "test" if "k" in found["Train"]["Arguments"]["HyperParameters"] else "validation"
    assert channels == {
        channel: {"Get": f"Steps.Prepare.ProcessingOutputConfig.Outputs['{output}'].S3Output.S3Uri"}
        for channel, output in (("train", "train"), (judging, "validation"))
    }
    inputs = {
        item["InputName"]: item["S3Input"]["S3Uri"] for item in found["Evaluate"]["Arguments"]["ProcessingInputs"]
    }
    assert inputs["model"] == {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}
    assert "Execution." not in json.dumps(list(inputs.values()))


def test_the_evaluation_decides_about_the_gate_and_says_what_failed(definition: dict[str, Any]) -> None:
    found = steps(definition)
    [condition] = found["CheckGate"]["Arguments"]["Conditions"]
    assert condition["Type"] == "Equals"
    assert (condition["LeftValue"]["Std:JsonGet"]["Path"], condition["RightValue"]) == ("gate.result", gate.PASSED)
    message = found["GateFailed"]["Arguments"]["ErrorMessage"]["Std:Join"]["Values"]
    assert message[-1]["Std:JsonGet"]["Path"] == "gate.message"


def test_the_champion_is_an_input_that_exists_when_nobody_names_one(definition: dict[str, Any]) -> None:
    defaults = {parameter["Name"]: parameter["DefaultValue"] for parameter in definition["Parameters"]}
    arguments = steps(definition)["Evaluate"]["Arguments"]
    inputs = {item["InputName"]: item["S3Input"]["S3Uri"] for item in arguments["ProcessingInputs"]}
    assert inputs["champion"] == {"Get": "Parameters.ChampionModelUri"}
    assert defaults["ChampionModelUri"] == inputs["code"]
    assert arguments["Environment"] == {CHAMPION_VARIABLE: inputs["champion"]}
    metadata = steps(definition)["RegisterModel"]["Arguments"]["CustomerMetadataProperties"]
    assert [metadata[name]["Std:JsonGet"]["Path"] for name in ("incumbent", "champion")] == ["incumbent", "champion"]
    assert metadata["model_card"]["Std:Join"]["Values"][-1] == "model_card.html"


def test_new_raw_files_are_told_from_those_in_the_cache(definition: dict[str, Any]) -> None:
    prepare = steps(definition)["Prepare"]
    assert prepare["CacheConfig"]["Enabled"]
    variables = prepare["Arguments"]["Environment"]
    assert variables.pop("ML_LOOP_RAW_DATA_VERSION") == {"Get": "Parameters.RawDataVersion"}
    assert set(variables) <= {"ML_LOOP_SPLIT_UNTIL"}


def test_labels_are_an_input_where_they_are_read(pipeline_settings: PipelineSettings) -> None:
    def inputs(settings: PipelineSettings) -> dict[str, Any]:
        prepare = steps(build_pipeline(load_use_case("handwritten_digits"), settings).to_definition())["Prepare"]
        return {item["InputName"]: item["S3Input"]["S3Uri"] for item in prepare["Arguments"]["ProcessingInputs"]}

    assert "labels" not in inputs(pipeline_settings)
    uri = "s3://labelled/handwritten_digits/labelled/"
    assert inputs(replace(pipeline_settings, labels_uri=uri))["labels"] == uri


def test_a_split_by_time_ends_where_the_file_says_unless_a_run_is_given_other_times(
    pipeline_settings: PipelineSettings,
) -> None:
    by_time = build_pipeline(load_use_case("flight_delays"), pipeline_settings).to_definition()
    assert steps(by_time)["Prepare"]["Arguments"]["Environment"]["ML_LOOP_SPLIT_UNTIL"] == {
        "Get": "Parameters.SplitUntil"
    }
    defaults = {parameter["Name"]: parameter["DefaultValue"] for parameter in by_time["Parameters"]}
    assert defaults["SplitUntil"] == "2013-04-01T00:00:00/2013-05-01T00:00:00/2013-06-01T00:00:00"
    at_random = build_pipeline(load_use_case("handwritten_digits"), pipeline_settings).to_definition()
    assert "SplitUntil" not in {parameter["Name"] for parameter in at_random["Parameters"]}
    assert "ML_LOOP_SPLIT_UNTIL" not in steps(at_random)["Prepare"]["Arguments"]["Environment"]


def test_the_model_package_has_metrics_baseline_serving_contract_and_origin(definition: dict[str, Any]) -> None:
    package = steps(definition)["RegisterModel"]["Arguments"]
    assert package["ModelApprovalStatus"] == {"Get": "Parameters.ModelApprovalStatus"}
    defaults = {parameter["Name"]: parameter["DefaultValue"] for parameter in definition["Parameters"]}
    assert defaults["ModelApprovalStatus"] == "PendingManualApproval"
    [container] = package["InferenceSpecification"]["Containers"]
    assert container["Environment"] == SERVING_ENVIRONMENT
    assert "ml.t2.large" in package["InferenceSpecification"]["SupportedRealtimeInferenceInstanceTypes"]
    metrics = package["ModelMetrics"]
    assert metrics["ModelQuality"]["Statistics"]["S3Uri"]["Std:Join"]["Values"][-1] == "model_quality.json"
    folder, name = package["SamplePayloadUrl"]["Std:Join"]["Values"]
    assert folder == package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]["Std:Join"]["Values"][0]
    assert name == "sample.tar.gz"
    assert package["InferenceSpecification"]["SupportedContentTypes"][0] == "application/json", "what the sample is"
    assert metrics["ModelDataQuality"]["Constraints"]["S3Uri"]["Std:Join"]["Values"] == [
        {"Get": "Steps.Prepare.ProcessingOutputConfig.Outputs['baseline'].S3Output.S3Uri"},
        "constraints.json",
    ]
    metadata = package["CustomerMetadataProperties"]
    assert metadata["code"] == "0123abcd"
    [primary] = {f"{metric}.value" for metric in PRIMARY.values()} & set(metadata)
    assert metadata[primary]["Std:Join"]["Values"][0]["Std:JsonGet"]["Path"] == primary
    assert "Tags" not in package  # refused by the API for versions of a group


def test_the_same_input_gives_the_same_bytes(pipeline_settings: PipelineSettings) -> None:
    use_case = load_use_case("flight_delays")
    first, second = (json.dumps(build_pipeline(use_case, pipeline_settings).to_definition()) for _ in range(2))
    assert first == second


def test_values_of_the_deployment_are_taken_as_they_are(pipeline_settings: PipelineSettings) -> None:
    tokens: dict[str, Any] = {
        field.name: f"${{Token[{field.name}.{number}]}}"
        for number, field in enumerate(fields(pipeline_settings))
        if isinstance(getattr(pipeline_settings, field.name), str)
    }
    text = json.dumps(
        build_pipeline(load_use_case("flight_delays"), replace(pipeline_settings, **tokens)).to_definition()
    )
    assert all(token in text for token in tokens.values())


def test_an_unknown_instance_type_names_the_step(pipeline_settings: PipelineSettings) -> None:
    wrong = replace(pipeline_settings, training_instance="ml.m5.larg")
    with pytest.raises(DefinitionError, match=r"'Train': ResourceConfig.InstanceType: found 'ml.m5.larg'.*ml.m5.large"):
        build_pipeline(load_use_case("flight_delays"), wrong).to_definition()
