"""What SageMaker Model Monitor's schedules found becomes runs and figures like those of the project's own jobs."""

import io
import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody

from monitor import native, native_baselines, native_world, published
from monitor.events import Look, Monitor, Terms
from monitor.logic import Rest
from monitor.native import Found
from monitor.published import Place
from monitor.reconcile import reconcile
from monitor.state import Observation, Run
from monitor.storage import Storage
from pipelines_src.steps import files
from pipelines_src.steps.monitoring import data_quality, documents, expected, quality
from pipelines_src.steps.monitoring.findings import CHECKS
from pipelines_src.steps.monitoring.request import Request
from tests.unit import monitoring_kit
from tests.unit.monitor_cloud_kit import ANOTHER_LOOK, CRASH, NOTHING, NOW, Cloud, CrashError
from tests.unit.release_stub_kit import stubbed

TERMS = Terms(
    backend="model_monitor",
    monitors=("data_quality", "model_quality"),
    window_hours=1,
    outcome_hours=24,
    overdue_hours=3,
)
LOOK = Look(use_case="toys", terms=TERMS)
JOB = "arn:aws:sagemaker:ap-northeast-1:111122223333:processing-job/data-quality-monitoring-202611280400-de32"
SAMPLES = Path(__file__).with_name("model_monitor_samples")


def found(hours: int, status: str = "Completed", monitor: Monitor = "data_quality", reason: str = "") -> Found:
    return Found(monitor, NOW + timedelta(hours=hours), status, reason, JOB)


