"""An encrypted queue of messages for a function, and its connection to it."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.asked_once import Queue
from constructs.durations import days, minutes

# A burst of messages becomes a few invocations: up to a thousand messages, or what came within a minute.
GATHERED, WINDOW_SECONDS = 1000, 60
ATTEMPTS = 3


class FunctionQueue(Construct):
    """Messages wait for four days at most; what the function fails at three times goes to the dead letters.

    Args:
        key: encrypts it; its policy must allow those who send.
        failures: takes what failed.
        timeout_minutes: of the function; a message is hidden six times as long, as Lambda's guide asks.
        name: of the queue; None: CloudFormation names it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        failures: sqs.IQueue,
        timeout_minutes: int,
        name: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = Queue(
            self,
            "Resource",
            queue_name=name,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=days(4),
            visibility_timeout=minutes(6 * timeout_minutes),
            dead_letter_queue=sqs.DeadLetterQueue(queue=failures, max_receive_count=ATTEMPTS),
        )

    def invoke(self, function: lambda_.IFunction, *, at_once: int = 2, window_seconds: int = WINDOW_SECONDS) -> None:
        """Have a function take the messages; its role must allow it.

        Args:
            function: tells which messages of a batch failed.
            at_once: invocations at the same time, from 2.
            window_seconds: how long messages are gathered.
        """
        lambda_.CfnEventSourceMapping(
            self,
            "Messages",
            event_source_arn=self.queue.queue_arn,
            function_name=function.function_name,
            batch_size=GATHERED,
            maximum_batching_window_in_seconds=window_seconds,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximumConcurrency": at_once},
        )
