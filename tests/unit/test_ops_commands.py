"""What the commands do with the answers of AWS."""

from datetime import timedelta

import pytest
from botocore.stub import ANY

from ops import live, logs, pipeline, release
from ops.target import OperationError
from tests.unit.ops_stub_kit import ARN, EXECUTION, GROUP, JOB, NOW, Stubs, versions


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


@pytest.mark.parametrize(("version", "expected"), [(None, 2), (1, 1)])
def test_a_version_or_the_newest_is_approved(version: int | None, expected: int) -> None:
    stubs = Stubs()
    sagemaker = stubs.sagemaker
    sagemaker.add_response("list_model_packages", versions("Rejected", "PendingManualApproval"))
    arn = f"{ARN}/{expected}"
    sagemaker.add_response(
        "update_model_package",
        {"ModelPackageArn": arn},
        {"ModelPackageArn": arn, "ModelApprovalStatus": "Approved", "ApprovalDescription": "good"},
    )
    assert release.set_status(stubs.target, version, "Approved", "good") == arn
    sagemaker.assert_no_pending_responses()


@pytest.mark.parametrize(("version", "said"), [(None, "no version yet"), (7, "no version 7")])
def test_a_version_that_is_not_there_is_an_error(version: int | None, said: str) -> None:
    stubs = Stubs()
    stubs.sagemaker.add_response("list_model_packages", versions(*(["Approved"] if version else [])))
    with pytest.raises(OperationError, match=said):
        release.set_status(stubs.target, version, "Rejected", "bad")


def test_models_of_an_environment_that_retains_its_data_are_not_forgotten() -> None:
    stubs = Stubs("prod")
    stubs.sagemaker.add_response("list_model_packages", versions("Approved"))
    with pytest.raises(OperationError, match=r"retention\.allow_data_loss"):
        release.delete_packages(stubs.target)


def test_every_version_is_forgotten() -> None:
    stubs = Stubs("local")
    sagemaker = stubs.sagemaker
    sagemaker.add_response("list_model_packages", versions("Approved", "Rejected"))
    for number in (2, 1):
        sagemaker.add_response("delete_model_package", {}, {"ModelPackageName": f"{ARN}/{number}"})
    assert release.delete_packages(stubs.target) == [f"{ARN}/2", f"{ARN}/1"]
    sagemaker.assert_no_pending_responses()


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
