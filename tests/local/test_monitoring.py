"""Monitoring schedules of the local cloud: the API, CloudFormation, and executions that really look at captures."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud import clients
from tests.contract import sdk_kit
from tests.local.endpoints_kit import until
from tests.local.monitoring_kit import World, make_world
from tests.local.roles import allow, make_role


@pytest.fixture(scope="module")
def world(local_cloud: Any, client: Callable[..., Any]) -> World:
    return make_world(local_cloud, client)


def refused(code: str, says: str, call: Callable[..., Any], **arguments: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    assert error.value.response["Error"]["Code"] == code
    assert says in error.value.response["Error"]["Message"]


def test_a_schedule_goes_through_its_states_and_refuses_what_aws_refuses(world: World) -> None:
    sm = world.sagemaker
    sm.create_data_quality_job_definition(JobDefinitionName="states", **world.definition("DataQuality"))
    refused(
        "ResourceInUse", "already exists", sm.create_data_quality_job_definition,
        JobDefinitionName="states", **world.definition("DataQuality"),
    )  # fmt: skip
    for expression in ("cron(0 12 * * ? *)", "rate(1 hour)"):
        refused(
            "ValidationException", "is not supported", sm.create_monitoring_schedule,
            **world.schedule("states", expression),
        )  # fmt: skip
    arn = sm.create_monitoring_schedule(**world.schedule("states"))["MonitoringScheduleArn"]
    named = {"MonitoringScheduleName": "states"}
    assert world.status("states") == "Pending"
    refused("ValidationException", "Monitoring schedule in status Pending", sm.delete_monitoring_schedule, **named)
    refused("ResourceInUse", "already exists", sm.create_monitoring_schedule, **world.schedule("states"))
    world.at_rest("states")
    described = sm.describe_monitoring_schedule(**named)
    assert (described["MonitoringScheduleArn"], described["MonitoringScheduleStatus"]) == (arn, "Scheduled")
    assert (described["EndpointName"], described["MonitoringType"]) == (world.endpoint, "DataQuality")
    sm.stop_monitoring_schedule(**named)
    world.at_rest("states")
    assert world.status("states") == "Stopped"
    with pytest.raises(ValueError, match="is Stopped"):
        clients.fire("states", world.port)
    sm.start_monitoring_schedule(**named)
    world.at_rest("states")
    assert world.status("states") == "Scheduled"
    listed = sm.list_monitoring_schedules(EndpointName=world.endpoint)["MonitoringScheduleSummaries"]
    assert [one["MonitoringScheduleName"] for one in listed] == ["states"]
    definition = {"JobDefinitionName": "states"}
    refused("ValidationException", "used by", sm.delete_data_quality_job_definition, **definition)
    refused("ValidationException", "watches it", sm.delete_endpoint, EndpointName=world.endpoint)
    sm.delete_monitoring_schedule(**named)
    refused("ResourceNotFound", "Could not find", sm.describe_monitoring_schedule, **named)
    sm.delete_data_quality_job_definition(**definition)
    refused("ResourceNotFound", "Could not find", sm.describe_data_quality_job_definition, **definition)


def test_what_cannot_be_watched_is_refused(world: World) -> None:
    sm = world.sagemaker
    nobody = world.definition("DataQuality")
    nobody["DataQualityJobInput"]["EndpointInput"]["EndpointName"] = "nobody"
    sm.create_data_quality_job_definition(JobDefinitionName="nobody", **nobody)
    refused("ValidationException", "Could not find endpoint", sm.create_monitoring_schedule, **world.schedule("nobody"))
    refused("ResourceNotFound", "Could not find", sm.create_monitoring_schedule, **world.schedule("no-definition"))
    sm.delete_data_quality_job_definition(JobDefinitionName="nobody")
    for change, says in (
        ({"ImageUri": world.definition("DataQuality")["DataQualityAppSpecification"]["ImageUri"].replace(
            "sagemaker-model-monitor-analyzer", "sagemaker-clarify-processing:1.0")}, "is not that of DataQuality"),
        ({"PostAnalyticsProcessorSourceUri": "s3://a/b.py"}, "PostAnalyticsProcessorSourceUri"),
        ({"ContainerEntrypoint": ["python3"]}, "ContainerEntrypoint"),
    ):  # fmt: skip
        wrong = world.definition("DataQuality")
        wrong["DataQualityAppSpecification"] |= change
        with pytest.raises(ClientError, match=says):
            sm.create_data_quality_job_definition(JobDefinitionName="wrong", **wrong)
    listed = sm.list_data_quality_job_definitions(NameContains="wrong")
    assert listed["JobDefinitionSummaries"] == []


def test_who_may_make_a_definition_is_asked(world: World, local_cloud: Any) -> None:
    arn = f"arn:aws:sagemaker:{clients.REGION}:{clients.ACCOUNT}:data-quality-job-definition/mine-*"
    rights = [allow("sagemaker:CreateDataQualityJobDefinition", arn), allow("iam:PassRole", world.role)]
    role = make_role(world.iam, "monitored-narrow", rights)
    sagemaker = local_cloud.client("sagemaker", local_cloud.session(role))
    refused(
        "AccessDeniedException", "not authorized", sagemaker.create_data_quality_job_definition,
        JobDefinitionName="theirs-1", **world.definition("DataQuality"),
    )  # fmt: skip
    sagemaker.create_data_quality_job_definition(JobDefinitionName="mine-1", **world.definition("DataQuality"))
    world.sagemaker.delete_data_quality_job_definition(JobDefinitionName="mine-1")


def template(world: World, names: dict[str, str]) -> str:
    resources: dict[str, Any] = {}
    for kind, name in names.items():
        properties = {**world.definition(kind), "JobDefinitionName": name, "Tags": [{"Key": "who", "Value": "ana"}]}
        resources[kind] = {"Type": f"AWS::SageMaker::{kind}JobDefinition", "Properties": properties}
        schedule = world.schedule(name, kind=kind) | {"MonitoringScheduleName": f"monitored-{kind}"}
        resources[f"{kind}Schedule"] = {
            "Type": "AWS::SageMaker::MonitoringSchedule", "Properties": schedule, "DependsOn": kind,
        }  # fmt: skip
    return json.dumps({"Resources": resources})


def test_schedules_of_a_stack_really_look_at_captures(world: World, client: Callable[..., Any]) -> None:
    cloudformation, sm = client("cloudformation"), world.sagemaker
    data, quality = "monitored-DataQuality", "monitored-ModelQuality"
    body = template(world, {"DataQuality": "data-1", "ModelQuality": "quality-1"})
    cloudformation.create_stack(StackName="monitors", TemplateBody=body)
    assert cloudformation.describe_stacks(StackName="monitors")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    assert world.status(data) == world.status(quality) == "Scheduled"
    clients.fire(data, world.port)
    nothing = world.ended(data)
    assert (nothing["MonitoringExecutionStatus"], nothing["FailureReason"]) == ("Failed", "Job inputs had no data")
    records = [{"distance": float(1 + n % 3), "origin": "EWR" if n < 3 else ("JFK", "LGA")[n % 2]} for n in range(300)]
    world.capture(records, [{"probability": 0.9 if n % 2 else 0.1} for n in range(300)])
    truth = [
        json.dumps({"groundTruthData": {"data": str(n % 2), "encoding": "CSV"}, "eventMetadata": {"eventId": f"r{n}"}})
        for n in range(200)
    ]
    hour = f"ground-truth/{datetime.now(UTC) - timedelta(seconds=1):%Y/%m/%d/%H}/a.jsonl"
    world.s3.put_object(Bucket=world.bucket, Key=hour, Body="\n".join(truth).encode())
    until(lambda: datetime.now(UTC).timestamp() - nothing["ScheduledTime"].timestamp() > 0, 5)
    for name in (data, quality):
        clients.fire(name, world.port)
    found, judged = world.ended(data, executions=2), world.ended(quality)
    assert found["MonitoringExecutionStatus"] == "CompletedWithViolations"
    assert world.left(found, "constraint_violations")["violations"][0]["constraint_check_type"] == (
        "categorical_values_check"
    )
    assert world.left(found, "statistics")["dataset"]["item_count"] == 300  # of both variants
    assert judged["MonitoringExecutionStatus"] == "Completed"
    assert world.left(judged, "statistics")["dataset"]["item_count"] == 200  # those whose outcome is known
    job = sm.describe_processing_job(ProcessingJobName=judged["ProcessingJobArn"].rpartition("/")[2])
    assert job["MonitoringScheduleArn"].endswith(f"monitoring-schedule/{quality}")
    assert job["ExitMessage"] == "Completed: Job completed successfully with no violations."
    last = sm.describe_monitoring_schedule(MonitoringScheduleName=data)["LastMonitoringExecutionSummary"]
    assert last["ProcessingJobArn"] == found["ProcessingJobArn"]
    body = template(world, {"DataQuality": "data-2", "ModelQuality": "quality-1"})
    cloudformation.update_stack(StackName="monitors", TemplateBody=body)
    until(lambda: _status(cloudformation).endswith("_COMPLETE"), 30)
    assert _status(cloudformation) == "UPDATE_COMPLETE"
    named = [
        one["MonitoringJobDefinitionName"] for one in sm.list_data_quality_job_definitions()["JobDefinitionSummaries"]
    ]
    assert named == ["data-2"]
    schedule = sm.describe_monitoring_schedule(MonitoringScheduleName=data)["MonitoringScheduleConfig"]
    assert schedule["MonitoringJobDefinitionName"] == "data-2"
    cloudformation.delete_stack(StackName="monitors")
    until(lambda: not sm.list_model_quality_job_definitions()["JobDefinitionSummaries"], 30)
    assert sm.list_monitoring_schedules(EndpointName=world.endpoint)["MonitoringScheduleSummaries"] == []
    assert sm.list_data_quality_job_definitions()["JobDefinitionSummaries"] == []
    kept = sm.list_monitoring_executions(EndpointName=world.endpoint)["MonitoringExecutionSummaries"]
    assert len(kept) == 3


def _status(cloudformation: Any) -> str:
    return str(cloudformation.describe_stacks(StackName="monitors")["Stacks"][0]["StackStatus"])


def test_the_sagemaker_sdk_reads_what_was_found_and_handles_the_schedule(world: World, tmp_path: Path) -> None:
    sm = world.sagemaker
    sm.create_data_quality_job_definition(JobDefinitionName="sdk", **world.definition("DataQuality"))
    sm.create_monitoring_schedule(**world.schedule("sdk"))
    world.at_rest("sdk")
    records = [{"distance": float(1 + n % 3), "origin": "EWR" if n < 3 else ("JFK", "LGA")[n % 2]} for n in range(300)]
    world.capture(records, [{"probability": 0.9}] * 300)
    clients.fire("sdk", world.port)
    assert world.ended("sdk")["MonitoringExecutionStatus"] == "CompletedWithViolations"
    assert sdk_kit.run("sdk_monitor_client.py", world.port, tmp_path, "sdk") == {
        "endpoint": world.endpoint, "rows": 300, "violations": ["categorical_values_check"],
        "exit": "CompletedWithViolations: Job completed successfully with 1 violations.",
        "stop_monitoring_schedule": "Stopped", "start_monitoring_schedule": "Scheduled",
    }  # fmt: skip
    assert sm.list_data_quality_job_definitions(NameContains="sdk")["JobDefinitionSummaries"] == []
