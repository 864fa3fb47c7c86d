"""What the free gateways let through."""

from aws_cdk import aws_iam as iam

from constructs.arns import Arns


def allow_s3(arns: Arns) -> list[iam.PolicyStatement]:
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
            conditions={"StringEquals": {"aws:PrincipalAccount": arns.account, "aws:ResourceAccount": arns.account}},
        ),
        iam.PolicyStatement(
            sid="LayersOfImages",
            principals=[iam.AnyPrincipal()],
            actions=["s3:GetObject"],
            resources=[f"arn:{arns.partition}:s3:::prod-{arns.region}-starport-layer-bucket/*"],
        ),
    ]


def allow_dynamodb(arns: Arns) -> iam.PolicyStatement:
    """Tables of this account, asked for by its own principals."""
    return iam.PolicyStatement(
        sid="TablesOfThisAccount",
        principals=[iam.AnyPrincipal()],
        actions=["dynamodb:*"],
        resources=[arns.arn("dynamodb", "table/*")],
        conditions={"StringEquals": {"aws:PrincipalAccount": arns.account}},
    )
