"""Rules that have a function look at a use case, and the events that they hear."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_events as events
from constructs import Construct

from constructs.arns import Arns
from constructs.look_queue import LookQueues

Pattern = dict[str, Any]


def look_rule(
    scope: Construct,
    construct_id: str,
    *,
    use_case: str,
    description: str,
    queues: LookQueues,
    said: Mapping[str, Any],
    **when: Any,
) -> None:
    """Send a message to the function's queue, tried again for two hours, and kept if it cannot be delivered.

    Args:
        use_case: name of its folder.
        description: what has happened.
        queues: of the function.
        said: the target's `input` or `inputTransformer`.
        when: `event_pattern` or `schedule_expression`.
    """
    target = {
        "id": "Look",
        "arn": queues.looks,
        "deadLetterConfig": {"arn": queues.undelivered},
        "retryPolicy": {"maximumRetryAttempts": 24, "maximumEventAgeInSeconds": 7200},
        **said,
    }
    events.CfnRule(scope, construct_id, description=f"{use_case}: {description}", targets=[target], **when)


def pipeline_is_over(scope: Construct, pipeline: str) -> Pattern:
    """Return the event that an execution of a pipeline, by its name, has ended."""
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Building Pipeline Execution Status Change"],
        "detail": {
            "currentPipelineExecutionStatus": ["Succeeded", "Failed", "Stopped"],
            "pipelineArn": [Arns.of(scope).arn("sagemaker", f"pipeline/{pipeline}")],
        },
    }


def execution_is_over(machine_arn: str) -> Pattern:
    """Return the event that an execution of a state machine has ended."""
    return {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": [machine_arn], "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]},
    }


def alarm_rings(alarm_arns: Sequence[str]) -> Pattern:
    """Return the event that one of some alarms begins to ring."""
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "resources": list(alarm_arns),
        "detail": {"state": {"value": ["ALARM"]}},
    }


def endpoint_came_to_rest(endpoint: str) -> Pattern:
    """Return the event that an endpoint serves, or has failed."""
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Endpoint State Change"],
        "detail": {"EndpointName": [endpoint], "EndpointStatus": ["IN_SERVICE", "FAILED"]},
    }


def object_has_come(bucket_name: str, prefix: str) -> Pattern:
    """Return the event that a bucket has a new object below a prefix."""
    return {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [bucket_name]}, "object": {"key": [{"prefix": prefix}]}},
    }
