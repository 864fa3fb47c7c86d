"""What the commands do with the answers of AWS."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pandas as pd
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from ops import data, live, logs, pipeline, predict, release
from ops.target import OperationError, Target

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GROUP = "dev-flight-delays"
ARN = f"arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/{GROUP}"
JOB = "arn:aws:sagemaker:ap-northeast-1:111122223333:processing-job/prepare-1"
EXECUTION = f"arn:aws:sagemaker:ap-northeast-1:111122223333:pipeline/{GROUP}/execution/abcdefabcdef"


class Stubs:
    """A use case whose clients answer what a test says, and nothing else."""

    def __init__(self, environment: str = "dev") -> None:
        self.target = Target.of(environment, "flight_delays")

    def stub(self, attribute: str, service: str) -> Stubber:
        client: Any = boto3.client(  # type: ignore[call-overload]  # the name is a variable
            service, region_name="ap-northeast-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.target.__dict__[attribute] = client  # where cached_property keeps it
        stubber = Stubber(client)
        stubber.activate()
        return stubber

    @property
    def sagemaker(self) -> Stubber:
        return self.stub("sagemaker", "sagemaker")


def versions(*approvals: str) -> dict[str, Any]:
    rows = [
        {
            "ModelPackageArn": f"{ARN}/{number}",
            "ModelPackageVersion": number,
            "ModelApprovalStatus": approval,
            "ModelPackageStatus": "Completed",
            "CreationTime": NOW,
        }
        for number, approval in enumerate(approvals, 1)
    ]
    return {"ModelPackageSummaryList": rows[::-1]}


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


class Bucket:
    """As much of S3 as the upload uses."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, str]] = {}

    def head_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - S3's names
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadObject")
        return {"Metadata": self.objects[Key]}

    def upload_file(self, path: str, bucket: str, key: str, ExtraArgs: dict[str, Any]) -> None:  # noqa: N803
        self.objects[key] = ExtraArgs["Metadata"]


def test_only_what_changed_is_uploaded(monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"flights.parquet": b"one", "weather.parquet": b"two"}

    def write(folder: Path) -> None:
        for name, body in content.items():
            (folder / name).write_bytes(body)

    target, bucket = Target.of("dev", "flight_delays"), Bucket()
    target.__dict__["s3"] = bucket
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    monkeypatch.setattr(data, "module", lambda use_case, name: SimpleNamespace(write=write))
    assert dict(data.upload_raw(target)) == {"flights.parquet": True, "weather.parquet": True}
    assert dict(data.upload_raw(target)) == {"flights.parquet": False, "weather.parquet": False}
    content["weather.parquet"] = b"three"
    assert dict(data.upload_raw(target)) == {"flights.parquet": False, "weather.parquet": True}
    assert set(bucket.objects) == {"flight_delays/flights.parquet", "flight_delays/weather.parquet"}


def test_raw_files_of_the_folder_are_uploaded_where_no_code_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "pipelines_src" / "flight_delays"
    (folder / "raw" / "flights.parquet").mkdir(parents=True)
    (folder / "raw" / "flights.parquet" / "part-0.parquet").write_bytes(b"one")
    target, bucket = Target.of("dev", "flight_delays"), Bucket()
    target.__dict__["s3"] = bucket
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    assert dict(data.upload_raw(target, tmp_path)) == {"flights.parquet/part-0.parquet": True}
    assert dict(data.upload_raw(target, tmp_path)) == {"flights.parquet/part-0.parquet": False}
    assert set(bucket.objects) == {"flight_delays/flights.parquet/part-0.parquet"}
    (folder / "raw_data.py").touch()
    monkeypatch.setattr(data, "module", lambda use_case, name: SimpleNamespace(write=lambda to: None))
    assert dict(data.upload_raw(target, tmp_path)) == {}, "what raw_data.py writes goes before"


def serving_stack(stubs: Stubs, champion: str | None) -> None:
    """Say which champion the serving stack has; None: there is no such stack."""
    stubber = stubs.stub("cloudformation", "cloudformation")
    if champion is None:
        stubber.add_client_error("describe_stacks", "ValidationError", f"Stack with id {GROUP}-serving does not exist")
        return
    parameters = [{"ParameterKey": "ChampionModelPackage", "ParameterValue": champion}]
    stack = {"StackName": "x", "CreationTime": NOW, "StackStatus": "CREATE_COMPLETE", "Parameters": parameters}
    stubber.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": f"{GROUP}-serving"})


