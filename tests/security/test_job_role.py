"""What a training pipeline's role may do: what its own definition asks for, within its use case, and no less safely."""

import json
from typing import Any

import pytest

from tests.security.simulate import ACCOUNT, REGION, Cloud, Request

STACK = "dev-flight-delays-training"
SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
RAW, PROCESSED, MODELS, CAPTURE = "Raw", "Processed", "Models", "Capture"


class Plain(Cloud):
    """A cloud whose templates' Fn::Sub is evaluated too; asset buckets are spelled so."""

    def value(self, stack: str, value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"Fn::Sub"}:
            return str(value["Fn::Sub"]).replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)
        return super().value(stack, value)


@pytest.fixture(scope="module")
def cloud(templates: dict[str, dict[str, Any]]) -> Plain:
    return Plain(templates)


@pytest.fixture(scope="module")
def definition(cloud: Plain) -> dict[str, Any]:
    """The pipeline as CloudFormation would hand it to SageMaker."""
    [pipeline] = resources(cloud, STACK, "AWS::SageMaker::Pipeline").values()
    text = cloud.value(STACK, pipeline["Properties"]["PipelineDefinition"]["PipelineDefinitionBody"])
    return dict(json.loads(text))


def resources(cloud: Cloud, stack: str, kind: str) -> dict[str, Any]:
    found = cloud.templates[stack]["Resources"].items()
    return {name: resource for name, resource in found if resource["Type"] == kind}


def bucket(cloud: Cloud, purpose: str) -> str:
    [name] = [name for name in resources(cloud, "dev-data", "AWS::S3::Bucket") if name.startswith(purpose)]
    return str(cloud.value("dev-data", {"Fn::GetAtt": [name, "Arn"]}))


def key(cloud: Cloud, purpose: str) -> str:
    [name] = [name for name in resources(cloud, "dev-security", "AWS::KMS::Key") if name.startswith(f"Keys{purpose}")]
    return str(cloud.value("dev-security", {"Fn::GetAtt": [name, "Arn"]}))


def answers(cloud: Cloud, requests: list[Request]) -> dict[str, str]:
    return cloud.verdicts(STACK, "JobRole", requests)


def creation(step: dict[str, Any], **changes: Any) -> Request:
    """The request that a job's step makes, with the condition keys that SageMaker takes from its arguments."""
    arguments, kind = step["Arguments"], step["Type"]
    network = arguments.get("NetworkConfig", arguments)
    machine = arguments.get("ResourceConfig") or arguments["ProcessingResources"]["ClusterConfig"]
    output = arguments.get("OutputDataConfig") or arguments["ProcessingOutputConfig"]
    context = {
        "sagemaker:VpcSubnets": network["VpcConfig"]["Subnets"],
        "sagemaker:VpcSecurityGroupIds": network["VpcConfig"]["SecurityGroupIds"],
        "sagemaker:NetworkIsolation": str(network["EnableNetworkIsolation"]).lower(),
        "sagemaker:InterContainerTrafficEncryption": str(network["EnableInterContainerTrafficEncryption"]).lower(),
        "sagemaker:VolumeKmsKeyArn": machine["VolumeKmsKeyId"],
        "sagemaker:OutputKmsKeyArn": output["KmsKeyId"],
    } | {f"sagemaker:{name}": value for name, value in changes.items()}
    job = f"{SAGEMAKER}:{kind.lower()}-job/pipelines-abc123-{step['Name']}-xyz"
    return Request(
        f"sagemaker:Create{kind}Job", job, {name: value for name, value in context.items() if value is not None}
    )


def test_every_job_of_the_pipeline_passes_the_guardrails(cloud: Plain, definition: dict[str, Any]) -> None:
    requests = [creation(step) for step in definition["Steps"][:3]]
    assert set(answers(cloud, requests).values()) == {"Allowed"}
    assert len(requests) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"NetworkIsolation": "false"},
        {"InterContainerTrafficEncryption": "false"},
        {"VolumeKmsKeyArn": None},
        {"OutputKmsKeyArn": None},
        {"VpcSubnets": None},
        {"VpcSubnets": ["subnet-elsewhere"]},
        {"VpcSecurityGroupIds": ["sg-elsewhere"]},
    ],
    ids=str,
)
def test_the_same_job_without_one_safeguard_is_denied(
    change: dict[str, Any], cloud: Plain, definition: dict[str, Any]
) -> None:
    requests = [creation(step, **change) for step in definition["Steps"][:3]]
    assert set(answers(cloud, requests).values()) == {"ExplicitlyDenied"}


