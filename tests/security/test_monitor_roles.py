"""What the monitor function and its jobs may do, and what not."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.security.simulate import ACCOUNT, REGION, Cloud, Request
from tests.security.test_batch_roles import BY_SAGEMAKER, EC2, IMAGE, LOGS, SAGEMAKER, SERVING, Ask, at, cloud, private

__all__ = ["at", "cloud"]
STACK = "dev-flight-delays-monitoring"
RUN = "flight_delays/monitoring/000001-champion-requests-20261127T000000Z-20261128T000000Z"
JOB = f"{SAGEMAKER}:processing-job/pipelines-abc-Monitor-xyz"
PIPELINE = f"{SAGEMAKER}:pipeline/dev-flight-delays"
OURS, OTHERS = {"cloudwatch:namespace": "MlLoop"}, {"cloudwatch:namespace": "AWS/Lambda"}


@pytest.fixture(scope="module")
def ask(cloud: Cloud) -> Ask:
    def answers(who: str, requests: list[Request]) -> dict[str, str]:
        return cloud.verdicts("dev-control" if who == "MonitorRole" else STACK, who, requests)

    return answers


def test_jobs_read_captures_outcomes_and_models_and_leave_what_they_found(
    ask: Ask, at: Callable[[str], str], cloud: Cloud
) -> None:
    capture, processed, models = at("Capture"), at("Processed"), at("Models")
    stream = f"{LOGS}/ProcessingJobs:log-stream:pipelines-abc-Monitor-xyz/algo-1"
    requests = [
        Request("sagemaker:CreateProcessingJob", JOB, private(cloud)),
        *(Request(f"sagemaker:{action}", JOB) for action in ("AddTags", "DescribeProcessingJob", "StopProcessingJob")),
        Request("s3:GetObject", f"{capture}/flight_delays/dev-flight-delays/challenger/2026/11/26/04/a.jsonl"),
        Request("s3:GetObject", f"{capture}/flight_delays/ground-truth/2026/11/26/04/a.jsonl"),
        Request("s3:GetObject", f"{processed}/{RUN}/request/captures.manifest"),
        Request("s3:PutObject", f"{processed}/{RUN}/monitoring/champion/metrics.json"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/baseline/constraints.json"),
        Request("s3:GetObject", f"{processed}/flight_delays/prepared/abc/baseline/statistics.json"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/evaluation/model_quality.json"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/test/test.parquet"),
        Request("s3:ListBucket", processed, {"s3:prefix": "flight_delays/abc/test/test.parquet"}),
        Request("s3:GetObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("s3:ListBucket", models, {"s3:prefix": "flight_delays/abc/package/model.tar.gz"}),
        Request("s3:GetObject", f"{models}/flight_delays/training/job/output/model.tar.gz"),
        Request("kms:Decrypt", at("KeysModels")),
        *(Request(f"kms:{action}", at("KeysData")) for action in ("GenerateDataKey", "Decrypt", "CreateGrant")),
        Request("iam:PassRole", cloud.role(STACK, "Role"), BY_SAGEMAKER),
        *(Request(f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents")),
        Request("ecr:BatchGetImage", IMAGE),
        Request("ec2:CreateNetworkInterface", f"{EC2}:network-interface/eni-0123"),
    ]
    assert {text: said for text, said in ask("Role", requests).items() if said != "Allowed"} == {}


def test_jobs_change_neither_captures_nor_models_and_see_nothing_else(
    ask: Ask, at: Callable[[str], str], cloud: Cloud
) -> None:
    raw, capture, processed, models = at("Raw"), at("Capture"), at("Processed"), at("Models")
    open_job: dict[str, Any] = {**private(cloud), "sagemaker:NetworkIsolation": "false"}
    requests = [
        Request("s3:PutObject", f"{capture}/flight_delays/ground-truth/2026/11/26/04/a.jsonl"),
        Request("s3:DeleteObject", f"{capture}/flight_delays/dev-flight-delays/champion/2026/11/26/04/a.jsonl"),
        Request("s3:GetObject", f"{capture}/handwritten_digits/dev-handwritten-digits/champion/a.jsonl"),
        Request("s3:GetObject", f"{raw}/flight_delays/flights.parquet"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:GetObject", f"{processed}/handwritten_digits/abc/test/test.parquet"),
        Request("s3:PutObject", f"{processed}/flight_delays/abc/baseline/constraints.json"),
        Request("s3:DeleteObject", f"{processed}/{RUN}/monitoring/report.json"),
        Request("s3:PutObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("s3:GetObject", f"{models}/handwritten_digits/abc/package/model.tar.gz"),
        Request("kms:GenerateDataKey", at("KeysModels")),
        Request("sagemaker:CreateProcessingJob", JOB, open_job),
        Request("sagemaker:CreateProcessingJob", f"{SAGEMAKER}:processing-job/mine", private(cloud)),
        Request("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/pipelines-abc-Train-xyz", private(cloud)),
        Request("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("cloudwatch:PutMetricData", "*", OURS),
        Request("iam:PassRole", cloud.role(SERVING, "ModelRole"), BY_SAGEMAKER),
    ]
    assert {text: said for text, said in ask("Role", requests).items() if said == "Allowed"} == {}


def test_the_function_starts_looks_and_publishes_what_they_found(
    ask: Ask, at: Callable[[str], str], cloud: Cloud
) -> None:
    capture, processed = at("Capture"), at("Processed")
    requests = [
        Request("sagemaker:StartPipelineExecution", f"{PIPELINE}-monitoring"),
        Request("sagemaker:DescribePipelineExecution", f"{PIPELINE}-monitoring/execution/abc"),
        Request("sagemaker:ListPipelineExecutionSteps", f"{PIPELINE}-monitoring/execution/abc"),
        Request("sagemaker:DescribeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:DescribeEndpointConfig", f"{SAGEMAKER}:endpoint-config/dev-flight-delays-1"),
        Request("sagemaker:DescribeModel", f"{SAGEMAKER}:model/dev-flight-delays-1"),
        Request("sagemaker:DescribeModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        Request("s3:ListBucket", capture, {"s3:prefix": "flight_delays/dev-flight-delays/champion/"}),
        Request("s3:ListBucket", capture, {"s3:prefix": "flight_delays/ground-truth/"}),
        Request("s3:PutObject", f"{processed}/{RUN}/request/request.json"),
        Request("s3:ListBucket", processed, {"s3:prefix": f"{RUN}/monitoring/champion/metrics.json"}),
        Request("s3:GetObject", f"{processed}/{RUN}/monitoring/champion/metrics.json"),
        *(Request(f"kms:{action}", at("KeysData")) for action in ("GenerateDataKey", "Decrypt")),
        Request("cloudwatch:PutMetricData", "*", OURS),
        *(Request(f"dynamodb:{action}", cloud.arn("MonitorRuns")) for action in ("PutItem", "Query", "UpdateItem")),
        *(
            Request(f"sqs:{action}", cloud.arn("MonitorLooks"))
            for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
        ),
    ]
    assert {text: said for text, said in ask("MonitorRole", requests).items() if said != "Allowed"} == {}


def test_the_function_reads_no_record_and_decides_about_no_model(ask: Ask, at: Callable[[str], str]) -> None:
    capture, processed, models = at("Capture"), at("Processed"), at("Models")
    requests = [
        Request("sagemaker:StartPipelineExecution", PIPELINE),
        Request("sagemaker:StartPipelineExecution", f"{PIPELINE}-batch"),
        Request("sagemaker:StartPipelineExecution", f"{PIPELINE}-outcomes"),
        Request("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/prod-flight-delays-monitoring"),
        Request("sagemaker:UpdateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        Request("sagemaker:UpdateEndpointWeightsAndCapacities", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:CreateProcessingJob", JOB),
        Request("s3:GetObject", f"{capture}/flight_delays/dev-flight-delays/champion/2026/11/26/04/a.jsonl"),
        Request("s3:GetObject", f"{capture}/flight_delays/ground-truth/2026/11/26/04/a.jsonl"),
        Request("s3:ListBucket", capture, {"s3:prefix": "flight_delays/exposures/"}),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/test/test.parquet"),
        Request("s3:GetObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("s3:PutObject", f"{processed}/{RUN}/monitoring/champion/metrics.json"),
        Request("kms:Decrypt", at("KeysModels")),
        Request("cloudwatch:PutMetricData", "*", OTHERS),
        Request("dynamodb:DeleteItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/any"),
    ]
    assert {text: said for text, said in ask("MonitorRole", requests).items() if said == "Allowed"} == {}
