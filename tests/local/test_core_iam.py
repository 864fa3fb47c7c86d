"""IAM decides about SageMaker as about everything else."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud import iam
from tests.local.conftest import RunningCloud
from tests.local.roles import Statement, allow, deny, make_role

PREFIX = "arn:aws:sagemaker:ap-northeast-1:000000000000"
SERVICE = {"Service": "sagemaker.amazonaws.com"}
MODEL = {"PrimaryContainer": {"Image": "354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-xgboost:3.2-0"}}


@pytest.fixture(scope="module")
def passed_role(client: Any) -> str:
    return make_role(client("iam"), "iam-passed", [allow("s3:GetObject")], SERVICE)


def as_role(cloud: Any, name: str, *statements: Statement) -> Any:
    return cloud.client("sagemaker", cloud.session(make_role(cloud.client("iam"), name, list(statements))))


def test_a_call_is_denied_by_resource(local_cloud: RunningCloud) -> None:
    own = as_role(local_cloud, "iam-own-group", allow("sagemaker:*", f"{PREFIX}:model-package-group/own-*"))
    own.create_model_package_group(ModelPackageGroupName="own-group")
    with pytest.raises(
        ClientError, match=r"CreateModelPackageGroup on resource: .*model-package-group/other"
    ) as denied:
        own.create_model_package_group(ModelPackageGroupName="other-group")
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "other-group" not in [
        group["ModelPackageGroupName"]
        for group in local_cloud.client("sagemaker").list_model_package_groups()["ModelPackageGroupSummaryList"]
    ]


def test_a_call_is_denied_by_condition_key(local_cloud: RunningCloud, passed_role: str) -> None:
    guarded = as_role(
        local_cloud,
        "iam-guarded",
        allow("sagemaker:*"),
        allow("iam:PassRole", passed_role),
        deny("sagemaker:CreateModel", {"BoolIfExists": {"sagemaker:NetworkIsolation": "false"}}),
        deny("sagemaker:CreateModel", {"Null": {"sagemaker:VpcSubnets": "true"}}),
    )
    model = {"ModelName": "guarded", "ExecutionRoleArn": passed_role, **MODEL}
    inside = {"VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}
    for insecure in ({}, {"EnableNetworkIsolation": True}, {**inside, "EnableNetworkIsolation": False}):
        with pytest.raises(ClientError, match="explicit deny"):
            guarded.create_model(**model, **insecure)
    guarded.create_model(**model, **inside, EnableNetworkIsolation=True)


def test_whoever_may_send_a_message_may_send_several(local_cloud: RunningCloud) -> None:
    url = local_cloud.client("sqs").create_queue(QueueName="iam-several")["QueueUrl"]
    entries = [{"Id": str(place), "MessageBody": "x"} for place in range(2)]
    sends, reads = (
        local_cloud.client("sqs", local_cloud.session(make_role(local_cloud.client("iam"), name, [allow(action)])))
        for name, action in (("iam-sends", "sqs:SendMessage"), ("iam-reads", "sqs:ReceiveMessage"))
    )
    assert len(sends.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == len(entries)
    with pytest.raises(ClientError, match="not authorized to perform: sqs:SendMessage "):
        reads.send_message_batch(QueueUrl=url, Entries=entries)


def test_a_role_may_be_passed_only_with_permission(local_cloud: RunningCloud, passed_role: str) -> None:
    cannot = as_role(local_cloud, "iam-cannot-pass", allow("sagemaker:*"))
    with pytest.raises(ClientError, match=f"iam:PassRole on resource: {passed_role}"):
        cannot.create_model(ModelName="passed", ExecutionRoleArn=passed_role, **MODEL)


def test_tags_at_creation_need_their_own_permission(local_cloud: RunningCloud) -> None:
    cannot = as_role(local_cloud, "iam-cannot-tag", allow("sagemaker:CreateModelPackageGroup"))
    cannot.create_model_package_group(ModelPackageGroupName="untagged")
    with pytest.raises(ClientError, match="sagemaker:AddTags"):
        cannot.create_model_package_group(ModelPackageGroupName="tagged", Tags=[{"Key": "a", "Value": "b"}])


def test_the_tags_of_a_resource_decide(local_cloud: RunningCloud) -> None:
    root = local_cloud.client("sagemaker")
    for owner in ("us", "them"):
        tags = [{"Key": "owner", "Value": owner}]
        root.create_model_package_group(ModelPackageGroupName=f"of-{owner}", Tags=tags)
    ours = as_role(
        local_cloud,
        "iam-by-tag",
        allow("sagemaker:*", Condition={"StringEquals": {"aws:ResourceTag/owner": "us"}}),
    )
    assert ours.describe_model_package_group(ModelPackageGroupName="of-us")["ModelPackageGroupName"] == "of-us"
    with pytest.raises(ClientError, match="DescribeModelPackageGroup"):
        ours.describe_model_package_group(ModelPackageGroupName="of-them")


def test_an_invocation_is_denied_by_resource(local_cloud: RunningCloud) -> None:
    rights = allow("sagemaker:InvokeEndpoint", f"{PREFIX}:endpoint/own")
    role = make_role(local_cloud.client("iam"), "iam-invoke", [rights])
    runtime = local_cloud.client("sagemaker-runtime", local_cloud.session(role))
    with pytest.raises(ClientError, match=r"sagemaker:InvokeEndpoint on resource: .*:endpoint/other"):
        runtime.invoke_endpoint(EndpointName="other", Body=b"1")
    with pytest.raises(ClientError) as missing:
        runtime.invoke_endpoint(EndpointName="own", Body=b"1")
    assert "not authorized" not in str(missing.value)


TRUSTED = {"StringEquals": {"aws:SourceAccount": "000000000000"}, "ArnLike": {"aws:SourceArn": f"{PREFIX}:*"}}
OTHER_ACCOUNT = {"StringEquals": {"aws:SourceAccount": "111111111111"}}


@pytest.mark.parametrize(
    ("name", "principal", "condition", "may"),
    [
        ("trust-sagemaker", SERVICE, None, True),
        ("trust-sagemaker-here", SERVICE, TRUSTED, True),
        ("trust-sagemaker-elsewhere", SERVICE, OTHER_ACCOUNT, False),
        ("trust-lambda", {"Service": "lambda.amazonaws.com"}, None, False),
    ],
)
def test_a_job_role_must_trust_sagemaker(
    local_cloud: RunningCloud, name: str, principal: Any, condition: Any, may: bool
) -> None:
    root = local_cloud.client("sagemaker")
    role = make_role(local_cloud.client("iam"), name, [allow("s3:*")], principal, condition)
    job = {
        "ProcessingJobName": name,
        "RoleArn": role,
        "AppSpecification": {"ImageUri": MODEL["PrimaryContainer"]["Image"], "ContainerEntrypoint": ["true"]},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
        },
    }
    if may:
        root.create_processing_job(**job)
        return
    with pytest.raises(ClientError, match=f"Could not assume role {role}"):
        root.create_processing_job(**job)


def test_condition_keys_of_a_request() -> None:
    found = iam.condition_keys(
        {
            "OutputDataConfig": {"S3OutputPath": "s3://b", "KmsKeyId": "1234"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "VolumeKmsKeyId": "arn:aws:kms:r:1:key/2"},
            "VpcConfig": {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
            "EnableInterContainerTrafficEncryption": True,
            "Tags": [{"Key": "team", "Value": "a"}],
        },
        PREFIX,
    )
    assert found == {
        "sagemaker:OutputKmsKey": "arn:aws:kms:ap-northeast-1:000000000000:key/1234",
        "sagemaker:OutputKmsKeyArn": "arn:aws:kms:ap-northeast-1:000000000000:key/1234",
        "sagemaker:VolumeKmsKey": "arn:aws:kms:r:1:key/2",
        "sagemaker:VolumeKmsKeyArn": "arn:aws:kms:r:1:key/2",
        "sagemaker:InstanceTypes": ["ml.m5.large"],
        "sagemaker:VpcSubnets": ["subnet-1", "subnet-2"],
        "sagemaker:VpcSecurityGroupIds": ["sg-1"],
        "sagemaker:InterContainerTrafficEncryption": "true",
        "aws:RequestTag/team": "a",
        "aws:TagKeys": ["team"],
    }


@pytest.mark.parametrize(
    ("operation", "request_", "resources"),
    [
        ("CreateEndpoint", {"EndpointName": "e", "EndpointConfigName": "c"}, ["endpoint/e", "endpoint-config/c"]),
        ("CreateEndpointConfig", {"EndpointConfigName": "c"}, ["endpoint-config/c"]),
        ("CreateTransformJob", {"TransformJobName": "t", "ModelName": "m"}, ["transform-job/t"]),
        ("StartPipelineExecution", {"PipelineName": "p"}, ["pipeline/p"]),
        ("ListPipelineExecutions", {"PipelineName": "p"}, ["pipeline/p"]),
        ("CreateModelPackage", {"ModelPackageGroupName": "g"}, ["model-package/g/*"]),
        ("UpdateModelPackage", {"ModelPackageArn": f"{PREFIX}:model-package/g/1"}, ["model-package/g/1"]),
        ("DescribeModelPackageGroup", {"ModelPackageGroupName": "g"}, ["model-package-group/g"]),
        ("ListModels", {}, None),
    ],
)
def test_resources_of_a_request(operation: str, request_: dict[str, Any], resources: list[str] | None) -> None:
    expected = ["*"] if resources is None else [f"{PREFIX}:{resource}" for resource in resources]
    assert iam.resource_arns(operation, request_, PREFIX) == expected


def test_loopback_counts_as_tls(local_cloud: RunningCloud) -> None:
    s3 = local_cloud.client("s3")
    s3.create_bucket(Bucket="tls-only", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    insecure = {
        "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps({"Version": "2012-10-17", "Statement": [insecure]}))
    role = make_role(local_cloud.client("iam"), "iam-tls", [allow("s3:*")])
    s3_of_role = local_cloud.client("s3", local_cloud.session(role))
    s3_of_role.put_object(Bucket="tls-only", Key="k", Body=b"v")
    assert s3_of_role.get_object(Bucket="tls-only", Key="k")["Body"].read() == b"v"


def test_an_object_under_a_key_needs_the_key(local_cloud: RunningCloud) -> None:
    s3, iam_client = local_cloud.client("s3"), local_cloud.client("iam")
    key = local_cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="under-a-key", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    s3.put_bucket_encryption(Bucket="under-a-key", ServerSideEncryptionConfiguration=rules)
    s3.put_object(Bucket="under-a-key", Key="k", Body=b"v")

    def of_role(name: str, *statements: Statement) -> Any:
        return local_cloud.client("s3", local_cloud.session(make_role(iam_client, name, list(statements))))

    reader = of_role("key-reader", allow("s3:*"), allow("kms:Decrypt", key))
    assert reader.get_object(Bucket="under-a-key", Key="k")["Body"].read() == b"v"
    with pytest.raises(ClientError, match=f"kms:GenerateDataKey on resource: {key}"):
        reader.put_object(Bucket="under-a-key", Key="new", Body=b"v")
    writer = of_role("key-writer", allow("s3:*"), allow("kms:GenerateDataKey", key))
    writer.put_object(Bucket="under-a-key", Key="new", Body=b"v")
    with pytest.raises(ClientError, match=f"kms:Decrypt on resource: {key}"):
        writer.get_object(Bucket="under-a-key", Key="new")
