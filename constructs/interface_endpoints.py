"""Private doors to AWS services, paid by the hour and zone."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs.arns import Arns

# AWS's own images are in accounts of AWS.
_OTHER_ACCOUNTS = ("EcrApi", "EcrDocker")


class InterfaceEndpoints(Construct):
    """Interface endpoints, reachable from named security groups, for principals of this account.

    Args:
        vpc: where they stand, one address in each of its subnets.
        services: by the name of the endpoint, such as `{"Sts": "sts"}`; none makes nothing.
        callers: the security groups that may reach them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        services: Mapping[str, str],
        callers: Sequence[ec2.ISecurityGroup],
    ) -> None:
        super().__init__(scope, construct_id)
        if not services:
            return
        group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Interface endpoints of AWS services", allow_all_outbound=False
        )
        for caller in callers:
            group.add_ingress_rule(caller, ec2.Port.tcp(443), "AWS API over TLS")
        # The L2, and its names of services, take ten times the CPU of the resource.
        here, vpc_id, group_id = Arns.of(scope), vpc.vpc_id, group.security_group_id
        subnets = [subnet.subnet_id for subnet in vpc.isolated_subnets]
        for name, service in services.items():
            ec2.CfnVPCEndpoint(
                self,
                name,
                vpc_id=vpc_id,
                service_name=_service_name(service, here.region),
                vpc_endpoint_type="Interface",
                subnet_ids=subnets,
                security_group_ids=[group_id],
                private_dns_enabled=True,
                policy_document=_this_account(here.account, any_resource=name in _OTHER_ACCOUNTS),
            )


def _service_name(service: str, region: str) -> str:
    """Return the full name (AWS PrivateLink guide, "AWS services that integrate"): notebooks have one of their own."""
    return f"aws.sagemaker.{region}.notebook" if service == "notebook" else f"com.amazonaws.{region}.{service}"


def _this_account(account: str, *, any_resource: bool) -> dict[str, Any]:
    """Return a policy that lets principals of an account reach resources in it, or in any account."""
    conditions = {"StringEquals": {"aws:PrincipalAccount": account}}
    if not any_resource:
        conditions |= {"StringEqualsIfExists": {"aws:ResourceAccount": account}}
    statement = {
        "Sid": "ThisAccount",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "*",
        "Resource": "*",
        "Condition": conditions,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
