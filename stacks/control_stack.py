"""The functions that act on use cases, once per environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import aws_cdk as cdk
from constructs import Construct

from config import Environment, UseCase
from config.use_case.native_monitor import BACKEND
from constructs.alarm_topic import AlarmTopic
from constructs.cost_budget import CostBudget
from stacks.assignment_part import add_assignment
from stacks.batch_part import add_batch_transform
from stacks.data_stack import DataStack
from stacks.experiment_part import add_experiments
from stacks.function_kit import FunctionKit
from stacks.label_part import add_labels
from stacks.monitor_part import add_monitoring
from stacks.network_stack import NetworkStack
from stacks.release_part import add_releases
from stacks.retrain_part import add_retraining
from stacks.security_stack import SecurityStack


@dataclass(frozen=True)
class Wanted:
    """What any use case needs a function for.

    Attributes:
        scores_files, labels, turns, samples, watches: whether one does, is labelled, is trained again by itself, has
            captured requests labelled for that, or is watched.
        schedules: whether SageMaker Model Monitor watches one.
        assignments: how requests are shared, of each use case that has experiments.
    """

    scores_files: bool
    labels: bool
    turns: bool
    samples: bool
    watches: bool
    schedules: bool
    assignments: Mapping[str, str]

    @classmethod
    def of(cls, use_cases: Sequence[UseCase]) -> Self:
        """Return what these need."""
        again = [use_case.retrain for use_case in use_cases if use_case.retrain]
        watched = [use_case.monitor for use_case in use_cases if use_case.monitor]
        return cls(
            scores_files=any(use_case.batch for use_case in use_cases),
            labels=any(use_case.label for use_case in use_cases),
            turns=bool(again),
            samples=any(retrain.sample for retrain in again),
            watches=bool(watched),
            schedules=any(monitor.backend == BACKEND for monitor in watched),
            assignments={one.name: one.experiment.assignment for one in use_cases if one.experiment},
        )


class ControlStack(cdk.Stack):
    """The release function, its records, triggers, dead-letter queues and alarms, the other functions, and the budget.

    Of use cases it knows no more than how their requests are shared: it finds them by the names and tags of their
    stacks, and by what their rules send.

    Args:
        data: its buckets.
        wanted: what use cases need functions for.

    Attributes:
        alarm_topic_arn: where every alarm of the environment goes.
        alarms: names of this stack's own.
        undelivered: takes what rules of the environment cannot deliver.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        network: NetworkStack,
        security: SecurityStack,
        data: DataStack,
        wanted: Wanted,
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        # Only the full set of interface endpoints reaches every service that the functions call.
        full = environment.network.interface_endpoints == "full"
        topic = AlarmTopic(self, "Alarms", key=security.control_key, email=environment.alarm_email).topic
        self.alarm_topic_arn: str = topic.topic_arn
        CostBudget(
            self, "Budget", environment=environment.name, monthly_usd=environment.budget.monthly_usd, topic=topic
        )
        kit = FunctionKit(
            self,
            environment.name,
            environment.retention,
            security.control_key,
            security.logs_key,
            topic.topic_arn,
            network.functions if full else None,
        )
        self.undelivered = kit.undelivered
        for given in (self.alarm_topic_arn, self.undelivered.queue_arn):
            # Whether there are use cases or not: an export cannot go before those who import it.
            self.export_value(given)
        add_releases(kit, data, security.models_key, scaling=environment.scales)
        if wanted.scores_files:
            add_batch_transform(kit, data, security.data_key, environment.sizes.volume_gb)
        experiments = None
        if wanted.assignments:
            add_assignment(kit, data, security.data_key, wanted.assignments)
            experiments = add_experiments(kit, data, security.data_key, security.models_key, wanted.assignments)
        if wanted.labels:
            add_labels(kit, data, security.data_key)
        if wanted.turns:
            add_retraining(kit, experiments, data if wanted.samples else None, security.data_key)
        if wanted.watches:
            add_monitoring(kit, data, security.data_key, security.models_key if wanted.schedules else None)
        self.alarms = tuple(kit.alarms)
