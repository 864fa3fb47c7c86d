"""What a role needs so that SageMaker can join its job or model to a private network."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam


def network_interfaces(
    stack: cdk.Stack, *, subnets: Sequence[str], security_groups: Sequence[str]
) -> list[iam.PolicyStatement]:
    """Return the statements that SageMaker's guide asks for in "Give SageMaker jobs access to resources in your VPC".

    Args:
        stack: where the role lives.
        subnets: ids of the subnets that interfaces may be made in.
        security_groups: ids of the security groups that they may have.
    """

    def arn(kind: str, name: str) -> str:
        return stack.format_arn(service="ec2", resource=kind, resource_name=name)

    interfaces = arn("network-interface", "*")
    places = [arn("subnet", name) for name in subnets] + [arn("security-group", name) for name in security_groups]
    change = ["CreateNetworkInterfacePermission", "DeleteNetworkInterface", "DeleteNetworkInterfacePermission"]
    describe = ["DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs"]
    return [
        iam.PolicyStatement(
            sid="MakeInterfaces", actions=["ec2:CreateNetworkInterface"], resources=[interfaces, *places]
        ),
        iam.PolicyStatement(
            sid="ChangeInterfaces", actions=[f"ec2:{action}" for action in change], resources=[interfaces]
        ),
        # EC2 knows no resources for these.
        iam.PolicyStatement(
            sid="SeeNetwork", actions=[f"ec2:Describe{things}" for things in describe], resources=["*"]
        ),
    ]
