"""SageMaker Model Monitor in place of the project's own jobs, on an endpoint that serves: switched, released, found."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from local_cloud import clients
from ops.demo.cdk import Cdk
from tests.local.endpoints_kit import until
from tests.local.release_kit import GROUP, SERVING, Platform, deployed, repository
from tests.local.test_outcomes_flow import MONITORING, SURE, baselines, captured, judged, ops, sent

SECTION = """monitor:
  backend: model_monitor
  schedule: rate(1 hour)
  window_hours: 1
  outcome_hours: 0
  max_runtime_seconds: 1800
"""
pytestmark = pytest.mark.flow
DATA, QUALITY = f"{GROUP}-data-quality", f"{GROUP}-model-quality"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Version 1 serves, watched by jobs; then the use case's file names Model Monitor, and is deployed."""
    with deployed(tmp_path_factory, "native") as platform:
        package = platform.register(SURE, ModelMetrics=baselines(platform))
        platform.decide(package, "Approved")
        platform.settled(package, after=0)
        root = tmp_path_factory.mktemp("native") / "repository"
        shutil.copytree(repository(tmp_path_factory), root, symlinks=True)
        file = root / "pipelines_src" / "flight_delays" / "use_case.yaml"
        written = file.read_text()
        for name, instead in (("monitor", SECTION), ("retrain", "")):  # alarms train nothing here
            written, found = re.subn(rf"^{name}:\n(?:  .*\n)+", instead, written, flags=re.MULTILINE)
            assert found == 1
        file.write_text(written)
        cdk = Cdk(clients.environment(platform.cloud.port), platform.cdk.folder, root)
        cdk.prepare("local", clients.ACCOUNT, clients.REGION)
        cdk.deploy()
        yield platform


def definitions(platform: Platform) -> set[str]:
    listed = platform.sagemaker.list_data_quality_job_definitions(EndpointName=GROUP)["JobDefinitionSummaries"]
    return {one["MonitoringJobDefinitionName"].rpartition("-")[2] for one in listed}


def laid(platform: Platform, version: str) -> set[str]:
    bucket = platform.physical("local-data", "AWS::S3::Bucket", "Processed")
    prefix = f"flight_delays/monitoring/baselines/{version}/"
    found = platform.cloud.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return {item["Key"].removeprefix(prefix) for item in found}


def runs(platform: Platform) -> dict[str, dict[str, Any]]:
    """Return the newest run of each monitor that has ended."""
    table = platform.physical("local-control", "AWS::DynamoDB::Table", "MonitorRuns")
    items = platform.cloud.client("dynamodb").scan(TableName=table)["Items"]
    items = sorted((item for item in items if "result" in item), key=lambda item: int(item["number"]["N"]))
    return {json.loads(item["monitors"]["S"])[0]: item for item in items if item["result"]["S"] != "started"}


FILES = {"data-quality/constraints.json", "data-quality/statistics.json", "model-quality/constraints.json"}


def test_what_sagemaker_finds_rings_the_same_alarms(platform: Platform, tmp_path: Any) -> None:
    assert definitions(platform) == {"1"}
    for name in (DATA, QUALITY):
        described = platform.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
        assert described["MonitoringScheduleStatus"] == "Scheduled"
    # Any event of a package, an hour or an endpoint has its baselines laid.
    package = platform.champion()
    platform.sagemaker.update_model_package(ModelPackageArn=package, CustomerMetadataProperties={"note": "seen"})
    until(lambda: laid(platform, "1") == FILES, 30, "the baselines of version 1")
    capture = platform.physical("local-data", "AWS::S3::Bucket", "Capture")
    before = captured(platform, capture)
    sent(platform, "champion", 2000.0)  # trained at 1000
    judged(platform, tmp_path / "judged.csv")
    until(lambda: captured(platform, capture) >= before + 61, 30, "captures")
    for name in (DATA, QUALITY):
        clients.fire(name, platform.cloud.port)
    found = until(lambda: got if len(got := runs(platform)) == 2 else None, 60, "runs of what SageMaker found")
    assert {item["result"]["S"] for item in found.values()} == {"succeeded"}, found
    assert {item["variant"]["S"] for item in found.values()} == {"all"}
    data, quality = (json.loads(found[name]["figures"]["S"]) for name in ("data_quality", "model_quality"))
    assert data["captured_records"] == 360
    assert data["baseline_drift_check_violations"] > 0
    assert quality["labelled_predictions"] == 60
    assert quality["model_quality_violations"] > 0
    for alarm in ("DataQuality", "ModelQuality"):
        until(lambda: platform.alarm_state(MONITORING, f"MonitorAlarms{alarm}") == "ALARM", 20, alarm)  # noqa: B023
    said = ops(platform, "monitor", "status", "local", "flight_delays")
    assert "all (version 1)" in said
    assert f"/{GROUP}/{DATA}/{datetime.now(UTC):%Y/%m/%d}" in said


def test_a_release_brings_its_own_baseline(platform: Platform) -> None:
    package = platform.register(SURE.replace("0.25", "0.75"), ModelMetrics=baselines(platform))
    platform.decide(package, "Approved")
    assert platform.settled(package, after=1)["result"] == "succeeded"
    assert definitions(platform) == {"2"}
    assert laid(platform, "2") == FILES
    schedule = platform.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=DATA)
    assert schedule["MonitoringScheduleStatus"] == "Scheduled"
    assert schedule["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"].endswith("-2")
    named = schedule["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"]
    definition = platform.sagemaker.describe_data_quality_job_definition(JobDefinitionName=named)
    uri = definition["DataQualityBaselineConfig"]["ConstraintsResource"]["S3Uri"]
    assert uri.endswith("/flight_delays/monitoring/baselines/2/data-quality/constraints.json")


def test_the_stack_goes_in_the_order_that_sagemaker_asks_for(platform: Platform) -> None:
    """Schedules, then definitions, then the endpoint: none is refused. With the role of `cdk destroy`."""
    role = f"arn:aws:iam::{clients.ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-{clients.ACCOUNT}-{clients.REGION}"
    platform.cloudformation.delete_stack(StackName=platform.serving, RoleARN=role)
    until(lambda: not platform.sagemaker.list_endpoints(NameContains=GROUP)["Endpoints"], 60, "the endpoint to go")
    assert platform.sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"] == []
    assert definitions(platform) == set()
    until(lambda: SERVING not in stacks(platform), 60, "the stack to go")


def stacks(platform: Platform) -> set[str]:
    pages = platform.cloudformation.get_paginator("list_stacks").paginate()
    return {
        one["StackName"] for page in pages for one in page["StackSummaries"] if one["StackStatus"] != "DELETE_COMPLETE"
    }
