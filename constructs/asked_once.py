"""Resources of the CDK's that are asked once for what many others say of them.

A name or an ARN is a token that stays what it is, and asking for it is a round trip to the CDK's JavaScript. Templates
are the same as with the CDK's own classes.
"""

from functools import cached_property

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs


class Bucket(s3.Bucket):
    """A bucket, asked once for its name and its ARN."""

    @cached_property
    def bucket_name(self) -> str:
        """The name."""
        return super().bucket_name

    @cached_property
    def bucket_arn(self) -> str:
        """The ARN."""
        return super().bucket_arn


class Function(lambda_.Function):
    """A function, asked once for its name."""

    @cached_property
    def function_name(self) -> str:
        """The name."""
        return super().function_name


class Key(kms.Key):
    """A key, asked once for its ARN."""

    @cached_property
    def key_arn(self) -> str:
        """The ARN."""
        return super().key_arn


class Queue(sqs.Queue):
    """A queue, asked once for its ARN."""

    @cached_property
    def queue_arn(self) -> str:
        """The ARN."""
        return super().queue_arn


class Table(dynamodb.Table):
    """A table, asked once for its name and its ARN."""

    @cached_property
    def table_name(self) -> str:
        """The name."""
        return super().table_name

    @cached_property
    def table_arn(self) -> str:
        """The ARN."""
        return super().table_arn
