"""Where in the private network something runs."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2


@dataclass(frozen=True)
class Placement:
    """All isolated subnets of a VPC, and the security group of what runs there."""

    vpc: ec2.IVpc
    security_group: ec2.ISecurityGroup

    @property
    def subnet_ids(self) -> list[str]:
        """The ids of the subnets."""
        return [subnet.subnet_id for subnet in self.vpc.isolated_subnets]

    def arns(self, stack: cdk.Stack) -> list[str]:
        """Return the ARNs of subnets and security group, for policies of a stack."""
        group = self.security_group.security_group_id
        return [
            *(stack.format_arn(service="ec2", resource="subnet", resource_name=subnet) for subnet in self.subnet_ids),
            stack.format_arn(service="ec2", resource="security-group", resource_name=group),
        ]
