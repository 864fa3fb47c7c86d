"""The ceiling of every role of an environment."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.findings import acknowledge

# A boundary grants nothing: it is what the roles' own policies may grant at most.
_SERVICES = (
    "application-autoscaling",
    "athena",
    "batch",
    "cloudformation",
    "cloudwatch",
    "dynamodb",
    "ecr",
    "events",
    "glue",
    "kms",
    "lambda",
    "logs",
    "s3",
    "sagemaker",
    "scheduler",
    "sns",
    "sqs",
    "ssm",
    "states",
    "tag",
    "xray",
)
_NETWORK = (
    "ec2:CreateNetworkInterface*",
    "ec2:DeleteNetworkInterface*",
    "ec2:Describe*",
    "ec2:RevokeSecurityGroup*",
)
_IDENTITY = ("iam:CreateServiceLinkedRole", "iam:GetRole", "iam:PassRole", "sts:AssumeRole", "sts:GetCallerIdentity")
_KEYS = ("kms:DisableKey*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")


class PermissionsBoundary(Construct):
    """The managed policy `<environment>-boundary`, and the order that roles of its own stack must keep.

    It holds the services that the platform uses, refuses insecure SageMaker requests, resources tagged for another
    environment, passing or taking roles of others, and doing away with keys. IAM is not among the services, so no role
    of the platform can make, widen or unbind a role.

    Args:
        environment: the name, prefix of its roles.
        guardrails: Deny statements on SageMaker requests.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: str, guardrails: Sequence[iam.PolicyStatement]
    ) -> None:
        super().__init__(scope, construct_id)
        self.policy = iam.ManagedPolicy(
            self,
            "Resource",
            # Named, so that roles can refer to it without waiting for its stack's output.
            managed_policy_name=f"{environment}-boundary",
            description=f"Most that any role of the ML Loop environment {environment} can be allowed",
            statements=[self._ceiling(), *guardrails, *self._own_environment(environment), self._keep_keys()],
        )
        reason = "A permissions boundary grants nothing; it is the most that the roles' own narrow policies can grant."
        wildcards = [f"{service}:*" for service in _SERVICES] + [action for action in _NETWORK if "*" in action]
        acknowledge(
            self.policy,
            {
                "NIST.800.53.R5-IAMPolicyNoStatementsWithFullAccess": reason,
                **{f"AwsSolutions-IAM5[Action::{wildcard}]": reason for wildcard in wildcards},
                "AwsSolutions-IAM5[Resource::*]": reason,
            },
        )

    def _ceiling(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid="Ceiling",
            actions=[*(f"{service}:*" for service in _SERVICES), *_NETWORK, *_IDENTITY],
            resources=["*"],
        )

    def _own_environment(self, environment: str) -> list[iam.PolicyStatement]:
        tag = "aws:ResourceTag/ml-loop:environment"
        roles = f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:role"
        return [
            iam.PolicyStatement(
                sid="DenyOtherEnvironments",
                effect=iam.Effect.DENY,
                actions=["*"],
                resources=["*"],
                # Most requests carry no tag at all: those are not this statement's business.
                conditions={"StringNotEquals": {tag: environment}, "Null": {tag: "false"}},
            ),
            iam.PolicyStatement(
                sid="DenyOtherRoles",
                effect=iam.Effect.DENY,
                actions=["iam:PassRole", "sts:AssumeRole"],
                not_resources=[
                    f"{roles}/{environment}-*",
                    f"{roles}/ml-loop/{environment}/*",
                    f"{roles}/aws-service-role/*",
                ],
            ),
        ]

    def _keep_keys(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(sid="DenyLossOfKeys", effect=iam.Effect.DENY, actions=list(_KEYS), resources=["*"])
