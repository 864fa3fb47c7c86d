"""What the experiment function may do, and what not."""

from collections.abc import Callable

import pytest

from tests.security.simulate import Cloud, Request
from tests.security.test_batch_roles import BY_SAGEMAKER, CONTROL, SAGEMAKER, Ask, at, cloud

__all__ = ["at", "cloud"]
OUTCOMES = f"{SAGEMAKER}:pipeline/dev-flight-delays-outcomes"
PACKAGE = f"{SAGEMAKER}:model-package/dev-flight-delays/3"
MODEL = "flight_delays/abcdefghijkl/evaluation"
LOOK = "flight_delays/experiments/20260101T000000Z-0001/20260101T010000Z"


@pytest.fixture(scope="module")
def ask(cloud: Cloud) -> Ask:
    def answers(who: str, requests: list[Request]) -> dict[str, str]:
        return cloud.verdicts(CONTROL, who, requests)

    return answers


def test_the_function_may_do_what_an_experiment_takes(ask: Ask, at: Callable[[str], str]) -> None:
    processed, data_key, control_key = at("Processed"), at("KeysData"), at("KeysControl")
    requests = [
        Request("sagemaker:DescribeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:UpdateEndpointWeightsAndCapacities", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:DescribeEndpointConfig", f"{SAGEMAKER}:endpoint-config/dev-flight-delays-1a2b3c-3"),
        Request("sagemaker:DescribeModel", f"{SAGEMAKER}:model/dev-flight-delays-1a2b3c-3"),
        *(Request(f"sagemaker:{verb}ModelPackage", PACKAGE) for verb in ("Describe", "Update")),
        Request("cloudwatch:GetMetricData", "*"),
        Request("sagemaker:StartPipelineExecution", OUTCOMES),
        Request("sagemaker:DescribePipelineExecution", f"{OUTCOMES}/execution/abc"),
        Request("sagemaker:ListPipelineExecutionSteps", f"{OUTCOMES}/execution/abc"),
        Request("s3:ListBucket", processed, {"s3:prefix": f"{LOOK}/sums.json"}),
        Request("s3:PutObject", f"{processed}/{LOOK}/request.json"),
        Request("s3:GetObject", f"{processed}/{LOOK}/sums.json"),
        *(Request("s3:GetObject", f"{processed}/{MODEL}/{name}") for name in ("evaluation.json", "predictions.csv")),
        Request("s3:ListBucket", processed, {"s3:prefix": f"{MODEL}/evaluation.json"}),
        Request("kms:Decrypt", at("KeysModels"), {"kms:ViaService": "s3.ap-northeast-1.amazonaws.com"}),
        *(Request(f"kms:{action}", data_key) for action in ("Decrypt", "GenerateDataKey")),
        *(Request(f"dynamodb:{action}", at("Experiments")) for action in ("Query", "PutItem")),
        *(
            Request(f"sqs:{action}", at("ExperimentLooks"))
            for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
        ),
        Request("kms:Decrypt", control_key),
    ]
    assert {text: said for text, said in ask("ExperimentRole", requests).items() if said != "Allowed"} == {}


def test_the_function_deploys_nothing_and_sees_no_request_and_no_outcome(ask: Ask, at: Callable[[str], str]) -> None:
    processed, capture, models = at("Processed"), at("Capture"), at("Models")
    requests = [
        Request("sagemaker:UpdateEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:DeleteEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:UpdateEndpointWeightsAndCapacities", f"{SAGEMAKER}:endpoint/prod-flight-delays"),
        Request("sagemaker:UpdateModelPackage", f"{SAGEMAKER}:model-package/prod-flight-delays/3"),
        Request("sagemaker:DeleteModelPackage", PACKAGE),
        Request("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/dev-flight-delays"),
        Request("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/dev-flight-delays-batch"),
        Request("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/prod-flight-delays-outcomes"),
        Request("sagemaker:StopPipelineExecution", f"{OUTCOMES}/execution/abc"),
        Request("sagemaker:UpdatePipeline", OUTCOMES),
        Request("cloudformation:UpdateStack", "arn:aws:cloudformation:ap-northeast-1:111122223333:stack/dev-x/1"),
        Request("lambda:InvokeFunction", "arn:aws:lambda:ap-northeast-1:111122223333:function:dev-control-Release"),
        Request("cloudwatch:PutMetricData", "*"),
        Request("s3:GetObject", f"{capture}/flight_delays/dev-flight-delays/challenger/2026/11/26/04/a.jsonl"),
        Request("s3:GetObject", f"{capture}/flight_delays/ground-truth/2026/11/26/04/a.jsonl"),
        Request("s3:PutObject", f"{processed}/{LOOK}/sums.json"),
        Request("s3:DeleteObject", f"{processed}/{LOOK}/request.json"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:ListBucket", processed, {"s3:prefix": "flight_delays/"}),
        Request("s3:ListBucket", processed),
        Request("s3:GetObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("kms:Decrypt", at("KeysModels")),
        Request("dynamodb:DeleteItem", at("Experiments")),
        Request("dynamodb:PutItem", at("Releases")),
        Request("sqs:ReceiveMessage", at("FailedExperimentLooks")),
        Request("iam:PassRole", "arn:aws:iam::111122223333:role/ml-loop/dev/flight-delays/outcomes/x", BY_SAGEMAKER),
    ]
    assert {text: said for text, said in ask("ExperimentRole", requests).items() if said == "Allowed"} == {}
