"""Private doors to AWS services, paid by the hour and zone."""

from collections.abc import Sequence
from typing import Any, Literal

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs.arns import Arns

Level = Literal["none", "minimal", "full"]
_Service = ec2.InterfaceVpcEndpointAwsService

# What each level opens is explained and priced in docs/network.md.
MINIMAL = {
    "SageMakerApi": _Service.SAGEMAKER_API,
    "SageMakerRuntime": _Service.SAGEMAKER_RUNTIME,
    "Sts": _Service.STS,
    "Logs": _Service.CLOUDWATCH_LOGS,
    "Kms": _Service.KMS,
}
FULL = MINIMAL | {
    "Notebook": _Service.SAGEMAKER_NOTEBOOK,
    "Monitoring": _Service.CLOUDWATCH_MONITORING,
    "EcrApi": _Service.ECR,
    "EcrDocker": _Service.ECR_DOCKER,
    "Events": _Service.EVENTBRIDGE,
    "States": _Service.STEP_FUNCTIONS,
    "Lambda": _Service.LAMBDA_,
    "Sns": _Service.SNS,
    "Sqs": _Service.SQS,
    "Ssm": _Service.SSM,
    "CloudFormation": _Service.CLOUDFORMATION,
    "Xray": _Service.XRAY,
}
_SERVICES = {"none": {}, "minimal": MINIMAL, "full": FULL}
# Those that belong to no level, by the last part of their names.
EXTRA = {
    "application-autoscaling": ("ApplicationAutoScaling", _Service.APPLICATION_AUTOSCALING),
    "git-codecommit": ("CodeCommitGit", _Service.CODECOMMIT_GIT),
    "secretsmanager": ("SecretsManager", _Service.SECRETS_MANAGER),
}
# AWS's own images are in accounts of AWS.
_OTHER_ACCOUNTS = ("EcrApi", "EcrDocker")


class InterfaceEndpoints(Construct):
    """The interface endpoints of a level, reachable from named security groups, for principals of this account.

    Args:
        vpc: where they stand, one address in each of its subnets.
        level: which services; `none` makes nothing.
        extra: services beyond the level, keys of `EXTRA`.
        callers: the security groups that may reach them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        level: Level,
        extra: Sequence[str] = (),
        callers: Sequence[ec2.ISecurityGroup],
    ) -> None:
        super().__init__(scope, construct_id)
        services = _SERVICES[level] | dict(EXTRA[name] for name in extra)
        if not services:
            return
        group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Interface endpoints of AWS services", allow_all_outbound=False
        )
        for caller in callers:
            group.add_ingress_rule(caller, ec2.Port.tcp(443), "AWS API over TLS")
        # The L2 takes ten times the CPU of the resource.
        account, vpc_id, group_id = Arns.of(scope).account, vpc.vpc_id, group.security_group_id
        subnets = [subnet.subnet_id for subnet in vpc.isolated_subnets]
        for name, service in services.items():
            ec2.CfnVPCEndpoint(
                self,
                name,
                vpc_id=vpc_id,
                service_name=service.name,
                vpc_endpoint_type="Interface",
                subnet_ids=subnets,
                security_group_ids=[group_id],
                private_dns_enabled=True,
                policy_document=_this_account(account, any_resource=name in _OTHER_ACCOUNTS),
            )


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
