"""Figures of SageMaker Model Monitor's files, and baselines that are laid for it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from monitor import native, native_baselines, native_world, published
from monitor.native import Found
from monitor.native_figures import measured
from monitor.published import Place
from monitor.state import Run
from monitor.storage import Storage
from pipelines_src.steps import files
from pipelines_src.steps.monitoring import data_quality, documents, expected, quality
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


PACKAGES = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-toys"


class Laid:
    """The folders of baselines, and documents that packages were registered with."""

    def __init__(self) -> None:
        self.documents = {
            "s3://p/a/baseline/statistics.json": {"features": []},
            "s3://p/a/baseline/constraints.json": {"version": 0.0, "features": [{"name": "b"}, {"name": "a"}]},
            "s3://p/a/evaluation/model_quality.json": {"binary_classification_metrics": {"auc": {"value": 0.8}}},
        }
        self.there: dict[str, dict[str, Any]] = {}

    def baselines(self, _use_case: str) -> frozenset[str]:
        return frozenset(self.there)

    def document(self, uri: str) -> Any:
        return self.documents[uri]

    def lay(self, _use_case: str, folder: str, documents: dict[str, Any]) -> None:
        self.there[folder] = documents


def test_baselines_are_laid_once_for_what_serves_and_what_was_approved() -> None:
    def source(name: str) -> dict[str, str]:
        return {"ContentType": "application/json", "S3Uri": f"s3://p/a/{name}"}

    described: dict[str, Any] = {
        "ModelPackageName": "x", "ModelPackageArn": f"{PACKAGES}/3", "CreationTime": NOW,
        "ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "InferenceSpecification": {"Containers": [{"Image": "i"}]},
        "ModelMetrics": {
            "ModelQuality": {"Statistics": source("evaluation/model_quality.json")},
            "ModelDataQuality": {"Statistics": source("baseline/statistics.json"),
                                 "Constraints": source("baseline/constraints.json")},
        },
    }  # fmt: skip
    summary = {"ModelPackageArn": f"{PACKAGES}/4", "CreationTime": NOW, "ModelPackageStatus": "Completed"}
    laid: Any = Laid()
    with stubbed("sagemaker") as (client, stub):
        wanted = {
            "ModelPackageGroupName": "dev-toys", "ModelApprovalStatus": "Approved", "SortBy": "CreationTime",
            "SortOrder": "Descending", "MaxResults": 3,
        }  # fmt: skip
        for _ in range(2):
            stub.add_response("list_model_packages", {"ModelPackageSummaryList": [summary]}, wanted)
            if not laid.there:
                stub.add_response("describe_model_package", described, {"ModelPackageName": f"{PACKAGES}/3"})
                foreign = {key: value for key, value in described.items() if key != "ModelMetrics"}
                stub.add_response("describe_model_package", foreign, {"ModelPackageName": f"{PACKAGES}/4"})
            new = native_baselines.lay(client, laid, "toys", "dev-toys", [f"{PACKAGES}/3", ""], TERMS)
            if laid.there and new:
                # Of a package that was registered without one there is none, and it is asked again.
                stub.add_response("list_model_packages", {"ModelPackageSummaryList": []}, wanted)
                assert native_baselines.lay(client, laid, "toys", "dev-toys", [f"{PACKAGES}/3"], TERMS) == []
                break
    assert set(laid.there) == {"3/data-quality", "3/model-quality"}
    # By name, as AWS's container sorts columns.
    by_name = {"version": 0.0, "features": [{"name": "a"}, {"name": "b"}]}
    assert laid.there["3/data-quality"]["constraints.json"] == by_name
    limit = laid.there["3/model-quality"]["constraints.json"]["binary_classification_constraints"]["auc"]
    assert limit == {"threshold": pytest.approx(0.78), "comparison_operator": "LessThanThreshold"}


def test_the_same_figures_are_judged_as_by_the_projects_own_analyser() -> None:
    assert quality._UP == native_baselines.UP
    # Model Monitor knows no log loss.
    assert quality._DOWN == {**native_baselines.DOWN, "binary_classification": ("log_loss",)}


def test_where_the_last_file_of_a_baseline_is_the_others_are() -> None:
    with stubbed("s3") as (s3, stub):
        storage, written = Storage(s3, "c", "p"), []
        s3.meta.events.register("provide-client-params.s3.PutObject", lambda params, **_: written.append(params["Key"]))
        for _ in range(2):
            stub.add_response("put_object", {})
        storage.lay("toys", "3/data-quality", {"constraints.json": {}, "statistics.json": {}})
        folder = "toys/monitoring/baselines/3/data-quality"
        assert written == [f"{folder}/statistics.json", f"{folder}/constraints.json"]
        keys = [
            {"Key": f"{folder}/statistics.json"},
            {"Key": "toys/monitoring/baselines/2/model-quality/constraints.json"},
        ]
        stub.add_response(
            "list_objects_v2", {"Contents": keys}, {"Bucket": "p", "Prefix": "toys/monitoring/baselines/"}
        )
        assert storage.baselines("toys") == {"2/model-quality"}