@pytest.mark.parametrize("champion", [None, "", f"{ARN}/3"])
@pytest.mark.parametrize("compare", [True, False])
def test_a_pipeline_is_given_the_champion_that_serves_if_there_is_one(
    champion: str | None, compare: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "raw_version", lambda target: "v1")
    stubs = Stubs()
    serving_stack(stubs, champion)
    sagemaker = stubs.sagemaker
    parameters = [{"Name": "RawDataVersion", "Value": "v1"}]
    if champion and compare:
        container = {"Image": "image", "ModelDataUrl": "s3://models/package/model.tar.gz"}
        described = {
            "ModelPackageName": "x", "ModelPackageArn": champion, "CreationTime": NOW,
            "ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "InferenceSpecification": {"Containers": [container]},
        }  # fmt: skip
        sagemaker.add_response("describe_model_package", described, {"ModelPackageName": champion})
        parameters.append({"Name": "ChampionModelUri", "Value": container["ModelDataUrl"]})
    expected = {"PipelineName": GROUP, "PipelineParameters": parameters, "ClientRequestToken": ANY}
    sagemaker.add_response("start_pipeline_execution", {"PipelineExecutionArn": EXECUTION}, expected)
    assert pipeline.start_execution(stubs.target, compare) == EXECUTION
    sagemaker.assert_no_pending_responses()


def test_a_pipeline_starts_on_the_raw_files_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    monkeypatch.setattr(live, "champion_model", lambda target: "")
    versions_started = []
    for etags in (["1", "2"], ["1", "2"], ["1", "3"]):
        stubs = Stubs()
        contents = [{"Key": f"flight_delays/{place}", "ETag": etag} for place, etag in enumerate(etags)]
        stubs.stub("s3", "s3").add_response("list_objects_v2", {"Contents": contents, "IsTruncated": False})
        version = data.raw_version(stubs.target)
        stubs.stub("s3", "s3").add_response("list_objects_v2", {"Contents": contents, "IsTruncated": False})
        stubs.sagemaker.add_response(
            "start_pipeline_execution",
            {"PipelineExecutionArn": EXECUTION},
            {
                "PipelineName": GROUP,
                "PipelineParameters": [{"Name": "RawDataVersion", "Value": version}],
                "ClientRequestToken": ANY,
            },
        )
        assert pipeline.start_execution(stubs.target) == EXECUTION
        versions_started.append(version)
    assert versions_started[0] == versions_started[1] != versions_started[2]


def test_a_pipeline_without_raw_files_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    stubs = Stubs()
    stubs.stub("s3", "s3").add_response("list_objects_v2", {"IsTruncated": False})
    with pytest.raises(OperationError, match="no raw files below s3://raw/flight_delays/"):
        pipeline.start_execution(stubs.target)


def records() -> pd.DataFrame:
    times = pd.to_datetime(["2013-06-02", "2013-06-01"])
    return pd.DataFrame(
        {"scheduled_departure": times, "arrived_late": [1, 0], "record_id": ["b", "a"], "carrier": "UA"}
    )


def test_predictions_stand_beside_what_happened_in_order_of_time() -> None:
    stubs = Stubs()
    runtime = stubs.stub("runtime", "sagemaker-runtime")
    for record_id, answer in (("a", b"0.1"), ("b", b"0.9")):
        body = b'{"predictions": [{"probability": ' + answer + b"}]}"
        runtime.add_response(
            "invoke_endpoint",
            {"Body": StreamingBody(io.BytesIO(body), len(body)), "InvokedProductionVariant": "champion"},
            {
                "EndpointName": GROUP,
                "ContentType": "application/json",
                "Accept": "application/json",
                "InferenceId": record_id,
                "Body": ANY,
            },
        )
    answers = predict.predict(stubs.target, records(), 10, seed=0)
    assert [(answer.answer, answer.happened, answer.variant) for answer in answers] == [
        ({"probability": 0.1}, False, "champion"),
        ({"probability": 0.9}, True, "champion"),
    ]
    # The endpoint must not be told what happened.
    assert all(set(answer.record) == {"scheduled_departure", "carrier"} for answer in answers)


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        ("ValidationError", "Endpoint dev-flight-delays of account 111122223333 not found.", "has no endpoint yet"),
        ("ModelError", "Received server error (500) from model", "failed on record a"),
    ],
)
def test_an_endpoint_that_does_not_answer(code: str, message: str, said: str) -> None:
    stubs = Stubs()
    stubs.stub("logs", "logs").add_response("describe_log_streams", {"logStreams": []})
    stubs.stub("runtime", "sagemaker-runtime").add_client_error("invoke_endpoint", code, message)
    with pytest.raises(OperationError, match=said):
        predict.predict(stubs.target, records(), 10, seed=0)
