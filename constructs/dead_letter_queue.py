"""A queue for what could not be delivered or handled, with an alarm on it."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.durations import days, minutes
from constructs.findings import acknowledge


class DeadLetterQueue(Construct):
    """An encrypted queue, kept for 14 days, that alarms as soon as it holds anything.

    Args:
        key: encrypts it; its policy must allow the service that sends.
        topic: who is told.
        holds: what lies in it, for the alarm's text.
        runbook: what says what to do.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, key: kms.IKey, topic: sns.ITopic, holds: str, runbook: str
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Resource",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=days(14),
        )
        acknowledge(self.queue, {"AwsSolutions-SQS3": "This is the dead-letter queue."})
        alarm = cloudwatch.Alarm(
            self,
            "NotEmpty",
            alarm_description=f"{holds} in a dead-letter queue. {runbook}",
            metric=self.queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=minutes(5)),
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
