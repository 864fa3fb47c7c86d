"""What the retrain function may do: train, and propose; nothing that deploys, no other pipeline, no data."""

from collections.abc import Callable
from typing import Any

import pytest

from config import load_environment, load_use_case
from config.use_case.retrain import Retrain
from stacks import platform_stage
from tests.security.simulate import ACCOUNT, REGION, Cloud, Request

SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
PIPELINE = f"{SAGEMAKER}:pipeline/dev-flight-delays"


@pytest.fixture(scope="module")
def cloud(synthesise: Callable[..., Any]) -> Cloud:
    case = load_use_case("flight_delays").model_copy(update={"retrain": Retrain()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform_stage, "load_use_case", lambda _: case)
        return Cloud(synthesise(load_environment("dev")))


@pytest.fixture(scope="module")
def ask(cloud: Cloud) -> Callable[[list[Request]], set[str]]:
    return lambda requests: set(cloud.verdicts("dev-control", "RetrainRole", requests).values())


def test_it_may_do_what_a_turn_takes(cloud: Cloud, ask: Callable[[list[Request]], set[str]]) -> None:
    turns, looks = cloud.arn("Turns"), cloud.arn("RetrainLooks")
    requests = [
        Request("sagemaker:StartPipelineExecution", PIPELINE),
        Request("sagemaker:ListPipelineExecutions", PIPELINE),
        Request("sagemaker:DescribePipelineExecution", f"{PIPELINE}/execution/abc"),
        Request("sagemaker:ListPipelineExecutionSteps", f"{PIPELINE}/execution/abc"),
        Request("sagemaker:DescribeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:DescribeEndpointConfig", f"{SAGEMAKER}:endpoint-config/dev-flight-delays-1"),
        Request("sagemaker:DescribeModel", f"{SAGEMAKER}:model/dev-flight-delays-1"),
        Request("sagemaker:DescribeModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        Request("sagemaker:UpdateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        *(Request(f"dynamodb:{action}", turns) for action in ("PutItem", "Query", "UpdateItem")),
        *(Request(f"sqs:{action}", looks) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
    ]
    assert ask(requests) == {"Allowed"}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("sagemaker:StartPipelineExecution", f"{PIPELINE}-batch"),
        ("sagemaker:StartPipelineExecution", f"{PIPELINE}-outcomes"),
        ("sagemaker:StartPipelineExecution", f"{PIPELINE}-monitoring"),
        ("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/prod-flight-delays"),
        ("sagemaker:UpdatePipeline", PIPELINE),
        ("sagemaker:StopPipelineExecution", f"{PIPELINE}/execution/abc"),
        ("sagemaker:UpdateEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        ("sagemaker:UpdateEndpointWeightsAndCapacities", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        ("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        ("sagemaker:CreateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        ("sagemaker:DeleteModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        ("sagemaker:UpdateModelPackage", f"{SAGEMAKER}:model-package/prod-flight-delays/3"),
        ("cloudformation:UpdateStack", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/dev-flight-delays-serving/a"),
        ("s3:GetObject", "arn:aws:s3:::dev-data-raw/flight_delays/flights.parquet"),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/ml-loop/dev/flight-delays/jobs/jobs"),
        ("dynamodb:DeleteItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/any"),
    ],
)
def test_it_may_do_nothing_else(action: str, resource: str, ask: Callable[[list[Request]], set[str]]) -> None:
    assert "Allowed" not in ask([Request(action, resource)])
