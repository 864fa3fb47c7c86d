"""Private doors to AWS services, paid by the hour and zone."""

from collections.abc import Sequence
from typing import Literal

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.arns import Arns
from constructs.statements import Statement

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
        # Two statements for all endpoints: each is a round trip to the CDK's JavaScript.
        own, others = _this_account(Arns.of(scope).account)
        for name, service in services.items():
            endpoint = ec2.InterfaceVpcEndpoint(
                self, name, vpc=vpc, service=service, security_groups=[group], open=False, private_dns_enabled=True
            )
            endpoint.add_to_policy(others if name in _OTHER_ACCOUNTS else own)


def _this_account(account: str) -> tuple[iam.PolicyStatement, iam.PolicyStatement]:
    """Return statements that let principals of an account reach resources in it, and in any account."""
    any_account: Statement = {
        "Sid": "ThisAccount",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["*"],
        "Resource": ["*"],
        "Condition": {"StringEquals": {"aws:PrincipalAccount": account}},
    }
    conditions = any_account["Condition"] | {"StringEqualsIfExists": {"aws:ResourceAccount": account}}
    own_account = any_account | {"Condition": conditions}
    return iam.PolicyStatement.from_json(own_account), iam.PolicyStatement.from_json(any_account)
