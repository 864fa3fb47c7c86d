"""What the free gateways let through."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam


def allow_s3(stack: cdk.Stack) -> list[iam.PolicyStatement]:
    """Objects of this account's buckets (the CDK's assets among them), and the layers of container images.

    ECR keeps layers in a bucket of its own per region and hands out signed addresses, so no principal of this
    account asks for them: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    """
    return [
        iam.PolicyStatement(
            sid="ObjectsOfThisAccount",
            principals=[iam.AnyPrincipal()],
            actions=["s3:Get*", "s3:List*", "s3:PutObject*", "s3:DeleteObject*", "s3:AbortMultipartUpload"],
            resources=["*"],
            conditions={"StringEquals": {"aws:PrincipalAccount": stack.account, "aws:ResourceAccount": stack.account}},
        ),
        iam.PolicyStatement(
            sid="LayersOfImages",
            principals=[iam.AnyPrincipal()],
            actions=["s3:GetObject"],
            resources=[f"arn:{stack.partition}:s3:::prod-{stack.region}-starport-layer-bucket/*"],
        ),
    ]


def allow_dynamodb(stack: cdk.Stack) -> iam.PolicyStatement:
    """Tables of this account, asked for by its own principals."""
    return iam.PolicyStatement(
        sid="TablesOfThisAccount",
        principals=[iam.AnyPrincipal()],
        actions=["dynamodb:*"],
        resources=[stack.format_arn(service="dynamodb", resource="table", resource_name="*")],
        conditions={"StringEquals": {"aws:PrincipalAccount": stack.account}},
    )
