"""A queue of messages that ask a function to look at use cases."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.function_queue import FunctionQueue
from constructs.statements import service


@dataclass(frozen=True)
class LookQueues:
    """ARNs of where rules send what a function should look at, and what they could not deliver."""

    looks: str
    undelivered: str


LooksAt = Literal["batch", "experiment", "label", "monitor", "retrain"]


def look_queue_name(environment: str, looks_at: LooksAt) -> str:
    """Return the name of the queue of the function that looks at batch transforms, experiments, labels, captures or
    turns of the loop.

    It has one, since rules of use cases need it: an export could not go before those who import it, and so the last
    use case that scores files, has experiments, is watched or is labelled could not leave.
    """
    return f"{environment}-{looks_at}-looks"


class LookQueue(FunctionQueue):
    """Rules of the environment's stacks send to it.

    Rules come with use cases, later than this: the policy knows them by the environment in their names.

    Args:
        environment: prefix of the names of rules.
        looks_at: what its function looks at.
        key: encrypts it; its policy must allow EventBridge.
        failures: takes what failed.
        timeout_minutes: of the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        looks_at: LooksAt,
        key: kms.IKey,
        failures: sqs.IQueue,
        timeout_minutes: int,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            key=key,
            failures=failures,
            timeout_minutes=timeout_minutes,
            name=look_queue_name(environment, looks_at),
        )
        let_rules_send(self.queue, environment, Arns.of(scope))


def let_rules_send(queue: sqs.IQueue, environment: str, arns: Arns) -> None:
    """Let all rules of an environment send to a queue."""
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid="RulesOfThisEnvironment",
            principals=[service("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnLike": {"aws:SourceArn": arns.arn("events", f"rule/{environment}-*")}},
        )
    )
