"""Monitoring by processing jobs: the project's own analyser in a pipeline, started by the monitor function."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.look_rule import endpoint_came_to_rest, pipeline_is_over
from constructs.look_terms import LookTerms
from constructs.training_pipeline import TrainingPipeline


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
        looks, rule = self._looks, partial(self._looks.rule, scope)
        rule("Schedule", "time to look at captured requests", begin=True, schedule_expression=looks.schedule)
        rule("Hourly", "an hour has passed", schedule_expression="rate(1 hour)")
        over = pipeline_is_over(scope, self._name)
        rule("Over", "a look at captured requests is over", event_pattern=over)
        rule("Endpoint", "its endpoint came to rest", event_pattern=endpoint_came_to_rest(looks.endpoint))
