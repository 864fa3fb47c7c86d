"""What the commands do with the answers of AWS."""

from datetime import timedelta

import pytest
from botocore.stub import ANY

from ops import live, logs, pipeline
from ops.target import OperationError
from tests.unit.ops_stub_kit import ARN, EXECUTION, GROUP, JOB, NOW, Stubs


def test_a_failed_search_shows_the_end_of_one_of_its_training_jobs() -> None:
    stubs = Stubs()
    client = stubs.stub("logs", "logs")
    group, stream = "/aws/sagemaker/TrainingJobs", "abc-Train-xyz-003-ff/algo-1-1"
    client.add_response(
        "describe_log_streams",
        {"logStreams": [{"logStreamName": stream, "lastEventTimestamp": 1}]},
        {"logGroupName": group, "logStreamNamePrefix": "abc-Train-xyz-"},
    )
    client.add_response("get_log_events", {"events": [{"message": "no such column", "timestamp": 1}]})
    arn = "arn:aws:sagemaker:ap-northeast-1:111122223333:hyper-parameter-tuning-job/abc-Train-xyz"
    assert logs.end_of_job(stubs.target, arn).endswith(f"{group}/{stream}:\n  no such column")


def test_of_an_endpoints_logs_the_newest_is_shown() -> None:
    stubs = Stubs()
    group = f"/aws/sagemaker/Endpoints/{GROUP}"
    newest_first = {"logGroupName": group, "orderBy": "LastEventTime", "descending": True}
    stubs.stub("logs", "logs").add_response("describe_log_streams", {"logStreams": []}, newest_first)
    assert logs.end_of_endpoint(stubs.target) == ""


def test_a_failed_pipeline_shows_reason_and_end_of_the_jobs_log() -> None:
    stubs = Stubs()
    sagemaker, logs = stubs.sagemaker, stubs.stub("logs", "logs")
    sagemaker.add_response("describe_pipeline_execution", {"PipelineExecutionStatus": "Failed"})
    step = {
        "StepName": "Prepare",
        "StepStatus": "Failed",
        "StartTime": NOW,
        "EndTime": NOW + timedelta(seconds=3),
        "FailureReason": "AlgorithmError: exit code 1",
        "Metadata": {"ProcessingJob": {"Arn": JOB}},
    }
    sagemaker.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": [step]})
    group = "/aws/sagemaker/ProcessingJobs"
    logs.add_response(
        "describe_log_streams",
        {"logStreams": [{"logStreamName": "prepare-1/algo-1-123", "lastEventTimestamp": 1}]},
        {"logGroupName": group, "logStreamNamePrefix": "prepare-1/"},
    )
    logs.add_response(
        "get_log_events",
        {"events": [{"message": "flights.parquet: no column carrier\n", "timestamp": 1}]},
        {"logGroupName": group, "logStreamName": "prepare-1/algo-1-123", "limit": ANY, "startFromHead": False},
    )
    seen: list[pipeline.Step] = []
    with pytest.raises(OperationError) as caught:
        for steps in pipeline.watch(stubs.target, EXECUTION):
            seen += steps
    assert [(step.name, step.seconds) for step in seen] == [("Prepare", 3.0)]
    assert str(caught.value).splitlines() == [
        "The pipeline dev-flight-delays ended as Failed.",
        "Prepare: AlgorithmError: exit code 1",
        "The end of its log, /aws/sagemaker/ProcessingJobs/prepare-1/algo-1-123:",
        "  flights.parquet: no column carrier",
    ]


def test_a_log_that_may_not_be_read_does_not_hide_the_failure() -> None:
    stubs = Stubs()
    sagemaker, logs = stubs.sagemaker, stubs.stub("logs", "logs")
    sagemaker.add_response("describe_pipeline_execution", {"PipelineExecutionStatus": "Failed"})
    step = {"StepName": "Train", "StepStatus": "Failed", "FailureReason": "why", "Metadata": {"TrainingJob": {}}}
    step["Metadata"] = {"TrainingJob": {"Arn": JOB.replace("processing", "training")}}
    sagemaker.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": [step]})
    logs.add_client_error("describe_log_streams", "AccessDeniedException")
    with pytest.raises(OperationError, match=r"ended as Failed\.\nTrain: why$"):
        list(pipeline.watch(stubs.target, EXECUTION))


def test_a_release_that_failed_is_noticed_with_its_first_cause() -> None:
    stubs = Stubs()
    sagemaker, cloudformation = stubs.sagemaker, stubs.stub("cloudformation", "cloudformation")
    stubs.stub("logs", "logs").add_response("describe_log_streams", {"logStreams": []})
    package = {
        "ModelPackageArn": f"{ARN}/1",
        "ModelPackageName": GROUP,
        "CreationTime": NOW - timedelta(hours=1),
        "LastModifiedTime": NOW,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
    }
    sagemaker.add_response("describe_model_package", package)
    sagemaker.add_client_error("describe_endpoint", "ValidationException", "Could not find endpoint")
    stack = {"StackName": f"{GROUP}-serving", "CreationTime": NOW, "StackStatus": "UPDATE_ROLLBACK_COMPLETE"}
    cloudformation.add_response("describe_stacks", {"Stacks": [stack]})
    events = [
        {
            "StackId": "s",
            "EventId": str(seconds),
            "StackName": f"{GROUP}-serving",
            "Timestamp": NOW + timedelta(seconds=seconds),
            "LogicalResourceId": name,
            "ResourceStatus": "CREATE_FAILED",
            "ResourceStatusReason": reason,
        }
        for seconds, name, reason in [(5, "Alarm", "cancelled"), (4, "Endpoint", "no memory"), (-60, "Old", "before")]
    ]
    cloudformation.add_response("describe_stack_events", {"StackEvents": events})
    with pytest.raises(OperationError, match=r"UPDATE_ROLLBACK_COMPLETE; Endpoint: no memory$"):
        live.wait_until_live(stubs.target, f"{ARN}/1", every=0.0)
