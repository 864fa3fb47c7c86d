"""What the release function may do, and what it may not."""

from typing import Any

import pytest

from tests.security.release_arns import (
    ADMINISTRATOR,
    BY_CLOUDFORMATION,
    BY_SAGEMAKER,
    RELEASE_ROLE,
    ROLES,
    SAGEMAKER,
    SERVING,
    STACK,
)
from tests.security.simulate import ACCOUNT, REGION, Cloud, Request, verdicts


@pytest.fixture(scope="module")
def cloud(templates):
    return Cloud(templates)


def update(stack: str, role: str | None) -> Request:
    return Request("cloudformation:UpdateStack", stack, {"cloudformation:RoleArn": role} if role else {})


FUNCTION_MAY = [
    update(SERVING, RELEASE_ROLE),
    Request("iam:PassRole", RELEASE_ROLE, BY_CLOUDFORMATION),
    Request("cloudformation:DescribeStacks", SERVING),
    Request("cloudformation:DescribeStackEvents", SERVING),
    Request("cloudformation:ListStacks", "*"),
    Request("sagemaker:ListModelPackages", f"{SAGEMAKER}:model-package/dev-flight-delays/*"),
    Request("sagemaker:DescribeModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
    Request("sagemaker:DescribeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
    Request("sagemaker:DescribeEndpointConfig", f"{SAGEMAKER}:endpoint-config/dev-flight-delays-1a2b3c-3"),
    Request("sagemaker:DescribeModel", f"{SAGEMAKER}:model/dev-flight-delays-1a2b3c-3"),
    Request("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
]
FUNCTION_MAY_NOT = [
    # The serving stack, but under its own role, another role, or that of another environment
    update(SERVING, None),
    update(SERVING, ADMINISTRATOR),
    update(SERVING, f"{ROLES}/ml-loop/prod/prod-flight-delays-release"),
    update(SERVING, f"{ROLES}/dev-flight-delays-release"),
    update(SERVING, f"{ROLES}/ml-loop/dev/dev-flight-delays-training"),
    # Another stack
    update(f"{STACK}/dev-flight-delays-training/0a1b", RELEASE_ROLE),
    update(f"{STACK}/dev-control/0a1b", RELEASE_ROLE),
    update(f"{STACK}/dev-network/0a1b", RELEASE_ROLE),
    update(f"{STACK}/prod-flight-delays-serving/0a1b", RELEASE_ROLE),
    update(f"{STACK}/CDKToolkit/0a1b", RELEASE_ROLE),
    # Other ways to change a stack
    Request("cloudformation:DeleteStack", SERVING, {"cloudformation:RoleArn": RELEASE_ROLE}),
    Request("cloudformation:CreateStack", SERVING, {"cloudformation:RoleArn": RELEASE_ROLE}),
    Request("cloudformation:CreateChangeSet", SERVING, {"cloudformation:RoleArn": RELEASE_ROLE}),
    Request("cloudformation:ExecuteChangeSet", SERVING),
    Request("cloudformation:SetStackPolicy", SERVING),
    # Passing roles
    Request("iam:PassRole", ADMINISTRATOR, BY_CLOUDFORMATION),
    Request("iam:PassRole", RELEASE_ROLE, BY_SAGEMAKER),
    Request("iam:PassRole", RELEASE_ROLE),
    Request("iam:PassRole", f"{ROLES}/ml-loop/prod/prod-flight-delays-release", BY_CLOUDFORMATION),
    Request("sts:AssumeRole", RELEASE_ROLE),
    # Doing itself what CloudFormation does, approving, or looking at another environment
    Request("sagemaker:UpdateEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
    Request("sagemaker:DeleteEndpoint", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
    Request("sagemaker:UpdateModelPackage", f"{SAGEMAKER}:model-package/dev-flight-delays/3"),
    Request("sagemaker:DescribeEndpoint", f"{SAGEMAKER}:endpoint/prod-flight-delays"),
    # Other endpoints, and other ways to ask
    Request("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/prod-flight-delays"),
    Request("sagemaker:InvokeEndpointAsync", f"{SAGEMAKER}:endpoint/dev-flight-delays"),
    Request("dynamodb:DeleteItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/any"),
    Request("iam:CreateRole", f"{ROLES}/ml-loop/dev/dev-new-release"),
    Request("iam:PutRolePolicy", RELEASE_ROLE),
]


@pytest.fixture(scope="module")
def function(cloud):
    return verdicts(
        FUNCTION_MAY + FUNCTION_MAY_NOT,
        principal=cloud.role("dev-control", "ReleaseRole"),
        identity=cloud.identity_policies("dev-control", "ReleaseRole"),
        boundary=cloud.boundary("dev"),
    )


@pytest.mark.parametrize("request_", FUNCTION_MAY, ids=str)
def test_the_function_may(function, request_):
    assert function[str(request_)] == "Allowed"


def test_the_function_may_use_its_key_and_in_production_its_network(cloud, templates):
    control = templates["prod-control"]["Resources"].items()
    table = next(resource for _, resource in control if resource["Type"] == "AWS::DynamoDB::Table")
    key = cloud.value("prod-control", table["Properties"]["SSESpecification"]["KMSMasterKeyId"])
    interfaces = ("CreateNetworkInterface", "DeleteNetworkInterface", "AssignPrivateIpAddresses")
    requests = [
        *(Request(f"kms:{action}", key) for action in ("Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey")),
        *(Request(f"ec2:{name}", f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-1") for name in interfaces),
        Request("ec2:UnassignPrivateIpAddresses", f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-1"),
        Request("ec2:DescribeNetworkInterfaces", "*"),
    ]
    found = verdicts(
        requests,
        principal=cloud.role("prod-control", "ReleaseRole"),
        identity=cloud.identity_policies("prod-control", "ReleaseRole"),
        boundary=cloud.boundary("prod"),
        resource_policies=cloud.key_policies(),
    )
    assert {text: result for text, result in found.items() if result != "Allowed"} == {}


def test_interfaces_are_made_by_lambda_and_not_by_the_code_of_the_function(cloud):
    by_code = {"lambda:SourceFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:prod-control-Release-1"}
    names = (
        "CreateNetworkInterface",
        "DeleteNetworkInterface",
        "AssignPrivateIpAddresses",
        "UnassignPrivateIpAddresses",
    )
    interface = f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-1"
    found = verdicts(
        [Request(f"ec2:{name}", interface, by_code) for name in names],
        principal=cloud.role("prod-control", "ReleaseRole"),
        identity=cloud.identity_policies("prod-control", "ReleaseRole"),
        boundary=cloud.boundary("prod"),
    )
    assert set(found.values()) == {"ExplicitlyDenied"}


def test_the_function_reads_sample_records_and_nothing_else_of_the_buckets(cloud, templates):
    buckets = {name: _bucket(cloud, templates, f"{name}-data") for name in ("dev", "prod")}
    keys = {name: _models_key(cloud, templates, name) for name in ("dev", "prod")}
    by_s3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    sample = "flight_delays/0a1b2c3d/package/sample.tar.gz"
    may = [Request("s3:GetObject", f"{buckets['dev']}/{sample}"), Request("kms:Decrypt", keys["dev"], by_s3)]
    may_not = [
        Request("s3:GetObject", f"{buckets['dev']}/flight_delays/0a1b2c3d/package/model.tar.gz"),
        Request("s3:GetObject", f"{buckets['dev']}/flight_delays/training/job/output/sample.tar.gz"),
        Request("s3:GetObject", f"{buckets['prod']}/{sample}"),
        Request("s3:GetObject", f"arn:aws:s3:::elsewhere/{sample}"),
        Request("s3:PutObject", f"{buckets['dev']}/{sample}"),
        Request("s3:DeleteObject", f"{buckets['dev']}/{sample}"),
        Request("s3:ListBucket", buckets["dev"]),
        Request("kms:Decrypt", keys["dev"]),
        Request("kms:Encrypt", keys["dev"], by_s3),
        Request("kms:Decrypt", keys["prod"], by_s3),
    ]
    found = verdicts(
        may + may_not,
        principal=cloud.role("dev-control", "ReleaseRole"),
        identity=cloud.identity_policies("dev-control", "ReleaseRole"),
        boundary=cloud.boundary("dev"),
        resource_policies=cloud.key_policies(),
    )
    assert [text for text, verdict in found.items() if verdict == "Allowed"] == [str(request) for request in may]


def _models_bucket(templates, stack: str) -> tuple[str, dict[str, Any]]:
    resources = templates[stack]["Resources"].items()
    return next(
        (name, each["Properties"])
        for name, each in resources
        if each["Type"] == "AWS::S3::Bucket" and name.startswith("Models")
    )


def _bucket(cloud, templates, stack: str) -> str:
    return str(cloud.value(stack, {"Fn::GetAtt": [_models_bucket(templates, stack)[0], "Arn"]}))


def _models_key(cloud, templates, environment: str) -> str:
    stack = f"{environment}-data"
    encryption = _models_bucket(templates, stack)[1]["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    return str(cloud.value(stack, encryption["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]))


@pytest.mark.parametrize("request_", FUNCTION_MAY_NOT, ids=str)
def test_the_function_may_not(function, request_):
    assert function[str(request_)] != "Allowed"
