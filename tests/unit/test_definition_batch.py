"""The pipeline that scores files with the champion: its requests are SageMaker's, and as safe as those of training."""

from typing import Any

import pytest

from config import UseCase, load_use_case
from config.use_case.batch import BatchTransform
from pipelines_src.definition.batch_pipeline import CONCURRENT, PAYLOAD_MB, build_batch_pipeline
from pipelines_src.definition.model_package import SERVING_ENVIRONMENT
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.steps.batch import collect, split
from pipelines_src.steps.batch.split import LONGEST
from pipelines_src.steps.cli import STEPS

USE_CASE: UseCase = load_use_case("flight_delays")


@pytest.fixture
def steps(pipeline_settings: PipelineSettings) -> dict[str, dict[str, Any]]:
    batch = BatchTransform(instance="ml.c5.xlarge", instances=2, max_runtime_seconds=7200)
    first, condition = build_batch_pipeline(USE_CASE, batch, pipeline_settings).to_definition()["Steps"]
    branches = condition["Arguments"]
    return {step["Name"]: step for step in (first, condition, *branches["IfSteps"], *branches["ElseSteps"])}


def test_records_are_split_scored_and_collected_or_only_errors_are(steps: dict[str, Any]) -> None:
    branches = steps["HasRecords"]["Arguments"]
    assert [step["Name"] for step in branches["IfSteps"]] == ["Transform", "Collect"]
    assert [step["Name"] for step in branches["ElseSteps"]] == ["CollectErrors"]
    inputs = {
        name: {item["InputName"] for item in steps[name]["Arguments"]["ProcessingInputs"]}
        for name in ("Split", "Collect", "CollectErrors")
    }
    assert inputs["Split"] == {"request", "model", "incoming", "code", "wheels"}
    assert inputs["Collect"] - inputs["CollectErrors"] == {"transformed"}
    called = {steps[name]["Arguments"]["AppSpecification"]["ContainerArguments"][0] for name in inputs}
    assert called == {"split_batch", "collect_batch"} <= set(STEPS)


def test_inputs_are_joined_to_outputs_and_the_model_sees_the_record_alone(steps: dict[str, Any]) -> None:
    asked = steps["Transform"]["Arguments"]
    assert asked["DataProcessing"] == {"InputFilter": "$.record", "JoinSource": "Input", "OutputFilter": "$"}
    assert asked["TransformInput"]["SplitType"] == asked["TransformOutput"]["AssembleWith"] == "Line"
    assert asked["TransformInput"]["ContentType"] == asked["TransformOutput"]["Accept"] == "application/jsonlines"
    assert (asked["TransformResources"]["InstanceType"], asked["TransformResources"]["InstanceCount"]) == (
        "ml.c5.xlarge", 2,
    )  # fmt: skip
    # "The value of MaxPayloadInMB must be ... MaxConcurrentTransforms * MaxPayloadInMB ... cannot exceed 100 MB".
    assert CONCURRENT * PAYLOAD_MB <= 100
    assert LONGEST < PAYLOAD_MB * 2**20


def test_nothing_that_is_written_could_be_of_another_run(steps: dict[str, Any]) -> None:
    of_run = {"Get": "Parameters.RunUri"}
    targets = [steps["Transform"]["Arguments"]["TransformOutput"]["S3OutputPath"]]
    for name in ("Split", "Collect", "CollectErrors"):
        outputs = steps[name]["Arguments"]["ProcessingOutputConfig"]["Outputs"]
        own = {"Split": split, "Collect": collect, "CollectErrors": collect}[name].OUTPUTS
        assert tuple(output["OutputName"] for output in outputs) == own  # so a step empties what it writes
        targets += [output["S3Output"]["S3Uri"] for output in outputs]
    assert all(target["Std:Join"]["Values"][0] == of_run for target in targets)
    assert all("CacheConfig" not in step for step in steps.values())


def test_it_is_private_encrypted_retried_and_tagged(steps: dict[str, Any], pipeline_settings: PipelineSettings) -> None:
    for name in ("Split", "Transform", "Collect", "CollectErrors"):
        assert len(steps[name]["RetryPolicies"]) == 2
        assert steps[name]["Arguments"]["Tags"] == pipeline_settings.tag_list()
    for name in ("Split", "Collect", "CollectErrors"):
        assert steps[name]["Arguments"]["NetworkConfig"]["EnableNetworkIsolation"] is True
        assert steps[name]["Arguments"]["ProcessingOutputConfig"]["KmsKeyId"] == pipeline_settings.data_key
    asked = steps["Transform"]["Arguments"]
    assert asked["TransformOutput"]["KmsKeyId"] == pipeline_settings.data_key
    assert asked["TransformResources"]["VolumeKmsKeyId"] == pipeline_settings.data_key


def test_the_model_server_computes_as_long_as_batch_transform_waits(steps: dict[str, Any]) -> None:
    transform = next(step["Arguments"] for step in steps.values() if step["Type"] == "Transform")
    seconds = transform["ModelClientConfig"]["InvocationsTimeoutInSeconds"]
    assert seconds == int(SERVING_ENVIRONMENT["SAGEMAKER_MODEL_SERVER_TIMEOUT"]) > 60


def test_jobs_are_stopped_when_the_use_case_says(steps: dict[str, Any]) -> None:
    for name in ("Split", "Collect", "CollectErrors"):
        assert steps[name]["Arguments"]["StoppingCondition"] == {"MaxRuntimeInSeconds": 7200}
