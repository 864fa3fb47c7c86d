"""The ceiling of every role of an environment."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.arns import PARTITION, ROLES
from constructs.findings import acknowledge
from constructs.statements import Statement, deny, document

# A boundary grants nothing: it is what the roles' own policies may grant at most.
_SERVICES = (
    "application-autoscaling",
    "athena",
    "batch",
    "cloudformation",
    "cloudwatch",
    "codecommit",
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
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "states",
    "tag",
    "xray",
)
_NETWORK = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface*",
    "ec2:DeleteNetworkInterface*",
    "ec2:Describe*",
    "ec2:RevokeSecurityGroup*",
    "ec2:UnassignPrivateIpAddresses",
)
_IDENTITY = ("iam:CreateServiceLinkedRole", "iam:GetRole", "iam:PassRole", "sts:AssumeRole", "sts:GetCallerIdentity")
_KEYS = ("kms:DisableKey*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")
_CEILING: Statement = {
    "Sid": "Ceiling",
    "Effect": "Allow",
    "Action": [*(f"{service}:*" for service in _SERVICES), *_NETWORK, *_IDENTITY],
    "Resource": ["*"],
}
# Glue tags the network interfaces that it makes, and refuses to go on if it may not.
_TAG_INTERFACES: Statement = {
    "Sid": "TagsOfGlue",
    "Effect": "Allow",
    "Action": ["ec2:CreateTags", "ec2:DeleteTags"],
    "Resource": [f"arn:{PARTITION}:ec2:{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}:network-interface/*"],
    "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["aws-glue-service-resource"]}},
}
_INTERFACES_FINDING = "arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:network-interface/*"
_KEEP_KEYS = deny("DenyLossOfKeys", _KEYS)


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
        self, scope: Construct, construct_id: str, *, environment: str, guardrails: Sequence[Statement]
    ) -> None:
        super().__init__(scope, construct_id)
        self.policy = iam.ManagedPolicy(
            self,
            "Resource",
            # Named, so that roles can refer to it without waiting for its stack's output; so it must never be replaced,
            # and has no description, which is create-only.
            managed_policy_name=f"{environment}-boundary",
            document=document([_CEILING, _TAG_INTERFACES, *guardrails, *_own_environment(environment), _KEEP_KEYS]),
        )
        reason = "A permissions boundary grants nothing; it is the most that the roles' own narrow policies can grant."
        wildcards = [f"{service}:*" for service in _SERVICES] + [action for action in _NETWORK if "*" in action]
        acknowledge(
            self.policy,
            {
                "NIST.800.53.R5-IAMPolicyNoStatementsWithFullAccess": reason,
                **{f"AwsSolutions-IAM5[Action::{wildcard}]": reason for wildcard in wildcards},
                "AwsSolutions-IAM5[Resource::*]": reason,
                f"AwsSolutions-IAM5[Resource::{_INTERFACES_FINDING}]": reason,
            },
        )


def _own_environment(environment: str) -> list[Statement]:
    tag = "aws:ResourceTag/ml-loop:environment"
    own = [f"{ROLES}/{environment}-*", f"{ROLES}/ml-loop/{environment}/*", f"{ROLES}/aws-service-role/*"]
    return [
        # Most requests carry no tag at all: those are not this statement's business.
        deny("DenyOtherEnvironments", ["*"], {"StringNotEquals": {tag: environment}, "Null": {tag: "false"}}),
        {"Sid": "DenyOtherRoles", "Effect": "Deny", "Action": ["iam:PassRole", "sts:AssumeRole"], "NotResource": own},
    ]
