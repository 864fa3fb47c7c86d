"""The role under which SageMaker runs a use case's model."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.findings import acknowledge
from constructs.placement import Placement
from constructs.wildcard_findings import acknowledge_wildcards


@dataclass(frozen=True)
class ModelFiles:
    """What a model reads and leaves: folder `prefix` in the buckets of models and of captured requests, and their keys.

    `data_key` encrypts captured requests and the volumes.
    """

    prefix: str
    models: s3.IBucket
    models_key: kms.IKey
    capture: s3.IBucket
    data_key: kms.IKey


class ModelRole(Construct):
    """Execution role of a model: reads its files, writes its captured requests and logs, joins the private network.

    What SageMaker does with the role: "SageMaker AI Roles", CreateModel and CreateEndpointConfig, in the developer
    guide. Every permission is inline, so that the model waits for all of them.

    Args:
        files: what it reads and writes.
        log_group_arn: the endpoint's log group.
        placement: where its network interfaces may be.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        files: ModelFiles,
        log_group_arn: str,
        placement: Placement,
    ) -> None:
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        reads_and_leaves = _files(stack, files)
        runs = [*_logs_and_image(stack, log_group_arn), *_interfaces(stack, placement)]
        self.role = iam.Role(
            self,
            "Resource",
            description=f"Runs the model of {files.prefix}",
            assumed_by=iam.ServicePrincipal(
                "sagemaker.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": stack.format_arn(service="sagemaker", resource="*")},
                },
            ),
            inline_policies={
                "Files": iam.PolicyDocument(statements=reads_and_leaves),
                "Run": iam.PolicyDocument(statements=runs),
            },
        )
        acknowledge_wildcards(
            self.role, reads_and_leaves, "The use case's own folder of a bucket.", [files.models, files.capture]
        )
        acknowledge_wildcards(
            self.role,
            runs,
            "Log streams of its own group, images of AWS (a different account in each region), and network interfaces, "
            "which have no name before they exist; the describing calls and the login to ECR know no resource.",
        )
        acknowledge(
            self.role,
            {"NIST.800.53.R5-IAMNoInlinePolicy": "Inline, so that the model is created after every permission."},
        )


def _allow(
    actions: list[str], resources: list[str], conditions: dict[str, dict[str, object]] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions)


def _files(stack: cdk.Stack, files: ModelFiles) -> list[iam.PolicyStatement]:
    below = f"{files.prefix}/*"
    return [
        _allow(["s3:GetObject"], [files.models.arn_for_objects(below)]),
        _allow(["s3:ListBucket"], [files.models.bucket_arn], {"StringLike": {"s3:prefix": below}}),
        _allow(["kms:Decrypt"], [files.models_key.key_arn]),
        _allow(["s3:PutObject"], [files.capture.arn_for_objects(below)]),
        _allow(["kms:GenerateDataKey", "kms:Decrypt"], [files.data_key.key_arn]),
        _allow(
            ["kms:CreateGrant", "kms:DescribeKey"],
            [files.data_key.key_arn],
            {"StringEquals": {"kms:ViaService": f"sagemaker.{stack.region}.amazonaws.com"}},
        ),
    ]


def _logs_and_image(stack: cdk.Stack, log_group_arn: str) -> list[iam.PolicyStatement]:
    images = f"arn:{stack.partition}:ecr:{stack.region}:*:repository/sagemaker-*"
    return [
        _allow(["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], [log_group_arn]),
        _allow(
            ["cloudwatch:PutMetricData"],
            ["*"],
            {"StringLike": {"cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/*"]}},
        ),
        _allow(["ecr:GetAuthorizationToken"], ["*"]),
        _allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [images]),
    ]


def _interfaces(stack: cdk.Stack, placement: Placement) -> list[iam.PolicyStatement]:
    interfaces = stack.format_arn(service="ec2", resource="network-interface", resource_name="*")
    return [
        _allow(["ec2:CreateNetworkInterface"], [interfaces, *placement.arns(stack)]),
        _allow(
            [
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            [interfaces],
        ),
        _allow(
            [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            ["*"],
        ),
    ]