def test_it_may_do_what_its_jobs_need(cloud: Plain, definition: dict[str, Any]) -> None:
    code = definition["Steps"][0]["Arguments"]["ProcessingInputs"][1]["S3Input"]["S3Uri"].removeprefix("s3://")
    code_bucket, code_key = code.split("/", 1)
    role = cloud.role(STACK, "JobRole")
    requests = [
        Request("s3:ListBucket", bucket(cloud, RAW), {"s3:prefix": "flight_delays/"}),
        Request("s3:GetObject", f"{bucket(cloud, RAW)}/flight_delays/flights.parquet"),
        Request("s3:PutObject", f"{bucket(cloud, PROCESSED)}/flight_delays/abc/train/train.csv"),
        Request("s3:PutObject", f"{bucket(cloud, MODELS)}/flight_delays/training/job/output/model.tar.gz"),
        Request("s3:GetObject", f"arn:aws:s3:::{code_bucket}/{code_key}"),
        Request("s3:ListBucket", f"arn:aws:s3:::{code_bucket}", {"s3:prefix": code_key}),
        *(
            Request(f"kms:{action}", key(cloud, purpose))
            for purpose in ("Data", "Models")
            for action in ("Decrypt", "GenerateDataKey", "DescribeKey")
        ),
        # SageMaker makes the grant under the role itself: no kms:ViaService, no kms:GrantIsForAWSResource.
        Request("kms:CreateGrant", key(cloud, "Data")),
        Request("iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"}),
        Request("sagemaker:DescribeTrainingJob", f"{SAGEMAKER}:training-job/pipelines-abc-train-x"),
        Request("sagemaker:StopProcessingJob", f"{SAGEMAKER}:processing-job/pipelines-abc-prepare-x"),
        Request("sagemaker:CreateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/1"),
        Request("sagemaker:DescribeModelPackageGroup", f"{SAGEMAKER}:model-package-group/dev-flight-delays"),
        # On this, and not on the group alone, CloudWatch Logs checks what has no stream of its own.
        Request("logs:CreateLogGroup", f"{LOGS}:/aws/sagemaker/ProcessingJobs:log-stream:"),
        Request("logs:DescribeLogStreams", f"{LOGS}:/aws/sagemaker/TrainingJobs:log-stream:"),
        Request("logs:CreateLogStream", f"{LOGS}:/aws/sagemaker/TrainingJobs:log-stream:pipelines-abc-train-x/algo-1"),
        Request("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "/aws/sagemaker/TrainingJobs"}),
        Request("ecr:BatchGetImage", f"arn:aws:ecr:{REGION}:354813040037:repository/sagemaker-xgboost"),
        Request("ec2:CreateNetworkInterface", f"{EC2}:network-interface/eni-0123"),
        Request("ec2:DescribeSubnets", "*"),
    ]
    found = answers(cloud, requests)
    assert {text: result for text, result in found.items() if result != "Allowed"} == {}


def test_it_may_not_leave_its_use_case_or_approve_its_own_models(cloud: Plain) -> None:
    role = cloud.role(STACK, "JobRole")
    requests = [
        Request("s3:GetObject", f"{bucket(cloud, RAW)}/handwritten_digits/images.parquet"),
        Request("s3:GetObject", f"{bucket(cloud, RAW)}/flight_delays_2/flights.parquet"),
        Request("s3:ListBucket", bucket(cloud, RAW), {"s3:prefix": ""}),
        Request("s3:ListBucket", bucket(cloud, RAW)),
        Request("s3:PutObject", f"{bucket(cloud, RAW)}/flight_delays/flights.parquet"),
        Request("s3:DeleteObject", f"{bucket(cloud, MODELS)}/flight_delays/training/job/output/model.tar.gz"),
        Request("s3:GetObject", f"{bucket(cloud, CAPTURE)}/flight_delays/x.jsonl"),
        Request("s3:GetObject", f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-{REGION}/another.zip"),
        Request("kms:Decrypt", key(cloud, "Control")),
        Request("kms:CreateGrant", key(cloud, "Models")),
        Request("kms:ScheduleKeyDeletion", key(cloud, "Data")),
        Request("iam:PassRole", role, {"iam:PassedToService": "lambda.amazonaws.com"}),
        Request(
            "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/dev-x", {"iam:PassedToService": "sagemaker.amazonaws.com"}
        ),
        Request("sagemaker:UpdateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/1"),
        Request("sagemaker:CreateModelPackage", f"{SAGEMAKER}:model-package/prod-flight-delays/1"),
        Request("sagemaker:StopTrainingJob", f"{SAGEMAKER}:training-job/somebody-elses"),
        Request("sagemaker:CreateEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("logs:PutLogEvents", f"{LOGS}:/aws/sagemaker/TrainingJobs:log-stream:somebody-elses"),
        Request("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AWS/Billing"}),
        Request("ecr:BatchGetImage", f"arn:aws:ecr:{REGION}:354813040037:repository/other"),
    ]
    found = answers(cloud, requests)
    assert {text: result for text, result in found.items() if result == "Allowed"} == {}
