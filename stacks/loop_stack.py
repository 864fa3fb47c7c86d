"""One use case's way round: when its model is trained again; only where the use case has a section `retrain`."""

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from constructs import Construct

from config import UseCase
from config.use_case.retrain import Retrain
from constructs.arns import Arns
from constructs.look_queue import LookQueues, look_queue_name
from constructs.retrain_alarms import RetrainAlarms
from constructs.retrain_triggers import RetrainTriggers

if TYPE_CHECKING:
    from stacks.control_stack import ControlStack


class LoopStack(cdk.Stack):
    """The rules that have the retrain function look, and alarms.

    Args:
        environment: its name.
        retrain: the use case's section.
        control: has the function, the topic of alarms, and the queue for what rules cannot deliver.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        use_case: UseCase,
        retrain: Retrain,
        control: "ControlStack",
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        RetrainTriggers(
            self,
            "Triggers",
            use_case=use_case.name,
            terms=retrain.terms(use_case.train),
            pipeline=f"{environment}-{use_case.slug}",
            schedule=retrain.schedule,
            queues=LookQueues(
                Arns.of(self).arn("sqs", look_queue_name(environment, "retrain")), control.undelivered.queue_arn
            ),
        )
        self.alarms = RetrainAlarms(
            self,
            "Alarms",
            environment=environment,
            use_case=use_case.slug,
            topic_arn=control.alarm_topic_arn,
        ).names
