"""Figures of SageMaker Model Monitor's files."""

import io
import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from monitor import native, native_world, published
from monitor.native import Found
from monitor.native_figures import measured
from monitor.published import Place
from monitor.reconcile import NothingFoundError
from monitor.state import Run
from monitor.storage import Storage
from pipelines_src.steps import files
from pipelines_src.steps.monitoring import data_quality, documents, expected
from pipelines_src.steps.monitoring.findings import CHECKS
from pipelines_src.steps.monitoring.request import Request
from tests.unit import monitoring_kit
from tests.unit.monitor_cloud_kit import NOW
from tests.unit.release_stub_kit import stubbed
from tests.unit.test_monitor_native import JOB, TERMS, found

SAMPLES = Path(__file__).with_name("model_monitor_samples")


def test_figures_have_the_names_of_the_projects_own() -> None:
    before = monitoring_kit.profile({"x": [1.0, 2.0, None] * 100, "c": ["a", "b", "b"] * 100})
    baseline = expected.of(documents.constraints(before), documents.statistics(before))
    after = monitoring_kit.profile({"x": [1.0, 2.0, None] * 90 + [None] * 30, "c": ["a", "b", "z"] * 100})
    result = data_quality.result(baseline, after, Request.of({"rules": "model_monitor"}))
    written = {name.removesuffix(".json"): json.loads(files.json_text(one)) for name, one in result.files.items()}
    ours = {(one.name, one.feature): one.value for one in result.metrics}
    theirs = {(one["name"], one.get("feature")): one["value"] for one in measured(found(0), written)}
    assert theirs.items() <= ours.items()
    wanted = {"captured_records", "data_quality_violations", *(f"{check}_violations" for check in CHECKS)}
    assert {name for name, _ in theirs} == {*wanted, "completeness", "feature_violations"}
    assert theirs["data_quality_violations", None] > 0
    [run] = [Run("toys", 1, "all", "", "requests", ("data_quality",), NOW, NOW, NOW)]
    data = list(published.data(measured(found(0), written), run, Place("dev", "dev-toys"), 1, NOW))
    assert {"Name": "Variant", "Value": "all"} in data[0]["Dimensions"]


def test_the_sample_files_of_model_monitor_are_understood() -> None:
    written = {
        name: json.loads((SAMPLES / f"{name}.json").read_text()) for name in ("statistics", "constraint_violations")
    }
    figures = {one["name"]: one["value"] for one in measured(found(0), written) if "feature" not in one}
    assert figures == {
        "captured_records": 418, "data_quality_violations": 7, "data_type_check_violations": 5,
        "completeness_check_violations": 1, "categorical_values_check_violations": 1,
        "baseline_drift_check_violations": 0, "missing_column_check_violations": 0, "extra_column_check_violations": 0,
    }  # fmt: skip


def test_model_quality_has_its_figures_and_nothing_is_a_figure_too() -> None:
    statistics: dict[str, Any] = {
        "dataset": {"item_count": 80},
        "binary_classification_metrics": {
            "confusion_matrix": {"0": {"0": 1}},
            "auc": {"value": 0.8, "standard_deviation": "NaN"},
            "precision": {"value": float("nan")},
        },
    }
    violations = {"violations": [{"metric_name": "auc", "constraint_check_type": "LessThanThreshold"}]}
    given = {"statistics": statistics, "constraint_violations": violations}
    figures = {one["name"]: one["value"] for one in measured(found(0, monitor="model_quality"), given)}
    assert figures == {"labelled_predictions": 80, "model_quality_violations": 1, "quality_auc": 0.8}
    nothing = found(0, "Failed", reason=native.NOTHING)
    assert measured(nothing, {}) == [{"name": "captured_records", "value": 0.0, "unit": "Count"}]


def test_executions_and_results_are_read_from_sagemaker() -> None:
    summary = {
        "MonitoringScheduleName": "dev-toys-data-quality", "ScheduledTime": NOW, "CreationTime": NOW,
        "LastModifiedTime": NOW, "MonitoringExecutionStatus": "CompletedWithViolations", "ProcessingJobArn": JOB,
    }  # fmt: skip
    job = {
        "ProcessingJobName": "x", "ProcessingJobArn": JOB, "ProcessingJobStatus": "Completed", "CreationTime": NOW,
        "ProcessingResources": {"ClusterConfig": {
            "InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}},
        "AppSpecification": {"ImageUri": "i"},
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "result", "S3Output": {
            "S3Uri": "s3://p/toys/monitoring/native/a/", "LocalPath": "/o", "S3UploadMode": "EndOfJob"}}]},
    }  # fmt: skip
    with stubbed("sagemaker") as (sagemaker, stub), stubbed("s3") as (s3, objects):
        named = {"MonitoringScheduleName": "dev-toys-data-quality", "MaxResults": 50}
        stub.add_response("list_monitoring_executions", {"MonitoringExecutionSummaries": [summary]}, named)
        terms = TERMS.model_copy(update={"monitors": ("data_quality",)})
        [one] = native_world.found(sagemaker, "dev-toys", terms)
        assert one == Found("data_quality", NOW, "CompletedWithViolations", "", JOB)
        stub.add_response("describe_processing_job", job, {"ProcessingJobName": JOB.rpartition("/")[2]})
        for name in ("statistics", "constraint_violations"):
            body = (SAMPLES / f"{name}.json").read_bytes()
            wanted = {"Bucket": "p", "Key": f"toys/monitoring/native/a/{name}.json"}
            objects.add_response("get_object", {"Body": StreamingBody(io.BytesIO(body), len(body))}, wanted)
        metrics, report = native_world.results(sagemaker, Storage(s3, "c", "p"), one)
        # Whether there is a file of violations when there are none is not documented.
        for status, refused in (("Completed", False), ("CompletedWithViolations", True)):
            stub.add_response("describe_processing_job", job)
            body = (SAMPLES / "statistics.json").read_bytes()
            objects.add_response("get_object", {"Body": StreamingBody(io.BytesIO(body), len(body))})
            objects.add_client_error("get_object", "AccessDenied")
            run = Run("toys", 1, "all", "", "requests", ("data_quality",), NOW, NOW, NOW, execution=one.name)
            executions = (replace(one, status=status),)
            with pytest.raises(NothingFoundError, match="are gone") if refused else nullcontext():
                clean, _ = native_world.measured(sagemaker, Storage(s3, "c", "p"), executions, run)
    assert clean[1] == {"name": "data_quality_violations", "value": 0.0, "unit": "Count"}
    assert report == "s3://p/toys/monitoring/native/a/constraint_violations.json"
    assert metrics[1] == {"name": "data_quality_violations", "value": 7.0, "unit": "Count"}


def test_a_schedule_that_is_not_there_found_nothing() -> None:
    terms = TERMS.model_copy(update={"monitors": ("data_quality",)})
    with stubbed("sagemaker") as (sagemaker, stub):
        stub.add_client_error("list_monitoring_executions", "ResourceNotFound", "Monitoring Schedule does not exist")
        assert native_world.found(sagemaker, "dev-toys", terms) == ()
        stub.add_client_error("list_monitoring_executions", "ThrottlingException", "Rate exceeded")
        with pytest.raises(ClientError, match="Rate exceeded"):
            native_world.found(sagemaker, "dev-toys", terms)
