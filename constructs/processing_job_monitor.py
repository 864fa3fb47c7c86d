"""Monitoring by processing jobs: the project's own analyser in a pipeline, started by the monitor function."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.look_queue import LookQueues
from constructs.look_rule import endpoint_came_to_rest, look_rule, pipeline_is_over
from constructs.training_pipeline import TrainingPipeline


@dataclass(frozen=True)
class LookTerms:
    """When captures are looked at, and on what terms.

    Attributes:
        use_case: name of its folder.
        endpoint: the endpoint's name.
        terms: what the monitor function is told (lambda/monitor/events.py).
        schedule: when windows that have ended are looked at, an EventBridge schedule in UTC.
        queues: of the function.
    """

    use_case: str
    endpoint: str
    terms: Mapping[str, Any]
    schedule: str
    queues: LookQueues


class ProcessingJobMonitor:
    """The pipeline, and the rules that have the monitor function look. As `MonitorBackend` of `ModelMonitor`.

    Args:
        name: of the pipeline.
        description: for people.
        definition: the document that SageMaker runs.
        role_arn: the role of its jobs; policy: which must be there before the first of them.
        looks: when, and on what terms.
    """

    def __init__(
        self,
        *,
        name: str,
        description: str,
        definition: Mapping[str, Any],
        role_arn: str,
        policy: iam.CfnPolicy,
        looks: LookTerms,
    ) -> None:
        self._name, self._description, self._definition = name, description, definition
        self._role_arn, self._policy, self._looks = role_arn, policy, looks

    def bind(self, scope: Construct) -> None:
        """Make pipeline and rules.

        The schedule's message asks for new looks; the others let what is under way go on, and have what was missed made
        up for. So none hangs on one message.
        """
        pipeline = TrainingPipeline(
            scope,
            "Pipeline",
            name=self._name,
            description=self._description,
            definition=self._definition,
            role_arn=self._role_arn,
        )
        # Its first job may start as soon as it exists.
        pipeline.resource.add_resource_dependency(self._policy)
        looks = self._looks
        look = {"use_case": looks.use_case, "terms": dict(looks.terms)}

        def rule(name: str, description: str, said: Mapping[str, Any], **when: Any) -> None:
            look_rule(
                scope,
                name,
                use_case=looks.use_case,
                description=description,
                queues=looks.queues,
                said={"input": json.dumps(said)},
                **when,
            )

        begin = {**look, "begin": True}
        rule("Schedule", "time to look at captured requests", begin, schedule_expression=looks.schedule)
        rule("Hourly", "an hour has passed", look, schedule_expression="rate(1 hour)")
        over = pipeline_is_over(scope, self._name)
        rule("Over", "a look at captured requests is over", look, event_pattern=over)
        served = endpoint_came_to_rest(looks.endpoint)
        rule("Endpoint", "its endpoint came to rest", look, event_pattern=served)
