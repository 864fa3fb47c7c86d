"""One use case's way round: when its model is trained again; only where the use case has a section `retrain`."""

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from constructs import Construct

from config import UseCase
from config.use_case.retrain import Retrain
from constructs.retrain_alarms import RetrainAlarms
from constructs.retrain_triggers import RetrainTriggers
from stacks.loop_terms import LoopMessages
from stacks.sampling_part import add_sampling

if TYPE_CHECKING:
    from stacks.control_stack import ControlStack
    from stacks.data_stack import DataStack
    from stacks.training_stack import TrainingStack


class LoopStack(cdk.Stack):
    """The rules that have the retrain function look, and alarms; where turns label, also the pipelines for that.

    Args:
        environment: its name.
        retrain: the use case's section.
        data: the buckets.
        training: gives the code that jobs run, and what its own pipeline takes from the environment.
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
        data: "DataStack",
        training: "TrainingStack",
        control: "ControlStack",
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        said = LoopMessages.of(self, environment=environment, use_case=use_case, retrain=retrain, control=control)
        RetrainTriggers(
            self,
            "Triggers",
            use_case=use_case.name,
            terms=said.terms,
            pipeline=f"{environment}-{use_case.slug}",
            schedule=retrain.schedule,
            machine_arn=said.machine_arn,
            queues=said.queues,
        )
        if retrain.sample:
            add_sampling(
                self,
                environment=environment,
                use_case=use_case,
                sample=retrain.sample,
                data=data,
                training=training,
                said=said,
            )
        self.alarms = RetrainAlarms(
            self,
            "Alarms",
            environment=environment,
            use_case=use_case.slug,
            topic_arn=control.alarm_topic_arn,
        ).names
