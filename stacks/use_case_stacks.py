"""The stacks of one use case, and what each of them needs of the others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aws_cdk as cdk

from config import Environment, UseCase
from config.environment_agreement import require_agreement
from pipelines_src.job_code import Sources
from stacks.batch_stack import BatchStack
from stacks.control_stack import ControlStack
from stacks.data_stack import DataStack
from stacks.experiment_stack import ExperimentStack
from stacks.loop_stack import LoopStack
from stacks.monitoring_stack import MonitoringStack
from stacks.network_stack import NetworkStack
from stacks.security_stack import SecurityStack
from stacks.serving_stack import ServingStack
from stacks.training_stack import TrainingStack

Stack = TypeVar("Stack", bound=cdk.Stack)


@dataclass(frozen=True)
class UseCaseStacks:
    """Makes the stacks of use cases in one environment.

    Attributes:
        stage: of the environment.
        environment: what is deployed.
        network, security, data, control: what all use cases share.
        sources: code of the use cases' jobs.
        props: from the end of a stack's name to its properties.
    """

    stage: cdk.Stage
    environment: Environment
    network: NetworkStack
    security: SecurityStack
    data: DataStack
    control: ControlStack
    sources: Sources
    props: Callable[[str], dict[str, Any]]

    def add(self, use_case: UseCase) -> list[str]:
        """Add the stacks of a use case, and return the names of its alarms.

        Raises:
            ConfigError: the environment does not go with the use case.
        """
        require_agreement(self.environment, use_case)
        platform = {"network": self.network, "security": self.security, "data": self.data}
        shared: dict[str, Any] = {"environment": self.environment, **platform}
        training = self._stack(TrainingStack, "training", use_case, sources=self.sources, **shared)
        serving = self._stack(ServingStack, "serving", use_case, alarm_topic_arn=self.control.alarm_topic_arn, **shared)
        # The model package group comes first, and goes last: what serves is one of its versions.
        serving.add_stack_dependency(training)
        stacks = [training, serving, *self._around(use_case, training, serving)]
        if use_case.prepare.before_the_pipeline:
            from stacks.preparation_stack import PreparationStack  # Glue and Step Functions: few need them

            # It starts the pipeline by name.
            stacks.append(
                self._stack(
                    PreparationStack, "preparation", use_case, after=(training,), sources=self.sources, **shared
                )
            )
        if use_case.label:
            from stacks.labeling_stack import LabelingStack  # Step Functions and Cognito: few need them

            # Its rules send to a queue by name.
            stacks.append(
                self._stack(LabelingStack, "labeling", use_case, after=(self.control,), control=self.control, **shared)
            )
        for stack in stacks:
            cdk.Tags.of(stack).add("ml-loop:use-case", use_case.slug)
        # Those of training and preparation have none.
        return [name for stack in stacks for name in getattr(stack, "alarms", ())]

    def _around(self, use_case: UseCase, training: TrainingStack, serving: ServingStack) -> list[cdk.Stack]:
        """Return what goes round the model: scoring files, experiments, monitoring and the loop."""
        shared: dict[str, Any] = {"data": self.data, "training": training, "control": self.control}
        named, stacks = {"environment": self.environment.name, **shared}, list[cdk.Stack]()
        # Jobs run the code that training brought, the loop starts its pipeline by name, and rules send to a queue by
        # name. Transform jobs run under the role of the model that serves; what serves is watched.
        trained, served = (training, self.control), (training, serving, self.control)
        if use_case.batch:
            stacks.append(self._stack(BatchStack, "batch", use_case, after=served, batch=use_case.batch, **named))
        if use_case.experiment:
            stacks.append(
                self._stack(
                    ExperimentStack, "experiment", use_case, after=trained, experiment=use_case.experiment, **named
                )
            )
        if use_case.monitor:
            stacks.append(
                self._stack(
                    MonitoringStack,
                    "monitoring",
                    use_case,
                    after=served,
                    environment=self.environment,
                    monitor=use_case.monitor,
                    **shared,
                )
            )
        if use_case.retrain:
            stacks.append(self._stack(LoopStack, "loop", use_case, after=trained, retrain=use_case.retrain, **named))
        return stacks

    def _stack(
        self, kind: Callable[..., Stack], part: str, use_case: UseCase, after: tuple[cdk.Stack, ...] = (), **given: Any
    ) -> Stack:
        name = "".join(word.capitalize() for word in (*use_case.name.split("_"), part))
        stack = kind(self.stage, name, use_case=use_case, **given, **self.props(f"{use_case.slug}-{part}"))
        for before in after:
            stack.add_stack_dependency(before)
        return stack
