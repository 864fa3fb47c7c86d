"""What the jobs that reduce outcomes may do, and what not."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.security.simulate import Cloud, Request
from tests.security.test_batch_roles import BY_SAGEMAKER, EC2, IMAGE, LOGS, SAGEMAKER, SERVING, Ask, at, cloud, private

__all__ = ["at", "cloud"]
STACK = "dev-flight-delays-experiment"
LOOK = "flight_delays/experiments/e1/20261126T043000Z"
JOB = f"{SAGEMAKER}:processing-job/pipelines-abc-Outcomes-xyz"


@pytest.fixture(scope="module")
def ask(cloud: Cloud) -> Ask:
    def answers(who: str, requests: list[Request]) -> dict[str, str]:
        return cloud.verdicts(STACK, who, requests)

    return answers


def test_jobs_read_captures_and_outcomes_and_leave_sums(ask: Ask, at: Callable[[str], str], cloud: Cloud) -> None:
    capture, processed, data_key = at("Capture"), at("Processed"), at("KeysData")
    stream = f"{LOGS}/ProcessingJobs:log-stream:pipelines-abc-Outcomes-xyz/algo-1"
    requests = [
        Request("sagemaker:CreateProcessingJob", JOB, private(cloud)),
        *(Request(f"sagemaker:{action}", JOB) for action in ("AddTags", "DescribeProcessingJob", "StopProcessingJob")),
        Request("s3:ListBucket", capture, {"s3:prefix": "flight_delays/dev-flight-delays"}),
        Request("s3:GetObject", f"{capture}/flight_delays/dev-flight-delays/challenger/2026/11/26/04/a.jsonl"),
        Request("s3:GetObject", f"{capture}/flight_delays/ground-truth/2026/11/26/04/a.jsonl"),
        Request("s3:ListBucket", capture, {"s3:prefix": "flight_delays/exposures"}),
        Request("s3:GetObject", f"{capture}/flight_delays/exposures/2026/11/26/04/a.jsonl"),
        Request("s3:GetObject", f"{processed}/{LOOK}/request.json"),
        Request("s3:PutObject", f"{processed}/{LOOK}/sums.json"),
        *(Request(f"kms:{action}", data_key) for action in ("GenerateDataKey", "Decrypt", "CreateGrant")),
        Request("iam:PassRole", cloud.role(STACK, "Role"), BY_SAGEMAKER),
        *(Request(f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents")),
        Request("ecr:BatchGetImage", IMAGE),
        Request("ec2:CreateNetworkInterface", f"{EC2}:network-interface/eni-0123"),
    ]
    assert {text: said for text, said in ask("Role", requests).items() if said != "Allowed"} == {}


def test_jobs_change_no_capture_and_see_nothing_else(ask: Ask, at: Callable[[str], str], cloud: Cloud) -> None:
    raw, capture, processed, models = at("Raw"), at("Capture"), at("Processed"), at("Models")
    open_job: dict[str, Any] = {**private(cloud), "sagemaker:NetworkIsolation": "false"}
    requests = [
        Request("s3:PutObject", f"{capture}/flight_delays/ground-truth/2026/11/26/04/a.jsonl"),
        Request("s3:PutObject", f"{capture}/flight_delays/exposures/2026/11/26/04/a.jsonl"),
        Request("s3:GetObject", f"{capture}/handwritten_digits/exposures/2026/11/26/04/a.jsonl"),
        Request("s3:DeleteObject", f"{capture}/flight_delays/dev-flight-delays/champion/2026/11/26/04/a.jsonl"),
        Request("s3:GetObject", f"{capture}/handwritten_digits/dev-handwritten-digits/champion/a.jsonl"),
        Request("s3:GetObject", f"{raw}/flight_delays/flights.parquet"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:PutObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:DeleteObject", f"{processed}/{LOOK}/sums.json"),
        Request("s3:GetObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("kms:Decrypt", at("KeysModels")),
        Request("sagemaker:CreateProcessingJob", JOB, open_job),
        Request("sagemaker:CreateProcessingJob", f"{SAGEMAKER}:processing-job/mine", private(cloud)),
        Request("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/pipelines-abc-Train-xyz", private(cloud)),
        Request("sagemaker:UpdateEndpointWeightsAndCapacities", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("iam:PassRole", cloud.role(SERVING, "ModelRole"), BY_SAGEMAKER),
    ]
    assert {text: said for text, said in ask("Role", requests).items() if said == "Allowed"} == {}
