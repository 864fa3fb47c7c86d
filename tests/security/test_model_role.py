"""What the role of a model may do: what SageMaker does under it while an endpoint comes up and serves, and no more."""

from typing import Any

import pytest

from tests.security.simulate import ACCOUNT, REGION, Cloud, Request

STACK = "dev-flight-delays-serving"
SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/Endpoints/dev-flight-delays"
IMAGE = f"arn:aws:ecr:{REGION}:354813040037:repository/sagemaker-xgboost"
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"


@pytest.fixture(scope="module")
def cloud(templates: dict[str, dict[str, Any]]) -> Cloud:
    return Cloud(templates)


def arn(cloud: Cloud, stack: str, kind: str, beginning: str) -> str:
    resources = cloud.templates[stack]["Resources"].items()
    [name] = [name for name, resource in resources if resource["Type"] == kind and name.startswith(beginning)]
    return str(cloud.value(stack, {"Fn::GetAtt": [name, "Arn"]}))


def answers(cloud: Cloud, requests: list[Request]) -> dict[str, str]:
    return cloud.verdicts(STACK, "ModelRole", requests)


def test_sagemaker_may_start_the_model_and_record_what_it_answers(cloud: Cloud) -> None:
    models, capture = (arn(cloud, "dev-data", "AWS::S3::Bucket", name) for name in ("Models", "Capture"))
    models_key, data_key = (arn(cloud, "dev-security", "AWS::KMS::Key", f"Keys{name}") for name in ("Models", "Data"))
    requests = [
        Request("sagemaker:AccessModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
        Request("s3:GetObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("s3:ListBucket", models, {"s3:prefix": "flight_delays/abc/package/model.tar.gz"}),
        Request("kms:Decrypt", models_key),
        Request("s3:PutObject", f"{capture}/flight_delays/dev-flight-delays/champion/2026/11/23/10/x.jsonl"),
        *(
            Request(f"kms:{action}", data_key)
            for action in ("GenerateDataKey", "Encrypt", "Decrypt", "DescribeKey", "CreateGrant")
        ),
        Request("logs:CreateLogGroup", f"{GROUP}:log-stream:"),
        Request("logs:DescribeLogStreams", f"{GROUP}:log-stream:"),
        Request("logs:CreateLogStream", f"{GROUP}:log-stream:champion/i-0123"),
        Request("logs:PutLogEvents", f"{GROUP}:log-stream:champion/i-0123"),
        Request("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}),
        Request("ecr:GetAuthorizationToken", "*"),
        *(Request(f"ecr:{action}", IMAGE) for action in ("BatchGetImage", "GetDownloadUrlForLayer")),
        Request("ec2:CreateNetworkInterface", f"{EC2}:network-interface/eni-0123"),
        Request("ec2:CreateNetworkInterfacePermission", f"{EC2}:network-interface/eni-0123"),
        Request("ec2:DescribeVpcs", "*"),
    ]
    found = answers(cloud, requests)
    assert {text: result for text, result in found.items() if result != "Allowed"} == {}


def test_a_model_reaches_no_other_data(cloud: Cloud) -> None:
    raw, models, capture = (arn(cloud, "dev-data", "AWS::S3::Bucket", name) for name in ("Raw", "Models", "Capture"))
    models_key = arn(cloud, "dev-security", "AWS::KMS::Key", "KeysModels")
    requests = [
        Request("s3:GetObject", f"{raw}/flight_delays/flights.parquet"),
        Request("s3:GetObject", f"{models}/handwritten_digits/abc/package/model.tar.gz"),
        Request("s3:GetObject", f"{capture}/flight_delays/dev-flight-delays/champion/x.jsonl"),
        Request("s3:PutObject", f"{models}/flight_delays/abc/package/model.tar.gz"),
        Request("kms:CreateGrant", models_key),
        Request("sagemaker:AccessModelPackage", f"{SAGEMAKER}:model-package/prod-flight-delays/3"),
        Request("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
        Request("logs:PutLogEvents", f"{GROUP}-more:log-stream:champion/i-0123"),
    ]
    found = answers(cloud, requests)
    assert {text: result for text, result in found.items() if result == "Allowed"} == {}
