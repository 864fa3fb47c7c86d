"""A queue for what could not be delivered or handled, with an alarm on it."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.alarm import Metric, alarm
from constructs.asked_once import Queue
from constructs.durations import days
from constructs.findings import acknowledge


class DeadLetterQueue(Construct):
    """An encrypted queue, kept for 14 days, that alarms as soon as it holds anything.

    Args:
        key: encrypts it; its policy must allow the service that sends.
        topic_arn: who is told.
        alarm_name: the alarm's.
        holds: what lies in it, for the alarm's text.
        runbook: what says what to do, under a heading of the construct's id.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        topic_arn: str,
        alarm_name: str,
        holds: str,
        runbook: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = Queue(
            self,
            "Resource",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=days(14),
        )
        acknowledge(self.queue, {"AwsSolutions-SQS3": "This is the dead-letter queue."})
        alarm(
            self,
            "NotEmpty",
            name=alarm_name,
            description=f"{holds} in a dead-letter queue. {runbook}#{construct_id.lower()}",
            metric=Metric(
                "AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": self.queue.queue_name}, "Maximum"
            ),
            topic_arn=topic_arn,
        )
