"""What makes the experiment function look at a use case."""

import json
from typing import Any

from aws_cdk import aws_events as events
from constructs import Construct

from constructs.arns import Arns
from constructs.look_queue import LookQueues

_TIME = "time"


class ExperimentSchedule(Construct):
    """Rules: the schedule's, and two that let what is under way go on: sums are made, weights have moved.

    The schedule's message carries the event's own time, by which a look is told from its repetition.

    Args:
        use_case: name of its folder.
        endpoint: its endpoint's name.
        pipeline: name of its outcomes pipeline.
        schedule: an EventBridge schedule in UTC.
        queues: of the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        use_case: str,
        endpoint: str,
        pipeline: str,
        schedule: str,
        queues: LookQueues,
    ) -> None:
        super().__init__(scope, construct_id)
        arns, look = Arns.of(self), {"use_case": use_case}

        def rule(name: str, description: str, said: dict[str, Any], **when: Any) -> None:
            target: dict[str, Any] = {
                "id": "Look",
                "arn": queues.looks,
                "deadLetterConfig": {"arn": queues.undelivered},
                "retryPolicy": {"maximumRetryAttempts": 24, "maximumEventAgeInSeconds": 7200},
            }
            events.CfnRule(self, name, description=f"{use_case}: {description}", targets=[target | said], **when)

        template = json.dumps(look)[:-1] + f', "{_TIME}": <{_TIME}>}}'
        timed = {"inputTransformer": {"inputPathsMap": {_TIME: "$.time"}, "inputTemplate": template}}
        rule("Schedule", "time to look at the experiment", timed, schedule_expression=schedule)
        over = {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Building Pipeline Execution Status Change"],
            "detail": {
                "currentPipelineExecutionStatus": ["Succeeded", "Failed", "Stopped"],
                "pipelineArn": [arns.arn("sagemaker", f"pipeline/{pipeline}")],
            },
        }
        rule("Sums", "the sums of a look are made, or will not be", {"input": json.dumps(look)}, event_pattern=over)
        served = {
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Endpoint State Change"],
            "detail": {"EndpointName": [endpoint], "EndpointStatus": ["IN_SERVICE", "FAILED"]},
        }
        rule("Endpoint", "its endpoint came to rest", {"input": json.dumps(look)}, event_pattern=served)
