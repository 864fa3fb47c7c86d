"""Who may do what where SageMaker Model Monitor watches: its jobs, a release, and the monitor function."""

from collections.abc import Callable
from typing import Any

import pytest

from config import load_environment
from tests.security.simulate import ACCOUNT, REGION, Cloud, Request
from tests.security.test_batch_roles import BY_SAGEMAKER, EC2, LOGS, SAGEMAKER, SERVING, private
from tests.unit import native_monitor_kit

IMAGES = f"arn:aws:ecr:{REGION}:574779866223:repository"
JOB = f"{SAGEMAKER}:processing-job/model-quality-monitoring-202611280400-de32d8acceeef6a1626b8fa6"
SCHEDULE = f"{SAGEMAKER}:monitoring-schedule/dev-flight-delays-data-quality"


@pytest.fixture(scope="module")
def cloud(synthesise: Callable[..., Any]) -> Cloud:
    return Cloud(native_monitor_kit.synthesised(synthesise, load_environment("dev")))


@pytest.fixture(scope="module")
def definition(cloud: Cloud) -> str:
    """A job definition of the template's own name, of version 12."""
    [found] = _prefixes(cloud, "DataQuality")
    return f"{SAGEMAKER}:data-quality-job-definition/{found}12"


def _prefixes(cloud: Cloud, kind: str) -> list[str]:
    return [
        each["Properties"]["JobDefinitionName"]["Fn::Join"][1][0]
        for each in cloud.templates[SERVING]["Resources"].values()
        if each["Type"] == f"AWS::SageMaker::{kind}JobDefinition"
    ]


def denied(cloud: Cloud, stack: str, role: str, requests: list[Request]) -> dict[str, str]:
    return {text: said for text, said in cloud.verdicts(stack, role, requests).items() if said != "Allowed"}


