"""Private doors to AWS services, paid by the hour and zone."""

from collections.abc import Sequence
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

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
# AWS's own images are in accounts of AWS.
_OTHER_ACCOUNTS = ("EcrApi", "EcrDocker")


class InterfaceEndpoints(Construct):
    """The interface endpoints of a level, reachable from named security groups, for principals of this account.

    Args:
        vpc: where they stand, one address in each of its subnets.
        level: which services; `none` makes nothing.
        callers: the security groups that may reach them.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, level: Level, callers: Sequence[ec2.ISecurityGroup]
    ) -> None:
        super().__init__(scope, construct_id)
        if not _SERVICES[level]:
            return
        group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Interface endpoints of AWS services", allow_all_outbound=False
        )
        for caller in callers:
            group.add_ingress_rule(caller, ec2.Port.tcp(443), "AWS API over TLS")
        for name, service in _SERVICES[level].items():
            endpoint = ec2.InterfaceVpcEndpoint(
                self, name, vpc=vpc, service=service, security_groups=[group], open=False, private_dns_enabled=True
            )
            endpoint.add_to_policy(self._own_account(name))

    def _own_account(self, name: str) -> iam.PolicyStatement:
        account = cdk.Stack.of(self).account
        conditions = {"StringEquals": {"aws:PrincipalAccount": account}}
        if name not in _OTHER_ACCOUNTS:
            conditions["StringEqualsIfExists"] = {"aws:ResourceAccount": account}
        return iam.PolicyStatement(
            sid="ThisAccount", principals=[iam.AnyPrincipal()], actions=["*"], resources=["*"], conditions=conditions
        )