class Schedules(Cloud):
    """The cloud of the other tests, where SageMaker's own schedules look."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Found] = []

    def interrupted(self) -> None:
        kind = self.interruptions.pop() if self.interruptions else NOTHING
        if kind == CRASH:
            raise CrashError
        if kind == ANOTHER_LOOK and self.depth < 2:
            self.depth += 1
            reconcile(self, LOOK)
            self.depth -= 1

    def look(self, look: Look) -> Observation:
        runs = tuple(reversed(self.runs))
        self.interrupted()
        seen = Observation(look.use_case, self.now, look.terms, runs, status=self.status, found=tuple(self.found))
        return replace(seen, executions=native.executions(seen), served=tuple(self.served.values()))


def test_each_execution_that_has_ended_becomes_one_run() -> None:
    cloud = Schedules()
    cloud.found = [found(-3), found(-2, "CompletedWithViolations"), found(-1), found(-1, monitor="model_quality")]
    assert reconcile(cloud, LOOK).reason.startswith("SageMaker's schedules come")
    # Of what was there before the first look the newest, of each monitor.
    assert [(run.monitors, run.until - NOW, run.history) for run in cloud.runs] == [
        (("data_quality",), timedelta(hours=-1), False),
        (("model_quality",), timedelta(hours=-25), False),
    ]
    assert {run.variant for run in cloud.runs} == {native.TOGETHER}
    assert {run.package for run in cloud.runs} == {"package/1"}
    assert cloud.runs[0].start == NOW - timedelta(hours=2)
    cloud.found += [found(0), found(1), found(2, "InProgress")]
    assert reconcile(cloud, LOOK).reason == "under way: data_quality 2026-11-23T02:00:00+00:00"
    assert [(run.until - NOW, run.history) for run in cloud.runs[2:]] == [
        (timedelta(0), True),  # no alarm shall look at what is not the newest
        (timedelta(hours=1), False),
    ]
    assert all(run.result == "succeeded" for run in cloud.runs)
    assert reconcile(cloud, LOOK) == Rest("under way: data_quality 2026-11-23T02:00:00+00:00")
    assert len(cloud.runs) == len(cloud.published) == 4


def test_trouble_is_told_and_nothing_to_look_at_is_none() -> None:
    cloud = Schedules()
    cloud.found = [found(-1, "Failed", reason="ClientError: no such baseline"), found(-1, "Stopped", "model_quality")]
    reconcile(cloud, LOOK)
    assert [run.result for run in cloud.runs] == ["failed", "stopped"]
    assert cloud.runs[0].detail == "ClientError: no such baseline"
    cloud.found.append(found(0, "Failed", reason=native.NOTHING))
    reconcile(cloud, LOOK)
    assert cloud.runs[-1].result == "succeeded"
    # An execution that SageMaker forgot before its run was published
    cloud.runs.append(
        replace(cloud.runs[-1], number=4, result="started", execution="data_quality 2026-11-01T00:00:00+00:00")
    )
    reconcile(cloud, LOOK)
    assert (cloud.runs[-1].result, "does not list" in cloud.runs[-1].detail) == ("failed", True)


def test_silence_is_told() -> None:
    cloud = Schedules()
    cloud.served["champion"] = replace(cloud.served["champion"], since=NOW)
    cloud.now = NOW + timedelta(hours=3)
    reconcile(cloud, LOOK)
    assert cloud.overdue == [""]
    cloud.now += timedelta(minutes=1)
    reconcile(cloud, LOOK)
    assert "the schedule of data_quality has looked at nothing" in cloud.overdue[-1]
    cloud.found = [found(2), found(2, monitor="model_quality")]
    reconcile(cloud, LOOK)
    assert cloud.overdue[-1] == ""


@pytest.mark.parametrize("seed", range(40))
def test_crashes_and_looks_side_by_side_end_the_same(seed: int) -> None:
    cloud, dice = Schedules(), random.Random(seed)  # noqa: S311 - which calls fail
    cloud.found = [found(-1)]
    for hour in range(4):
        cloud.found.append(found(hour, dice.choice(("Completed", "CompletedWithViolations", "Failed"))))
        cloud.interruptions = [dice.choice((NOTHING, NOTHING, ANOTHER_LOOK, CRASH)) for _ in range(8)]
        for _ in range(10):
            try:
                reconcile(cloud, LOOK)
            except CrashError:
                continue
            break
    cloud.interruptions = []
    reconcile(cloud, LOOK)
    ends = [run.until for run in cloud.runs]
    assert len(set(ends)) == len(ends)
    assert {end - NOW for end in ends} >= {timedelta(hours=hour) for hour in range(1, 4)}
    assert all(run.result != "started" for run in cloud.runs)


def test_figures_have_the_names_of_the_projects_own() -> None:
    before = monitoring_kit.profile({"x": [1.0, 2.0, None] * 100, "c": ["a", "b", "b"] * 100})
    baseline = expected.of(documents.constraints(before), documents.statistics(before))
    after = monitoring_kit.profile({"x": [1.0, 2.0, None] * 90 + [None] * 30, "c": ["a", "b", "z"] * 100})
    result = data_quality.result(baseline, after, Request.of({"rules": "model_monitor"}))
    written = {name.removesuffix(".json"): json.loads(files.json_text(one)) for name, one in result.files.items()}
    ours = {(one.name, one.feature): one.value for one in result.metrics}
    theirs = {(one["name"], one.get("feature")): one["value"] for one in native.measured(found(0), written)}
    assert theirs.items() <= ours.items()
    wanted = {"captured_records", "data_quality_violations", *(f"{check}_violations" for check in CHECKS)}
    assert {name for name, _ in theirs} == {*wanted, "completeness", "feature_violations"}
    assert theirs["data_quality_violations", None] > 0
    [run] = [Run("toys", 1, "all", "", "requests", ("data_quality",), NOW, NOW, NOW)]
    data = list(published.data(native.measured(found(0), written), run, Place("dev", "dev-toys"), 1, NOW))
    assert {"Name": "Variant", "Value": "all"} in data[0]["Dimensions"]


def test_the_sample_files_of_model_monitor_are_understood() -> None:
    written = {
        name: json.loads((SAMPLES / f"{name}.json").read_text()) for name in ("statistics", "constraint_violations")
    }
    figures = {one["name"]: one["value"] for one in native.measured(found(0), written) if "feature" not in one}
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
    figures = {one["name"]: one["value"] for one in native.measured(found(0, monitor="model_quality"), given)}
    assert figures == {"labelled_predictions": 80, "model_quality_violations": 1, "quality_auc": 0.8}
    nothing = found(0, "Failed", reason=native.NOTHING)
    assert native.measured(nothing, {}) == [{"name": "captured_records", "value": 0.0, "unit": "Count"}]


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
    assert quality._DOWN == native_baselines.DOWN


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