def test_jobs_read_captures_and_baselines_and_leave_what_they_found(cloud: Cloud) -> None:
    capture, processed = cloud.arn("Capture"), cloud.arn("Processed")
    own = f"{processed}/flight_delays/monitoring"
    stream = f"{LOGS}/ProcessingJobs:log-stream:data-quality-monitoring-202611280400-de32/algo-1"
    requests = [
        Request("sagemaker:CreateProcessingJob", JOB, private(cloud)),
        Request("iam:PassRole", cloud.role(SERVING, "MonitorRole"), BY_SAGEMAKER),
        Request("s3:GetObject", f"{capture}/flight_delays/dev-flight-delays/champion/2026/11/28/03/a.jsonl"),
        Request("s3:GetObject", f"{capture}/flight_delays/ground-truth/2026/11/28/03/a.jsonl"),
        Request("s3:ListBucket", capture, {"s3:prefix": "flight_delays/dev-flight-delays/"}),
        Request("s3:GetObject", f"{own}/baselines/12/data-quality/constraints.json"),
        Request("s3:PutObject", f"{own}/native/dev-flight-delays/a/2026/11/28/04/constraint_violations.json"),
        Request("s3:GetObject", f"{own}/native/merge/dev-flight-delays/champion/2026/11/28/03/a.jsonl"),
        *(Request(f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents")),
        *(
            Request("ecr:BatchGetImage", f"{IMAGES}/sagemaker-model-monitor-{name}")
            for name in ("analyzer", "groundtruth-merger")
        ),
        Request("ec2:CreateNetworkInterface", f"{EC2}:network-interface/eni-0123"),
        *(Request(f"kms:{action}", cloud.arn("KeysData")) for action in ("GenerateDataKey", "Decrypt", "CreateGrant")),
    ]
    assert denied(cloud, SERVING, "MonitorRole", requests) == {}


def test_jobs_reach_nothing_else(cloud: Cloud) -> None:
    capture, processed, models = cloud.arn("Capture"), cloud.arn("Processed"), cloud.arn("Models")
    open_job: dict[str, Any] = {**private(cloud), "sagemaker:NetworkIsolation": "false"}
    requests = [
        Request("sagemaker:CreateProcessingJob", JOB, open_job),
        Request("sagemaker:CreateProcessingJob", f"{SAGEMAKER}:processing-job/pipelines-abc", private(cloud)),
        Request("s3:PutObject", f"{capture}/flight_delays/ground-truth/2026/11/28/03/a.jsonl"),
        Request("s3:GetObject", f"{capture}/handwritten_digits/dev-handwritten-digits/champion/a.jsonl"),
        Request("s3:PutObject", f"{processed}/flight_delays/monitoring/baselines/12/data-quality/constraints.json"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:DeleteObject", f"{processed}/flight_delays/monitoring/native/a.json"),
        Request("s3:GetObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("sagemaker:CreateEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("iam:PassRole", cloud.role(SERVING, "ModelRole"), BY_SAGEMAKER),
    ]
    assert len(denied(cloud, SERVING, "MonitorRole", requests)) == len(requests)


def test_a_release_changes_the_monitors_of_its_own_endpoint(cloud: Cloud, definition: str) -> None:
    requests = [
        Request("sagemaker:CreateDataQualityJobDefinition", definition, private(cloud)),
        *(Request(f"sagemaker:{verb}DataQualityJobDefinition", definition) for verb in ("Describe", "Delete")),
        *(
            Request(f"sagemaker:{verb}MonitoringSchedule", SCHEDULE)
            for verb in ("Create", "Update", "Describe", "Delete")
        ),
        *(
            Request(f"sagemaker:{verb}Tags", arn)
            for verb in ("Add", "List", "Delete")
            for arn in (definition, SCHEDULE)
        ),
        Request("iam:PassRole", cloud.role(SERVING, "MonitorRole"), BY_SAGEMAKER),
    ]
    assert denied(cloud, SERVING, "ReleaseRole", requests) == {}


def test_a_release_makes_no_monitor_of_anything_else(cloud: Cloud, definition: str) -> None:
    opened = {**private(cloud), "sagemaker:NetworkIsolation": "false"}
    unkeyed = {key: value for key, value in private(cloud).items() if key != "sagemaker:OutputKmsKeyArn"}
    requests = [
        Request("sagemaker:CreateDataQualityJobDefinition", definition, opened),
        Request("sagemaker:CreateDataQualityJobDefinition", definition, unkeyed),
        Request("sagemaker:CreateDataQualityJobDefinition", definition),
        Request(
            "sagemaker:CreateModelBiasJobDefinition", definition.replace("data-quality", "model-bias"), private(cloud)
        ),
        Request(
            "sagemaker:CreateDataQualityJobDefinition",
            f"{SAGEMAKER}:data-quality-job-definition/dev-flight-delays-more-1a2b3c-1", private(cloud),
        ),
        # A job of its own inside the schedule, which would be no definition
        Request("sagemaker:CreateMonitoringSchedule", SCHEDULE, {"sagemaker:InstanceTypes": ["ml.m5.large"]}),
        Request("sagemaker:UpdateMonitoringSchedule", SCHEDULE, {"sagemaker:InstanceTypes": ["ml.m5.large"]}),
        Request("sagemaker:CreateMonitoringSchedule", SCHEDULE.replace("dev-", "prod-")),
        Request("sagemaker:CreateProcessingJob", JOB, private(cloud)),
    ]  # fmt: skip
    assert len(denied(cloud, SERVING, "ReleaseRole", requests)) == len(requests)


def test_the_function_reads_what_was_found_and_lays_baselines(cloud: Cloud) -> None:
    processed = cloud.arn("Processed")
    in_s3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    requests = [
        Request("sagemaker:ListMonitoringExecutions", "*"),
        Request("sagemaker:ListModelPackages", "*"),
        Request("sagemaker:DescribeProcessingJob", JOB),
        *(
            Request("s3:GetObject", f"{processed}/flight_delays/{name}")
            for name in (
                "abc/baseline/statistics.json", "prepared/abc/baseline/constraints.json",
                "abc/evaluation/model_quality.json",
                "monitoring/native/dev-flight-delays/a/2026/11/28/04/statistics.json",
            )
        ),
        Request("kms:Decrypt", cloud.arn("KeysModels"), in_s3),
        Request("s3:PutObject", f"{processed}/flight_delays/monitoring/baselines/12/data-quality/constraints.json"),
        Request("s3:ListBucket", processed, {"s3:prefix": "flight_delays/monitoring/baselines/"}),
    ]  # fmt: skip
    assert denied(cloud, "dev-control", "MonitorRole", requests) == {}
    refused = [
        Request("s3:PutObject", f"{processed}/flight_delays/abc/baseline/constraints.json"),
        Request("s3:PutObject", f"{processed}/flight_delays/monitoring/native/a.json"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/evaluation/predictions.csv"),
        Request("kms:Decrypt", cloud.arn("KeysModels")),
        Request("sagemaker:DeleteMonitoringSchedule", SCHEDULE),
        Request("sagemaker:DescribeProcessingJob", f"{SAGEMAKER}:processing-job/pipelines-abc"),
        Request("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/ml-loop/dev/dev-flight-delays-release"),
    ]
    assert len(denied(cloud, "dev-control", "MonitorRole", refused)) == len(refused)
