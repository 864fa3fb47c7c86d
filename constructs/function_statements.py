"""What the roles of the control stack's functions have in common."""

from aws_cdk import aws_kms as kms

from constructs.statements import Statement, allow


def use_control_key(key: kms.IKey) -> Statement:
    """Allow a key for table, queue and settings.

    DynamoDB checks it on its caller; the actions are what the CDK grants for a table.
    """
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


def network_interfaces() -> list[Statement]:
    """Allow a function to run in a network.

    As AWSLambdaVPCAccessExecutionRole, which cannot be narrowed: interfaces have no name before they exist.
    """
    return [
        allow(
            [
                "ec2:AssignPrivateIpAddresses",
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:UnassignPrivateIpAddresses",
            ],
            ["*"],
        ),
        allow(["ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"], ["*"]),
    ]
