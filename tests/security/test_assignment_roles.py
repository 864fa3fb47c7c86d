"""What the functions that answer requests and keep records of it may do, and what not."""

from collections.abc import Callable

import pytest

from tests.security.simulate import Cloud, Request
from tests.security.test_batch_roles import CONTROL, SAGEMAKER, SERVING, Ask, at, cloud

__all__ = ["at", "cloud"]
ENDPOINT = f"{SAGEMAKER}:endpoint/dev-flight-delays"
EXPOSURE = "flight_delays/exposures/2026/11/26/04/0a.jsonl"
OUTCOME = "flight_delays/ground-truth/2026/11/26/04/0a.jsonl"
BY_LAMBDA = {"iam:PassedToService": "lambda.amazonaws.com"}


@pytest.fixture(scope="module")
def ask(cloud: Cloud) -> Ask:
    def answers(who: str, requests: list[Request]) -> dict[str, str]:
        return cloud.verdicts(CONTROL, who, requests)

    return answers


def test_the_assignment_function_asks_endpoints_and_hands_over(ask: Ask, at: Callable[[str], str]) -> None:
    requests = [
        Request("sagemaker:InvokeEndpoint", ENDPOINT),
        Request("sagemaker:DescribeEndpoint", ENDPOINT),
        Request("sagemaker:DescribeEndpointConfig", f"{SAGEMAKER}:endpoint-config/dev-flight-delays-1a2b3c-3c4"),
        Request("sagemaker:DescribeModel", f"{SAGEMAKER}:model/dev-flight-delays-1a2b3c-c4"),
        Request("sqs:SendMessage", at("Exposures")),
        Request("sqs:SendMessage", at("FailedExposures")),
        *(Request(f"kms:{action}", at("KeysControl")) for action in ("GenerateDataKey", "Decrypt")),
    ]
    assert {text: said for text, said in ask("AssignmentRole", requests).items() if said != "Allowed"} == {}


def test_the_assignment_function_changes_nothing_and_reads_no_data(
    ask: Ask, at: Callable[[str], str], cloud: Cloud
) -> None:
    capture, processed = at("Capture"), at("Processed")
    requests = [
        Request("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/prod-flight-delays"),
        Request("sagemaker:UpdateEndpointWeightsAndCapacities", ENDPOINT),
        Request("sagemaker:UpdateEndpoint", ENDPOINT),
        Request("sagemaker:DeleteEndpoint", ENDPOINT),
        Request("sagemaker:UpdateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        Request("sqs:ReceiveMessage", at("Exposures")),
        Request("sqs:DeleteMessage", at("Exposures")),
        Request("sqs:SendMessage", at("BatchLooks")),
        Request("s3:GetObject", f"{capture}/{EXPOSURE}"),
        Request("s3:PutObject", f"{capture}/{EXPOSURE}"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("dynamodb:PutItem", at("Releases")),
        Request("kms:Decrypt", at("KeysData")),
        Request("kms:Decrypt", at("KeysModels")),
        Request("iam:PassRole", cloud.role(SERVING, "ModelRole"), BY_LAMBDA),
    ]
    assert {text: said for text, said in ask("AssignmentRole", requests).items() if said == "Allowed"} == {}


def test_the_collector_takes_messages_and_writes_two_folders(ask: Ask, at: Callable[[str], str]) -> None:
    capture, queue = at("Capture"), at("Exposures")
    requests = [
        *(Request(f"sqs:{action}", queue) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
        *(Request("s3:PutObject", f"{capture}/{key}") for key in (EXPOSURE, OUTCOME)),
        Request("kms:GenerateDataKey", at("KeysData")),
        Request("kms:Decrypt", at("KeysControl")),
    ]
    assert {text: said for text, said in ask("CollectorRole", requests).items() if said != "Allowed"} == {}


def test_the_collector_reads_nothing_and_touches_no_capture(ask: Ask, at: Callable[[str], str]) -> None:
    capture, processed = at("Capture"), at("Processed")
    requests = [
        Request("s3:PutObject", f"{capture}/flight_delays/dev-flight-delays/champion/2026/11/26/04/a.jsonl"),
        *(Request("s3:GetObject", f"{capture}/{key}") for key in (EXPOSURE, OUTCOME)),
        *(Request("s3:DeleteObject", f"{capture}/{key}") for key in (EXPOSURE, OUTCOME)),
        Request("s3:ListBucket", capture, {"s3:prefix": "flight_delays/exposures/"}),
        Request("s3:PutObject", f"{processed}/flight_delays/exposures/a.jsonl"),
        Request("kms:Decrypt", at("KeysData")),
        Request("kms:GenerateDataKey", at("KeysModels")),
        Request("sqs:SendMessage", at("Exposures")),
        Request("sqs:ReceiveMessage", at("FailedExposures")),
        Request("sagemaker:InvokeEndpoint", ENDPOINT),
        Request("dynamodb:PutItem", at("Releases")),
    ]
    assert {text: said for text, said in ask("CollectorRole", requests).items() if said == "Allowed"} == {}
