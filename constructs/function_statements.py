"""What the roles of the control stack's functions have in common."""

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


def run_function(*own: Statement, key: kms.IKey, log_group: logs.ILogGroup, inside_network: bool) -> list[Statement]:
    """Allow what such a function does to run: keep records, use its queue, log and trace.

    Args:
        own: what it does with its tables and queues.
        key: of the tables, of the queues and of the function's settings.
        log_group: where the function logs.
        inside_network: whether it needs network interfaces.
    """
    return [
        *own,
        _use_key(key),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn]),
        allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]),
        *(_network_interfaces() if inside_network else []),
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
