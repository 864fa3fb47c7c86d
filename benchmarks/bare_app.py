"""A CDK application without anything of this project: the peer of the synth benchmark.

Run as `python -m benchmarks.bare_app OUT STACKS RESOURCES`: STACKS stacks with RESOURCES L2 resources altogether, in
equal parts topic, queue, log group, role, table and bucket, each of which is one CloudFormation resource.
"""

import sys
from collections.abc import Callable

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs


def _table(scope: cdk.Stack, name: str) -> None:
    key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    dynamodb.Table(scope, name, partition_key=key)


def _role(scope: cdk.Stack, name: str) -> None:
    iam.Role(scope, name, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


KINDS: tuple[Callable[[cdk.Stack, str], object], ...] = (
    sns.Topic,
    sqs.Queue,
    logs.LogGroup,
    s3.Bucket,
    _role,
    _table,
)


def main(out: str, stacks: int, resources: int) -> None:
    app = cdk.App(analytics_reporting=False, outdir=out)
    homes = [cdk.Stack(app, f"Stack{index}") for index in range(stacks)]
    for index in range(resources):
        KINDS[index % len(KINDS)](homes[index % stacks], f"Resource{index}")
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
