"""A queue of messages that ask a function to look at use cases, and its connection to that function."""

from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.durations import days, minutes
from constructs.statements import service

# A burst of events becomes a few invocations: up to a thousand messages, or what came within a minute.
GATHERED, WINDOW_SECONDS = 1000, 60
ATTEMPTS = 3


@dataclass(frozen=True)
class LookQueues:
    """ARNs of where rules send what a function should look at, and what they could not deliver."""

    looks: str
    undelivered: str


def look_queue_name(environment: str) -> str:
    """Return the queue's name.

    It has one, since rules of use cases need it: an export could not go before those who import it, and so the last
    use case that scores files could not leave.
    """
    return f"{environment}-batch-looks"


class LookQueue(Construct):
    """Rules of the environment's stacks send to it; what a function fails at three times goes to the dead letters.

    Rules come with use cases, later than this: the policy knows them by the environment in their names.

    Args:
        environment: prefix of the names of rules.
        key: encrypts it; its policy must allow EventBridge.
        failures: takes what failed; undelivered: takes what rules could not deliver.
        timeout_minutes: of the function; a message is hidden six times as long, as Lambda's guide asks.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        key: kms.IKey,
        failures: sqs.IQueue,
        undelivered: sqs.IQueue,
        timeout_minutes: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Resource",
            queue_name=look_queue_name(environment),
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=days(4),
            visibility_timeout=minutes(6 * timeout_minutes),
            dead_letter_queue=sqs.DeadLetterQueue(queue=failures, max_receive_count=ATTEMPTS),
        )
        rules = Arns.of(self).arn("events", f"rule/{environment}-*")
        for queue in (self.queue, undelivered):
            queue.add_to_resource_policy(
                iam.PolicyStatement(
                    sid="RulesOfThisEnvironment",
                    principals=[service("events.amazonaws.com")],
                    actions=["sqs:SendMessage"],
                    resources=[queue.queue_arn],
                    conditions={"ArnLike": {"aws:SourceArn": rules}},
                )
            )

    def invoke(self, function: lambda_.IFunction) -> None:
        """Have a function take the messages; its role must allow it."""
        lambda_.CfnEventSourceMapping(
            self,
            "Messages",
            event_source_arn=self.queue.queue_arn,
            function_name=function.function_name,
            batch_size=GATHERED,
            maximum_batching_window_in_seconds=WINDOW_SECONDS,
            function_response_types=["ReportBatchItemFailures"],
            # Runs are claimed one by one; more functions at once would only lose the claim.
            scaling_config={"maximumConcurrency": 2},
        )
