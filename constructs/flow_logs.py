"""A record of every connection in the VPC."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.arns import Arns
from constructs.encrypted_log_group import EncryptedLogGroup
from constructs.findings import acknowledge


class FlowLogs(Construct):
    """Accepted and rejected traffic of a VPC in an encrypted log group.

    Args:
        vpc: whose traffic.
        key: encrypts the log group; its policy must allow CloudWatch Logs.
        days: how long records are kept, one of CloudWatch's values.
        destroy: whether the records go with the environment.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, key: kms.IKey, days: int, destroy: bool
    ) -> None:
        super().__init__(scope, construct_id)
        group = EncryptedLogGroup(self, "LogGroup", key=key, days=days, destroy=destroy).log_group
        role = self._role(Arns.of(scope))
        ec2.FlowLog(
            self,
            "Resource",
            resource_type=ec2.FlowLogResourceType.from_vpc(vpc),
            traffic_type=ec2.FlowLogTrafficType.ALL,
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(group, role),
        )
        acknowledge(
            role,
            {"NIST.800.53.R5-IAMNoInlinePolicy": "Writes to this one log group: no use to another role."},
        )

    def _role(self, arns: Arns) -> iam.Role:
        # Confused deputy: only flow logs of this account may take the role.
        return iam.Role(
            self,
            "Role",
            description="VPC flow logs write to their log group",
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": arns.account},
                    "ArnLike": {"aws:SourceArn": arns.arn("ec2", "vpc-flow-log/*")},
                },
            ),
        )
