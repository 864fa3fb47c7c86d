"""What the batch transform function, the jobs of a batch and the model that is asked may do, and what none may."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.security.simulate import ACCOUNT, REGION, Cloud, Request

SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker"
IMAGE = f"arn:aws:ecr:{REGION}:354813040037:repository/sagemaker-xgboost"
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
PIPELINE = f"{SAGEMAKER}:pipeline/dev-flight-delays-batch"
BATCH, SERVING, CONTROL = "dev-flight-delays-batch", "dev-flight-delays-serving", "dev-control"
ROLES = {"function": (CONTROL, "BatchRole"), "jobs": (BATCH, "Role"), "model": (SERVING, "ModelRole")}
BY_SAGEMAKER = {"iam:PassedToService": "sagemaker.amazonaws.com"}
RUN = "flight_delays/batch/20261126T043000Z-000001-0a1b2c3d"

Ask = Callable[[str, list[Request]], dict[str, str]]


@pytest.fixture(scope="module")
def cloud(templates: dict[str, dict[str, Any]]) -> Cloud:
    return Cloud(templates)


@pytest.fixture(scope="module")
def at(cloud: Cloud) -> Callable[[str], str]:
    """Return a function from a name to the ARN of a bucket, key, table or queue."""
    return cloud.arn


@pytest.fixture(scope="module")
def ask(cloud: Cloud) -> Ask:
    def answers(who: str, requests: list[Request]) -> dict[str, str]:
        stack, prefix = ROLES[who]
        return cloud.verdicts(stack, prefix, requests)

    return answers


def private(cloud: Cloud) -> dict[str, Any]:
    """What CreateProcessingJob's request carries."""
    model = next(r for r in cloud.templates[SERVING]["Resources"].values() if r["Type"] == "AWS::SageMaker::Model")
    network = cloud.value(SERVING, model["Properties"]["VpcConfig"])
    return {
        "sagemaker:VpcSubnets": network["Subnets"],
        "sagemaker:VpcSecurityGroupIds": network["SecurityGroupIds"],
        "sagemaker:NetworkIsolation": "true",
        "sagemaker:InterContainerTrafficEncryption": "true",
        "sagemaker:VolumeKmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data",
        "sagemaker:OutputKmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data",
    }


def test_the_function_may_do_what_a_run_takes(ask: Ask, at: Callable[[str], str]) -> None:
    raw, processed, data_key, control_key = at("Raw"), at("Processed"), at("KeysData"), at("KeysControl")
    requests = [
        Request("s3:ListBucketVersions", raw, {"s3:prefix": "to-score/flight_delays/"}),
        *(
            Request("s3:ListBucketVersions", processed, {"s3:prefix": f"{RUN}/{below}"})
            for below in ("results/", "manifest.json")
        ),
        *(Request(f"s3:{verb}Object", f"{processed}/{RUN}/manifest.json") for verb in ("Get", "Put", "Delete")),
        *(Request(f"kms:{action}", data_key) for action in ("Decrypt", "GenerateDataKey")),
        Request("sagemaker:StartPipelineExecution", PIPELINE),
        Request("sagemaker:DescribePipelineExecution", f"{PIPELINE}/execution/abc"),
        Request("sagemaker:ListPipelineExecutionSteps", f"{PIPELINE}/execution/abc"),
        Request("sagemaker:DescribeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:DescribeEndpointConfig", f"{SAGEMAKER}:endpoint-config/dev-flight-delays-1a2b3c-3"),
        Request("sagemaker:DescribeModel", f"{SAGEMAKER}:model/dev-flight-delays-1a2b3c-3"),
        Request("sagemaker:DescribeModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        *(
            Request(f"dynamodb:{action}", at("BatchRuns"))
            for action in ("Query", "PutItem", "UpdateItem", "BatchWriteItem")
        ),
        *(
            Request(f"sqs:{action}", at("BatchLooks"))
            for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
        ),
        Request("kms:Decrypt", control_key),
    ]
    assert {text: said for text, said in ask("function", requests).items() if said != "Allowed"} == {}


