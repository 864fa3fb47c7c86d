"""Every step of every use case's definition is a request that SageMaker's service model accepts.

Written without the builders' own check: it starts from the finished document, and looks at enums, patterns and lengths.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from config import UseCase, load_use_case, use_case_names
from local_cloud.sagemaker.constraints import breaches
from pipelines_src.definition.settings import PipelineSettings, Script
from pipelines_src.definition.use_case_pipeline import build_pipeline
from tests.use_cases import WAYS, way

REQUESTS = {
    "Processing": ("CreateProcessingJob", {"ProcessingJobName": "pipelines-abc-Prepare-xyz"}),
    "Training": ("CreateTrainingJob", {"TrainingJobName": "pipelines-abc-Train-xyz"}),
    "Tuning": ("CreateHyperParameterTuningJob", {"HyperParameterTuningJobName": "abc-Train-xyz"}),
    "RegisterModel": ("CreateModelPackage", {}),
}
SERVICE = botocore.session.get_session().get_service_model("sagemaker")
# What each kind of reference of these pipelines is at run time.
VALUES = {"Parameters.ModelApprovalStatus": "PendingManualApproval"}


def steps(some: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in some:
        yield step
        yield from steps(step["Arguments"].get("IfSteps", []))
        yield from steps(step["Arguments"].get("ElseSteps", []))


def at_run_time(value: Any) -> Any:
    """Evaluate references, roughly as a running pipeline does."""
    if isinstance(value, list):
        return [at_run_time(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"}:
        name = value["Get"]
        return VALUES.get(name, "ml.m5.large" if "InstanceType" in name else "s3://bucket/some/prefix")
    if set(value) == {"Std:Join"}:
        return value["Std:Join"]["On"].join(str(at_run_time(item)) for item in value["Std:Join"]["Values"])
    if set(value) == {"Std:JsonGet"}:
        return "text" if value["Std:JsonGet"]["Path"] in ("incumbent", "champion") else 0.73
    return {key: at_run_time(item) for key, item in value.items()}


def problems(operation: str, request: Mapping[str, Any]) -> list[str]:
    shape = SERVICE.operation_model(operation).input_shape
    assert shape is not None
    report = ParamValidator().validate(request, shape)
    return [report.generate_report()] if report.has_errors() else list(breaches(shape, request, operation))


def checked_steps(use_case: UseCase, settings: PipelineSettings) -> list[str]:
    definition = build_pipeline(use_case, settings).to_definition()
    checked = []
    for step in steps(definition["Steps"]):
        if step["Type"] in REQUESTS:
            operation, generated = REQUESTS[step["Type"]]
            assert problems(operation, at_run_time(step["Arguments"]) | generated) == []
            checked.append(step["Name"])
    return checked


@pytest.mark.parametrize("name", use_case_names())
def test_every_step_is_a_valid_request(name: str, pipeline_settings: PipelineSettings) -> None:
    checked = checked_steps(load_use_case(name), pipeline_settings)
    assert checked == ["Prepare", "Train", "Evaluate", "RegisterModel"]


@pytest.mark.parametrize("name", WAYS)
def test_every_way_to_train_is_a_valid_request(name: str, pipeline_settings: PipelineSettings) -> None:
    settings = replace(pipeline_settings, script=Script(uri="s3://assets/4567.tar.gz", file="4567.tar.gz"))
    assert "Train" in checked_steps(way(name), settings)


def test_the_check_itself_finds_a_wrong_request() -> None:
    request = {"ModelPackageGroupName": "with space", "ModelApprovalStatus": "Maybe"}
    assert len(problems("CreateModelPackage", request)) == 2
    assert "Missing required" in problems("CreateTrainingJob", {})[0]
