"""Releases from approval to endpoint, with the deployed stacks, in the local cloud."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from local_cloud import clients, settings
from tests.local.endpoints_kit import BROKEN, until
from tests.local.release_kit import SERVING, SPEED, Platform, deployed
from tests.unit import dashboard_kit


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(settings.ALARM_SPEED, SPEED)
        with deployed(tmp_path_factory, "release-flow") as platform:
            yield platform


def said_by_ops(platform: Platform) -> str:
    command = [sys.executable, "-m", "ops", "release", "status", "local", "flight_delays"]
    environment = clients.environment(platform.cloud.port)
    return subprocess.run(command, cwd=clients.ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def test_the_first_deployment_has_no_endpoint(platform):
    assert platform.champion() == ""
    assert platform.sagemaker.list_endpoints()["Endpoints"] == []
    assert platform.alarm_state(SERVING, "ReleasesReleaseFailed") == "OK"


def test_the_dashboard_shows_every_alarm_that_is_deployed(platform):
    cloudwatch = platform.cloud.client("cloudwatch")
    body = dashboard_kit.check(cloudwatch.get_dashboard(DashboardName="ml-loop-local")["DashboardBody"])
    arns = {arn for widget in body["widgets"] for arn in widget["properties"].get("alarms", ())}
    deployed = {
        alarm["AlarmArn"]
        for page in cloudwatch.get_paginator("describe_alarms").paginate()
        for alarm in page["MetricAlarms"]
    }
    assert len(deployed) > 15
    assert deployed <= arns


def test_releases_from_first_model_to_rollback(platform):
    platform.listen()
    first = platform.register()
    platform.decide(first, "Approved")
    record = platform.settled(first, after=0)
    assert (record["result"], record["before"], record["reason"]) == ("succeeded", "", "approval"), record
    assert record["trigger"].startswith("SageMaker Model Package State Change")
    assert record["approved_by"]
    assert "v1" in platform.answer()

    # A version that cannot start: CloudFormation rolls back, the one before serves on, the record says why, the alarm
    # tells people.
    broken = platform.register(BROKEN)
    platform.decide(broken, "Approved")
    record = platform.settled(broken, after=1)
    assert (record["result"], record["before"]) == ("failed", first), record
    assert "did not stabilize" in record["detail"]
    assert (platform.champion(), platform.serving_status()) == (first, "UPDATE_ROLLBACK_COMPLETE")
    assert "v1" in platform.answer()
    message = platform.told("ReleaseFailed")
    assert (message["NewStateValue"], message["Trigger"]["MetricName"]) == ("ALARM", "ReleaseFailed")
    assert platform.alarm_state(SERVING, "ReleasesReleaseFailed") == "ALARM"
    said = said_by_ops(platform)
    assert f"{record['finished_at'][:19]} champion version 1 -> version 2, approval, failed" in said
    assert record["detail"] in said

    # A third one works.
    third = platform.register()
    platform.decide(third, "Approved")
    record = platform.settled(third, after=2)
    assert (record["result"], record["before"]) == ("succeeded", first), record
    assert "v3" in platform.answer()
    calm = lambda: platform.alarm_state(SERVING, "ReleasesReleaseFailed") == "OK"  # noqa: E731
    until(calm, 60, "the end of the alarm, 15 periods after the failure")

    # Rejecting it brings the one before back; the broken one is not tried again.
    platform.decide(third, "Rejected")
    record = platform.settled(first, after=int(record["number"]))
    assert (record["result"], record["before"], record["reason"]) == ("succeeded", third, "rollback"), record
    assert platform.champion() == first
    assert "v1" in platform.answer()
    assert [record["package"] for record in platform.records()].count(broken) == 1


def test_the_code_and_the_cloud_agree_after_releases(platform):
    diff = platform.diff()
    assert diff.returncode == 0, diff.stdout + diff.stderr
    before = (platform.champion(), len(platform.records()))
    platform.cdk.deploy()
    assert (platform.champion(), len(platform.records())) == before
    assert "v1" in platform.answer()


def test_the_function_may_not_update_the_stack_in_any_other_way(platform):
    role = platform.physical("local-control", "AWS::IAM::Role", "ReleaseRole")
    as_function = platform.cloud.client(
        "cloudformation", platform.cloud.session(f"arn:aws:iam::{clients.ACCOUNT}:role/{role}")
    )
    request = {
        "StackName": SERVING,
        "UsePreviousTemplate": True,
        "Parameters": [{"ParameterKey": "ChampionModelPackage", "UsePreviousValue": True}],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    roles = f"arn:aws:iam::{clients.ACCOUNT}:role"
    administrator = f"{roles}/cdk-hnb659fds-cfn-exec-role-{clients.ACCOUNT}-{clients.REGION}"
    release_role = f"{roles}/ml-loop/local/local-flight-delays-release"
    for denied in (
        request,
        {**request, "RoleARN": administrator},
        {**request, "StackName": "local-control", "RoleARN": release_role},
    ):
        with pytest.raises(ClientError) as caught:
            as_function.update_stack(**denied)
        assert caught.value.response["Error"]["Code"].startswith("AccessDenied"), caught.value
