"""What the roles of the control stack's functions have in common."""

from dataclasses import dataclass

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs

from constructs.statements import Statement, allow, deny

_OF_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
)


@dataclass(frozen=True)
class Running:
    """How such a function runs, whatever it does.

    Attributes:
        key: of its tables, of its queues and of its settings.
        log_group: where it logs.
        inside_network: whether it needs network interfaces.
    """

    key: kms.IKey
    log_group: logs.ILogGroup
    inside_network: bool


def run_function(running: Running, *own: Statement) -> list[Statement]:
    """Allow what such a function does to run: keep records, use its queue, log and trace.

    Args:
        running: how it runs.
        own: what it does with its tables and queues.
    """
    return [
        *own,
        _use_key(running.key),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [running.log_group.log_group_arn]),
        allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]),
        *(_network_interfaces() if running.inside_network else []),
    ]


def take_messages(queue: sqs.IQueue) -> Statement:
    """Allow what Lambda's guide asks of the role of a function with a queue: "Configuring an Amazon SQS queue"."""
    return allow(["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], [queue.queue_arn])


def _use_key(key: kms.IKey) -> Statement:
    # DynamoDB checks it on its caller; the actions are what the CDK grants for a table.
    return allow(
        [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        [key.key_arn],
    )


def _network_interfaces() -> list[Statement]:
    # As AWSLambdaVPCAccessExecutionRole, which cannot be narrowed: interfaces have no name before they exist. Lambda
    # itself makes them; what the function's code calls bears its ARN, and has no business with interfaces ("Working
    # with source function ARN", Lambda developer guide).
    return [
        allow([*_OF_INTERFACES, "ec2:DescribeNetworkInterfaces"], ["*"]),
        allow(["ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"], ["*"]),
        deny("InterfacesByCode", _OF_INTERFACES, {"Null": {"lambda:SourceFunctionArn": "false"}}),
    ]
