"""Where in the private network something runs."""

from dataclasses import dataclass
from functools import cached_property

from aws_cdk import aws_ec2 as ec2

from constructs.arns import Arns


@dataclass(frozen=True)
class Placement:
    """All isolated subnets of a VPC, and the security group of what runs there."""

    vpc: ec2.IVpc
    security_group: ec2.ISecurityGroup

    @cached_property
    def subnet_ids(self) -> list[str]:
        """The ids of the subnets, asked for once."""
        return [subnet.subnet_id for subnet in self.vpc.isolated_subnets]

    @cached_property
    def security_group_id(self) -> str:
        """The id of the security group, asked for once."""
        return self.security_group.security_group_id

    def arns(self, arns: Arns) -> list[str]:
        """Return the ARNs of subnets and security group, for policies of a stack."""
        subnets = [arns.arn("ec2", f"subnet/{subnet}") for subnet in self.subnet_ids]
        return [*subnets, arns.arn("ec2", f"security-group/{self.security_group_id}")]
