"""The part of the control stack that answers requests with champion or challenger, and keeps records of it."""

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from constructs.assignment_roles import AssignmentRole, CollectorRole
from constructs.control_function import Program
from constructs.function_queue import FunctionQueue
from stacks.function_kit import FunctionKit

if TYPE_CHECKING:
    from stacks.data_stack import DataStack

RUNBOOK = "docs/runbooks/assignment.md"
_MINUTES = 2
_COLLECTORS = 5  # at once: some hundred exposures a second


def add_assignment(kit: FunctionKit, data: "DataStack", data_key: kms.IKey, assignments: Mapping[str, str]) -> None:
    """Add the assignment function, its queue of events, and the collector that writes them to the bucket of captures.

    Nothing but identity policies lets anybody invoke the function: it has no address, and no policy of its own.

    Args:
        kit: of the stack.
        data: the buckets; data_key: encrypts them.
        assignments: how requests are shared, of each use case that has experiments.
    """
    holds = "Exposures, outcomes or requests that could not be handled lie"
    failures = kit.queue("FailedExposures", holds, RUNBOOK)
    events = FunctionQueue(kit.scope, "Exposures", key=kit.key, failures=failures, timeout_minutes=_MINUTES)
    front = _front(kit, events.queue, failures, assignments)
    events.invoke(_collector(kit, events.queue, data, data_key), at_once=_COLLECTORS)
    # For programs that ask, with the function or with `lambda/assignment_client`.
    cdk.CfnOutput(kit.scope, "AssignmentFunctionName", value=front.function_name)
    cdk.CfnOutput(kit.scope, "AssignmentQueueUrl", value=events.queue.queue_url)


def _front(
    kit: FunctionKit, events: sqs.IQueue, failures: sqs.IQueue, assignments: Mapping[str, str]
) -> lambda_.IFunction:
    return kit.function(
        "Assignment",
        program=Program(
            package="assignment",
            description="Answers requests with champion or challenger",
            settings={
                "ML_LOOP_ENVIRONMENT": kit.environment,
                "ML_LOOP_QUEUE_URL": events.queue_url,
                "ML_LOOP_USE_CASES": json.dumps(dict(assignments), sort_keys=True),
            },
            serialised="Requests are independent of each other, and as many as callers send",
            timeout_minutes=_MINUTES,
        ),
        role=partial(AssignmentRole, environment=kit.environment, events=events, failures=failures),
        runbook=RUNBOOK,
        failures=failures,
    )


def _collector(kit: FunctionKit, events: sqs.IQueue, data: "DataStack", data_key: kms.IKey) -> lambda_.IFunction:
    return kit.function(
        "Collector",
        program=Program(
            package="collector",
            description="Writes exposures and outcomes to the bucket of captures",
            settings={"ML_LOOP_ENVIRONMENT": kit.environment, "ML_LOOP_CAPTURE_BUCKET": data.capture.bucket_name},
            serialised="Objects are named after their messages, and the queue invokes a few at once at most",
            timeout_minutes=_MINUTES,
        ),
        role=partial(CollectorRole, events=events, capture=data.capture, data_key=data_key),
        runbook=RUNBOOK,
    )