def test_the_function_reads_no_records_and_acts_on_nothing_else(ask: Ask, at: Callable[[str], str]) -> None:
    raw, processed, models = at("Raw"), at("Processed"), at("Models")
    requests = [
        Request("s3:GetObject", f"{raw}/to-score/flight_delays/a.csv"),
        Request("s3:PutObject", f"{raw}/to-score/flight_delays/a.csv"),
        Request("s3:DeleteObject", f"{raw}/to-score/flight_delays/a.csv"),
        Request("s3:ListBucketVersions", raw, {"s3:prefix": "flight_delays/"}),
        Request("s3:ListBucketVersions", raw),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:DeleteObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:ListBucketVersions", processed, {"s3:prefix": "flight_delays/"}),
        Request("s3:GetObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/dev-flight-delays"),
        Request("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/prod-flight-delays-batch"),
        Request("sagemaker:StopPipelineExecution", f"{PIPELINE}/execution/abc"),
        Request("sagemaker:UpdatePipeline", PIPELINE),
        Request("sagemaker:CreateTransformJob", f"{SAGEMAKER}:transform-job/pipelines-abc-Transform-xyz"),
        Request("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("sagemaker:UpdateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        Request("dynamodb:PutItem", at("Releases")),
        Request("dynamodb:DeleteItem", at("BatchRuns")),
        Request("sqs:ReceiveMessage", at("FailedLooks")),
        Request("kms:Decrypt", at("KeysModels")),
        Request("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/ml-loop/dev/flight-delays/batch/x", BY_SAGEMAKER),
    ]
    assert {text: said for text, said in ask("function", requests).items() if said == "Allowed"} == {}


def test_jobs_may_read_files_and_package_and_leave_results(ask: Ask, at: Callable[[str], str], cloud: Cloud) -> None:
    raw, processed, models, data_key = at("Raw"), at("Processed"), at("Models"), at("KeysData")
    keys = {name: value for name, value in private(cloud).items() if "Kms" in name}
    transform = f"{SAGEMAKER}:transform-job/pipelines-abc-Transform-xyz"
    stream = f"{LOGS}/ProcessingJobs:log-stream:pipelines-abc-Split-xyz/algo-1"
    requests = [
        Request("sagemaker:CreateProcessingJob", f"{SAGEMAKER}:processing-job/pipelines-abc-Split-xyz", private(cloud)),
        Request("sagemaker:CreateTransformJob", transform, keys),
        *(
            Request(f"sagemaker:{action}", transform)
            for action in ("AddTags", "DescribeTransformJob", "StopTransformJob")
        ),
        Request("s3:ListBucket", raw, {"s3:prefix": "to-score/flight_delays/a.csv"}),
        Request("s3:GetObject", f"{raw}/to-score/flight_delays/day=1/a.csv"),
        Request("s3:GetObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("s3:GetObject", f"{processed}/{RUN}/request/files.manifest"),
        Request("s3:PutObject", f"{processed}/{RUN}/results/a.csv.jsonl"),
        *(Request(f"kms:{action}", data_key) for action in ("GenerateDataKey", "Decrypt", "CreateGrant")),
        Request("kms:Decrypt", at("KeysModels")),
        Request("iam:PassRole", cloud.role(BATCH, "Role"), BY_SAGEMAKER),
        *(Request(f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents")),
        Request("ecr:BatchGetImage", IMAGE),
        Request("ec2:CreateNetworkInterface", f"{EC2}:network-interface/eni-0123"),
    ]
    assert {text: said for text, said in ask("jobs", requests).items() if said != "Allowed"} == {}


def test_jobs_see_no_training_data_and_change_no_model(ask: Ask, at: Callable[[str], str], cloud: Cloud) -> None:
    raw, processed, models = at("Raw"), at("Processed"), at("Models")
    open_job = {**private(cloud), "sagemaker:NetworkIsolation": "false"}
    keys = {name: value for name, value in private(cloud).items() if "Kms" in name}
    requests = [
        Request("s3:GetObject", f"{raw}/flight_delays/flights.parquet"),
        Request("s3:GetObject", f"{raw}/to-score/handwritten_digits/a.csv"),
        Request("s3:PutObject", f"{raw}/to-score/flight_delays/a.csv"),
        Request("s3:GetObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:PutObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:DeleteObject", f"{processed}/{RUN}/results/a.csv.jsonl"),
        Request("s3:PutObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("kms:GenerateDataKey", at("KeysModels")),
        Request("sagemaker:CreateProcessingJob", f"{SAGEMAKER}:processing-job/pipelines-abc-Split-xyz", open_job),
        Request("sagemaker:CreateTransformJob", f"{SAGEMAKER}:transform-job/pipelines-abc-Transform-xyz"),
        Request("sagemaker:CreateTransformJob", f"{SAGEMAKER}:transform-job/mine", keys),
        Request("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/pipelines-abc-Train-xyz", private(cloud)),
        Request("sagemaker:CreateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/4"),
        Request("sagemaker:StartPipelineExecution", PIPELINE),
        Request("iam:PassRole", cloud.role(SERVING, "ModelRole"), BY_SAGEMAKER),
    ]
    assert {text: said for text, said in ask("jobs", requests).items() if said == "Allowed"} == {}


def test_the_model_may_be_asked_by_batch_transform_about_records_of_runs_alone(
    ask: Ask, at: Callable[[str], str]
) -> None:
    processed = at("Processed")
    stream = f"{LOGS}/TransformJobs:log-stream:pipelines-abc-Transform-xyz/i-0123"
    requests = [
        Request("s3:ListBucket", processed, {"s3:prefix": f"{RUN.partition('/')[0]}/batch/x/records"}),
        Request("s3:GetObject", f"{processed}/{RUN}/records/part-00000.jsonl"),
        Request("s3:PutObject", f"{processed}/{RUN}/transformed/part-00000.jsonl.out"),
        Request("logs:CreateLogGroup", f"{LOGS}/TransformJobs:log-stream:"),
        *(Request(f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents")),
    ]
    assert {text: said for text, said in ask("model", requests).items() if said != "Allowed"} == {}
    forbidden = [
        Request("s3:GetObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:PutObject", f"{processed}/flight_delays/abc/train/train.csv"),
        Request("s3:GetObject", f"{processed}/handwritten_digits/batch/x/records/part-00000.jsonl"),
        Request("s3:DeleteObject", f"{processed}/{RUN}/records/part-00000.jsonl"),
        Request("s3:GetObject", f"{at('Raw')}/to-score/flight_delays/a.csv"),
        Request("sagemaker:CreateTransformJob", f"{SAGEMAKER}:transform-job/pipelines-abc-Transform-xyz"),
    ]
    assert {text: said for text, said in ask("model", forbidden).items() if said == "Allowed"} == {}
