"""What every role that SageMaker takes has in common."""

from aws_cdk import aws_iam as iam

from constructs.arns import Arns
from constructs.placement import Placement
from constructs.statements import Statement, allow

_INTERFACES = ("CreateNetworkInterfacePermission", "DeleteNetworkInterface", "DeleteNetworkInterfacePermission")
_NETWORK = ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")


def sagemaker_of(arns: Arns) -> iam.ServicePrincipal:
    """Return SageMaker as a principal, acting for this account and region only (the confused deputy)."""
    return iam.ServicePrincipal(
        "sagemaker.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": arns.account},
            "ArnLike": {"aws:SourceArn": arns.arn("sagemaker", "*")},
        },
    )


def join_network(arns: Arns, placement: Placement) -> list[Statement]:
    """Allow network interfaces in the subnets and with the security group of a placement.

    As "Give SageMaker jobs access to resources in your Amazon VPC", in the developer guide; what is described knows no
    resource, and interfaces have no name before they exist.
    """
    interfaces = arns.arn("ec2", "network-interface/*")
    return [
        allow(["ec2:CreateNetworkInterface"], [interfaces, *placement.arns(arns)]),
        allow([f"ec2:{action}" for action in _INTERFACES], [interfaces]),
        allow([f"ec2:Describe{things}" for things in _NETWORK], ["*"]),
    ]
