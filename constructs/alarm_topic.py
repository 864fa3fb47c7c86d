"""Where the alarms of an environment, and the warnings of its budget, go."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from constructs.arns import Arns
from constructs.statements import service


class AlarmTopic(Construct):
    """An encrypted topic that alarms and budgets of this account may publish to.

    Args:
        key: encrypts it; its policy must allow CloudWatch and AWS Budgets.
        email: an address that is told; it has to confirm once. None: nobody yet.
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey, email: str | None) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Resource", master_key=key, enforce_ssl=True)
        account = {"StringEquals": {"aws:SourceAccount": Arns.of(scope).account}}
        for sid, name in (("Alarms", "cloudwatch.amazonaws.com"), ("Budgets", "budgets.amazonaws.com")):
            self.topic.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=f"{sid}OfThisAccount",
                    principals=[service(name)],
                    actions=["sns:Publish"],
                    resources=[self.topic.topic_arn],
                    conditions=account,
                )
            )
        if email is not None:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))
