"""Policy statements as plain documents: each L2 statement costs several round trips to the CDK's JavaScript."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from aws_cdk import aws_iam as iam

from constructs.arns import Arns

Statement = dict[str, Any]


def allow(actions: Iterable[str], resources: Iterable[str], conditions: Mapping[str, Any] | None = None) -> Statement:
    """Return a statement that allows actions on resources."""
    statement: Statement = {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
    return statement | ({"Condition": dict(conditions)} if conditions else {})


def deny(
    sid: str, actions: Iterable[str], conditions: Mapping[str, Any] | None = None, resources: Iterable[str] = ("*",)
) -> Statement:
    """Return a statement that refuses actions, on everything if no resources are named, under conditions if any are."""
    statement: Statement = {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": list(resources)}
    return statement | ({"Condition": dict(conditions)} if conditions else {})


def pass_role(role_arns: Iterable[str], service_name: str) -> Statement:
    """Allow passing roles to one service, such as `sagemaker.amazonaws.com`, and to no other."""
    return allow(["iam:PassRole"], role_arns, {"StringEquals": {"iam:PassedToService": service_name}})


@cache
def service(name: str) -> iam.ServicePrincipal:
    """Return a service as a principal, such as `lambda.amazonaws.com`."""
    return iam.ServicePrincipal(name)


def service_of(service: str, arns: Arns, resources: str) -> iam.ServicePrincipal:
    """Return a service as a principal, acting for resources of this account and region only (the confused deputy)."""
    namespace = "ecs" if service.startswith("ecs") else service.partition(".")[0]
    return iam.ServicePrincipal(
        service,
        conditions={
            "StringEquals": {"aws:SourceAccount": arns.account},
            "ArnLike": {"aws:SourceArn": arns.arn(namespace, resources)},
        },
    )


def document(statements: Iterable[Statement]) -> iam.PolicyDocument:
    """Return a policy document of the CDK's, in one round trip."""
    return iam.PolicyDocument.from_json({"Version": "2012-10-17", "Statement": list(statements)})


def read_object(bucket_arn: str, key: str) -> list[Statement]:
    """Allow reading one object, and listing it, which SageMaker does before it reads."""
    return [
        allow(["s3:ListBucket"], [bucket_arn], {"StringEquals": {"s3:prefix": key}}),
        allow(["s3:GetObject"], [f"{bucket_arn}/{key}"]),
    ]


def read_folder(bucket_arn: str, folder: str) -> list[Statement]:
    """Allow reading and listing what lies in a folder."""
    return [
        allow(["s3:GetBucketLocation"], [bucket_arn]),
        allow(["s3:ListBucket"], [bucket_arn], {"StringLike": {"s3:prefix": [folder, f"{folder}/*"]}}),
        allow(["s3:GetObject"], [f"{bucket_arn}/{folder}/*"]),
    ]


def read_write_folder(bucket_arn: str, folder: str) -> list[Statement]:
    """Allow reading, listing and writing in a folder, but not deleting."""
    write = allow(["s3:PutObject", "s3:AbortMultipartUpload"], [f"{bucket_arn}/{folder}/*"])
    return [*read_folder(bucket_arn, folder), write]


def use_key(key_arn: str) -> list[Statement]:
    """Allow reading and writing under a key."""
    return [allow(["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"], [key_arn])]


def read_under_key(key_arn: str, arns: Arns) -> Statement:
    """Allow reading objects that are encrypted with a key, and nothing else with it."""
    return allow(["kms:Decrypt"], [key_arn], {"StringEquals": {"kms:ViaService": f"s3.{arns.region}.amazonaws.com"}})


def encrypt_volume(key_arn: str) -> Statement:
    """Allow an execution role of SageMaker to have its volumes encrypted.

    The service that keeps the volume uses the key later, by a grant. SageMaker makes the grant under the execution role
    itself, so that neither `kms:ViaService` nor `kms:GrantIsForAWSResource` is sure to be there; the developer guide
    ("SageMaker AI Roles") has no condition either. Only SageMaker takes the role: isolated containers get no
    credentials.
    """
    return allow(["kms:CreateGrant", "kms:DescribeKey"], [key_arn])


def encrypt_volume_in_reach(key_arn: str) -> Statement:
    """Allow that to a role whose credentials code has at hand: without the condition it could grant the key to all."""
    return allow(["kms:CreateGrant"], [key_arn], {"Bool": {"kms:GrantIsForAWSResource": "true"}})


def delete_in_folder(bucket_arn: str, folder: str) -> Statement:
    """Allow deleting what lies in a folder."""
    return allow(["s3:DeleteObject"], [f"{bucket_arn}/{folder}/*"])


def pull_images(*repository_arns: str) -> list[Statement]:
    """Allow pulling the images of some repositories."""
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    # The login knows no resource.
    return [allow(["ecr:GetAuthorizationToken"], ["*"]), allow(pull, repository_arns)]
