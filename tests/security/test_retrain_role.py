"""What the retrain function may do: train, propose, have labelled; nothing that deploys, no other pipeline, no data.

And what the jobs may do that choose what is labelled.
"""

from collections.abc import Callable
from typing import Any

import pytest

from config.use_case.retrain import Retrain, Sample
from stacks import platform_stage
from tests import labelling
from tests.security.simulate import ACCOUNT, REGION, Cloud, Request

SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
PIPELINE = f"{SAGEMAKER}:pipeline/dev-flight-delays"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm"
LOOP, SAMPLE = "dev-flight-delays-loop", "flight_delays/samples/turn-1-20260101"


@pytest.fixture(scope="module")
def cloud(synthesise: Callable[..., Any]) -> Cloud:
    case = labelling.use_case().model_copy(update={"retrain": Retrain(sample=Sample())})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform_stage, "load_use_case", lambda _: case)
        return Cloud(synthesise(labelling.environment()))


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
        Request("cloudwatch:DescribeAlarms", f"{ALARM}:*"),
        Request("dynamodb:Query", cloud.arn("Experiments")),
        *(Request(f"dynamodb:{action}", turns) for action in ("PutItem", "Query", "UpdateItem")),
        *(Request(f"sqs:{action}", looks) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
    ]
    assert ask(requests) == {"Allowed"}


def test_it_may_have_requests_labelled(cloud: Cloud, ask: Callable[[list[Request]], set[str]]) -> None:
    capture, processed, labelled = (cloud.arn(name) for name in ("Capture", "Processed", "Labelled"))
    captured = {"s3:prefix": "flight_delays/dev-flight-delays/champion/"}
    requests = [
        *(Request("sagemaker:StartPipelineExecution", f"{PIPELINE}-{name}") for name in ("sample", "deliver")),
        *(
            Request("sagemaker:DescribePipelineExecution", f"{PIPELINE}-{name}/execution/abc")
            for name in ("sample", "deliver")
        ),
        Request("s3:ListBucket", capture, captured),
        *(Request("s3:PutObject", f"{processed}/{SAMPLE}/{name}") for name in ("request.json", "captures.manifest")),
        Request("s3:ListBucket", labelled, {"s3:prefix": "flight_delays/chosen/turn-1-20260101.json"}),
        Request("s3:GetObject", f"{labelled}/flight_delays/chosen/turn-1-20260101.json"),
        *(Request(f"kms:{action}", cloud.arn("KeysData")) for action in ("Decrypt", "GenerateDataKey")),
    ]
    assert ask(requests) == {"Allowed"}
    more = [
        Request("s3:GetObject", f"{capture}/flight_delays/dev-flight-delays/champion/2026/01/01/00/a.jsonl"),
        Request("s3:GetObject", f"{processed}/{SAMPLE}/sampled.jsonl"),
        Request("s3:PutObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:PutObject", f"{labelled}/flight_delays/chosen/turn-1-20260101.jsonl"),
        Request("s3:GetObject", f"{labelled}/flight_delays/labelled/run.manifest"),
        Request("s3:PutObject", f"{capture}/flight_delays/ground-truth/2026/01/01/00/turn.jsonl"),
    ]
    assert "Allowed" not in ask(more)


def test_jobs_that_choose_and_deliver_stay_in_their_folders(cloud: Cloud) -> None:
    capture, processed, labelled = (cloud.arn(name) for name in ("Capture", "Processed", "Labelled"))
    request, captured = f"{SAMPLE}/request.json", "flight_delays/dev-flight-delays/champion/2026/01/01/00/a.jsonl"
    needed = [
        Request("s3:GetObject", f"{processed}/{request}"),
        Request("s3:ListBucket", processed, {"s3:prefix": "flight_delays/samples"}),
        Request("s3:ListBucket", processed, {"s3:prefix": "flight_delays/abc/baseline"}),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/baseline/statistics.json"),
        Request("s3:GetObject", f"{capture}/{captured}"),
        Request("s3:PutObject", f"{processed}/{SAMPLE}/sampled.jsonl"),
        Request("s3:PutObject", f"{labelled}/flight_delays/chosen/turn-1-20260101.jsonl"),
        Request("s3:GetObject", f"{labelled}/flight_delays/labelled/run.manifest"),
        Request("s3:PutObject", f"{capture}/flight_delays/ground-truth/2026/01/01/00/turn.jsonl"),
        *(Request(f"kms:{action}", cloud.arn("KeysData")) for action in ("Decrypt", "GenerateDataKey")),
    ]
    said = cloud.verdicts(LOOP, "SampleRole", needed)
    assert {text: verdict for text, verdict in said.items() if verdict != "Allowed"} == {}
    more = [
        Request("s3:PutObject", f"{labelled}/flight_delays/labelled/run.manifest"),
        Request("s3:PutObject", f"{labelled}/handwritten_digits/chosen/turn-1.jsonl"),
        Request("s3:PutObject", f"{capture}/{captured}"),
        Request("s3:PutObject", f"{capture}/handwritten_digits/ground-truth/2026/01/01/00/turn.jsonl"),
        Request("s3:GetObject", f"{capture}/handwritten_digits/dev-handwritten-digits/champion/2026/01/01/00/a.jsonl"),
        Request("s3:PutObject", f"{processed}/flight_delays/experiments/a/sums.json"),
        Request("s3:PutObject", f"{cloud.arn('Raw')}/flight_delays/flights.parquet"),
        Request("s3:DeleteObject", f"{processed}/{request}"),
    ]
    assert "Allowed" not in cloud.verdicts(LOOP, "SampleRole", more).values()


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
        ("dynamodb:PutItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/dev-control-Experiments-1A2B"),
        ("cloudwatch:SetAlarmState", f"{ALARM}:dev-flight-delays-monitoring-MonitorDrift-1A2B"),
    ],
)
def test_it_may_do_nothing_else(action: str, resource: str, ask: Callable[[list[Request]], set[str]]) -> None:
    assert "Allowed" not in ask([Request(action, resource)])
