"""The parts of the local Model Monitor that need no server: times, folders, environment, what containers find."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local_cloud.sagemaker import api
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.monitoring import clock, cron, executions, found, job_requests, run
from local_cloud.sagemaker.monitoring.kinds import KINDS, SCHEDULE
from local_cloud.sagemaker.store import Database, Store

NOON = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)
SAMPLES = Path(__file__).with_name("model_monitor_samples")


@pytest.mark.parametrize(
    ("expression", "hours", "every", "next_hour"),
    [
        ("cron(0 * ? * * *)", 24, 1, 13),
        ("cron(0 6 ? * * *)", 1, 24, 6),
        ("cron(0 0/2 ? * * *)", 12, 2, 14),
        ("cron(0 17/12 ? * * *)", 2, 12, 17),
        (None, 1, 24, 0),
    ],
)
def test_when_a_schedule_is_due(expression: str | None, hours: int, every: int, next_hour: int) -> None:
    plan = cron.plan(expression)
    assert plan is not None
    assert (len(plan.hours), plan.every, plan.after(NOON).hour) == (hours, every, next_hour)
    assert NOON < plan.after(NOON) <= NOON + timedelta(hours=24)


@pytest.mark.parametrize(
    "expression",
    ["rate(1 hour)", "cron(0 * * * ? *)", "cron(5 * ? * * *)", "cron(0 24 ? * * *)", "cron(0 0/25 ? * * *)"],
)
def test_other_expressions_are_refused(expression: str) -> None:
    with pytest.raises(SageMakerError, match="allowed are cron"):
        cron.plan(expression)


def test_the_window_of_an_execution() -> None:
    due = NOON.replace(minute=0)
    assert cron.window(due, 1) == (due - timedelta(hours=1), due)
    assert cron.window(due, 24, "-PT5H", "-PT1H") == (due - timedelta(hours=5), due - timedelta(hours=1))
    start, end = cron.window(datetime(2020, 1, 9, 13, tzinfo=UTC), 1, shift=("-P8D", "-P1D"))
    assert (start, end) == (datetime(2020, 1, 1, 12, tzinfo=UTC), datetime(2020, 1, 8, 13, tzinfo=UTC))
    for wrong in (("-PT1H", "-PT5H"), ("-P3D", "-P1D"), ("soon", "-P1D")):
        with pytest.raises(SageMakerError):
            cron.window(due, 1, *wrong)


@pytest.mark.parametrize(
    ("start", "end", "folders"),
    [
        (NOON, NOON + timedelta(minutes=30), ["2026/11/28/12"]),
        (NOON, NOON + timedelta(hours=1), ["2026/11/28/12", "2026/11/28/13"]),
        (NOON, NOON + timedelta(hours=11), ["2026/11/28"]),
        (NOON, NOON + timedelta(hours=12), ["2026/11/28", "2026/11/29"]),
        (NOON, NOON + timedelta(days=8), ["2026/11", "2026/12"]),
    ],
)
def test_folders_hold_the_window_and_little_more(start: datetime, end: datetime, folders: list[str]) -> None:
    assert found.hours(start, end) == folders


def execution(kind: str, **given: Any) -> job_requests.Execution:
    endpoint = {"EndpointName": "dev-flights", "LocalPath": "/opt/ml/processing/input/endpoint", **given}
    output = {"S3Uri": "s3://out/results", "LocalPath": "/opt/ml/processing/output"}
    registry = "574779866223.dkr.ecr.ap-northeast-1.amazonaws.com"
    definition = {
        f"{kind}AppSpecification": {
            "ImageUri": f"{registry}/sagemaker-model-monitor-analyzer",
            "RecordPreprocessorSourceUri": "s3://code/abc.py",
            "Environment": {"publish_cloudwatch_metrics": "Disabled"},
            **({"ProblemType": "BinaryClassification"} if kind == "ModelQuality" else {}),
        },
        f"{kind}BaselineConfig": {"ConstraintsResource": {"S3Uri": "s3://base/7/constraints.json"}},
        f"{kind}JobInput": {"EndpointInput": endpoint, "GroundTruthS3Input": {"S3Uri": "s3://truth"}},
        f"{kind}JobOutputConfig": {"KmsKeyId": "key", "MonitoringOutputs": [{"S3Output": output}]},
        "JobResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}},
        "NetworkConfig": {"EnableNetworkIsolation": True},
        "RoleArn": "role",
        "StoppingCondition": {"MaxRuntimeInSeconds": 1800},
    }
    due = NOON.replace(minute=0)
    return job_requests.Execution(
        KINDS[kind], definition, "dev-flights-quality", due, due - timedelta(hours=1), due, "s3://captured/flights"
    )


def test_the_jobs_are_those_that_aws_makes() -> None:
    """Paths, variables and addresses of a published job of AWS's own, with this one's names."""
    quality = execution("ModelQuality", ProbabilityAttribute="probability")
    captures = [
        found.Folder("s3://captured/flights/dev-flights/champion/2026/11/28/11", "dev-flights/champion/2026/11/28/11")
    ]
    merge = job_requests.merge(
        quality, "groundtruth-merge-1", captures, [found.Folder("s3://truth/a", "2026/11/28/11")]
    )
    assert merge["AppSpecification"]["ImageUri"].endswith("/sagemaker-model-monitor-groundtruth-merger")
    assert merge["Environment"]["ground_truth_source"] == "/opt/ml/processing/groundtruth"
    assert [one["S3Input"]["LocalPath"] for one in merge["ProcessingInputs"]] == [
        "/opt/ml/processing/groundtruth/2026/11/28/11",
        "/opt/ml/processing/input/endpoint/dev-flights/champion/2026/11/28/11",
    ]
    assert merge["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"] == "s3://out/results/merge"
    assert merge["StoppingCondition"] == {"MaxRuntimeInSeconds": 900}  # the jobs share the time
    analysis = job_requests.analysis(quality, "model-quality-monitoring-1", captures)
    assert analysis["Environment"] == {
        "analysis_type": "MODEL_QUALITY",
        "baseline_constraints": "/opt/ml/processing/baseline/constraints/constraints.json",
        "dataset_format": '{"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"]}}',
        "dataset_source": "/opt/ml/processing/input/endpoint",
        "end_time": "2026-11-28T12:00:00Z",
        "metric_time": "2026-11-28T11:00:00Z",
        "output_path": "/opt/ml/processing/output",
        "probability_attribute": "probability",
        "problem_type": "BinaryClassification",
        "publish_cloudwatch_metrics": "Disabled",
        "record_preprocessor_script": "/opt/ml/processing/code/preprocessing/abc.py",
        "sagemaker_endpoint_datacapture_prefix": "s3://captured/flights",
        "sagemaker_endpoint_name": "dev-flights",
        "sagemaker_monitoring_schedule_name": "dev-flights-quality",
        "start_time": "2026-11-28T11:00:00Z",
    }
    place = "s3://out/results/dev-flights/dev-flights-quality/2026/11/28/12"
    assert analysis["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"] == place
    plain = job_requests.analysis(execution("DataQuality"), "data-quality-monitoring-1", captures)
    assert json.loads(plain["Environment"]["dataset_format"]) == {
        "sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}
    }
    assert "analysis_type" not in plain["Environment"]


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[api.Call, list[float]]:
    """An account with the documents of schedules alone, and the times for which executions begin."""
    began: list[float] = []
    monkeypatch.setattr(run, "start", lambda _schedule, due, _every, _call: began.append(due))
    platform: Any = None
    return api.Call(Store(Database(tmp_path / "store"), "1", "eu-west-1"), platform, "root"), began


def scheduled(call: api.Call, expression: str, due: datetime, status: str = "Scheduled") -> None:
    call.store.put(
        SCHEDULE, "s",
        {
            "MonitoringScheduleName": "s", "MonitoringScheduleStatus": status, "_Next": due.timestamp(),
            "MonitoringScheduleConfig": {"ScheduleConfig": {"ScheduleExpression": expression}},
        },
    )  # fmt: skip


def test_a_schedule_fires_once_at_each_of_its_hours(account: tuple[api.Call, list[float]]) -> None:
    call, began = account
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    scheduled(call, "cron(0 * ? * * *)", hour + timedelta(hours=2))
    clock.look(call)
    assert began == []
    scheduled(call, "cron(0 * ? * * *)", hour - timedelta(hours=5))  # nobody has looked for five hours
    for _ in range(3):
        clock.look(call)
    assert began == [hour.timestamp()]
    kept: Any = call.store.get(SCHEDULE, "s")
    assert kept["_Next"] == (hour + timedelta(hours=1)).timestamp()
    scheduled(call, "cron(0 * ? * * *)", hour, status="Stopped")
    clock.look(call)
    scheduled(call, "NOW", hour)
    clock.look(call)
    clock.look(call)
    assert began == [hour.timestamp()] * 2
    kept = call.store.get(SCHEDULE, "s")
    assert kept["_Next"] is None


def test_an_execution_of_a_server_that_has_ended_is_failed(account: tuple[api.Call, list[float]]) -> None:
    call, _ = account
    schedule = {
        "MonitoringScheduleName": "s",
        "EndpointName": "e",
        "_Definition": "d",
        "MonitoringType": "DataQuality",
    }
    assert executions.begin(schedule, 3600.0, call) == "s/3600.0"
    assert executions.begin(schedule, 3600.0, call) is None  # one of a time
    executions._recover(call)
    [one] = executions.of_schedule("s", call)
    assert one["MonitoringExecutionStatus"] == "Failed"
    assert "local cloud ended" in one["FailureReason"]
