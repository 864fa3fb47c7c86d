"""The guardrails for people, to be attached beside what they are allowed."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.address_restriction import deny_people_elsewhere
from constructs.statements import Statement, document


class PeoplePolicy(Construct):
    """A managed policy of Denies alone, for the groups and permission sets of people; its ARN is an output.

    Args:
        guardrails: Deny statements on SageMaker requests.
        cidrs: addresses from which people may call besides the VPC; empty: from any.
        vpc_id: the VPC whose endpoints they may call through.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        guardrails: Sequence[Statement],
        cidrs: Sequence[str],
        vpc_id: str,
    ) -> None:
        super().__init__(scope, construct_id)
        statements = list(guardrails)
        if cidrs:
            statements.append(deny_people_elsewhere(cidrs=cidrs, vpc_id=vpc_id))
        self.policy = iam.ManagedPolicy(
            self,
            "Resource",
            description="Attach to people: no insecure SageMaker requests, and only from known addresses",
            document=document(statements),
        )
        cdk.CfnOutput(
            self, "Arn", value=self.policy.managed_policy_arn, description="Attach to the roles or groups of people"
        )
