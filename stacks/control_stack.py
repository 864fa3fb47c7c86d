"""The functions that act on use cases, once per environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from config import Environment
from constructs.alarm_topic import AlarmTopic
from constructs.batch_alarms import RUNBOOK as BATCH_RUNBOOK
from constructs.batch_function_role import BatchFunctionRole, BatchReach
from constructs.control_function import Program
from constructs.release_alarms import RUNBOOK as RELEASE_RUNBOOK
from constructs.release_function_role import ReleaseFunctionRole, ReleaseReach
from constructs.release_triggers import ReleaseTriggers
from stacks.assignment_part import add_assignment
from stacks.data_stack import DataStack
from stacks.experiment_part import add_experiments
from stacks.function_kit import FunctionKit
from stacks.label_part import add_labels
from stacks.monitor_part import add_monitoring
from stacks.network_stack import NetworkStack
from stacks.retrain_part import add_retraining
from stacks.security_stack import SecurityStack

_MINUTES = 5  # a run of ten thousand files is recorded in less
_BATCH_SHARE = 10  # of a job's volume: what the files of a batch may take


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


class ControlStack(cdk.Stack):
    """The release function, its records, triggers, dead-letter queues and alarms, and the other functions.

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
        self._environment, self._security, self._key = environment.name, security, security.control_key
        # Jobs hold a batch's files and what is made of them; CSV, Parquet and .gz grow when they become JSON.
        self._run_bytes = environment.sizes.volume_gb * 1024**3 // _BATCH_SHARE
        # Only the full set of interface endpoints reaches every service that the functions call.
        full = environment.network.interface_endpoints == "full"
        self._inside = network.functions if full else None
        topic = AlarmTopic(self, "Alarms", key=self._key, email=environment.alarm_email).topic
        self.alarm_topic_arn: str = topic.topic_arn
        self._kit = kit = FunctionKit(
            self, environment.retention, self._key, security.logs_key, topic.topic_arn, self._inside
        )
        self._table, self._queue, self._log_group, self._function = kit.table, kit.queue, kit.log_group, kit.function
        self.undelivered = self._queue("UndeliveredEvents", "Events that could not be delivered lie", RELEASE_RUNBOOK)
        for given in (self.alarm_topic_arn, self.undelivered.queue_arn):
            # Whether there are use cases or not: an export cannot go before those who import it.
            self.export_value(given)
        self._release(data, scaling=environment.scales)
        if wanted.scores_files:
            self._batch_transform(data)
        experiments = None
        if wanted.assignments:
            add_assignment(kit, environment.name, data, security.data_key, wanted.assignments)
            experiments = add_experiments(
                kit, environment.name, data, security.data_key, self.undelivered, wanted.assignments
            )
        if wanted.labels:
            add_labels(kit, environment.name, data, security.data_key, self.undelivered)
        if wanted.turns:
            samples = data if wanted.samples else None
            add_retraining(kit, environment.name, self.undelivered, experiments, samples, security.data_key)
        if wanted.watches:
            models_key = security.models_key if wanted.schedules else None
            add_monitoring(kit, environment.name, data, security.data_key, self.undelivered, models_key)
        self.alarms = tuple(kit.alarms)

    def _release(self, data: DataStack, *, scaling: bool) -> None:
        records = self._table("Releases", "number", dynamodb.AttributeType.NUMBER)
        failures = self._queue("FailedEvents", "Events that the release function could not handle lie", RELEASE_RUNBOOK)
        log_group = self._log_group("ReleaseLogs")
        role = ReleaseFunctionRole(
            self,
            "ReleaseRole",
            environment=self._environment,
            reach=ReleaseReach(records, failures, data.models, self._security.models_key, scaling),
            key=self._key,
            log_group=log_group,
            inside_network=self._inside is not None,
        ).role
        function = self._function(
            "Release",
            program=Program(
                package="release",
                description="Brings approved model packages live",
                settings={"ML_LOOP_ENVIRONMENT": self._environment, "ML_LOOP_RECORDS_TABLE": records.table_name},
                serialised="Conditional writes serialise releases",
            ),
            role=role.without_policy_updates(),
            log_group=log_group,
            failures=failures,
        )
        self._kit.watch("ReleaseAlarms", function, "release", RELEASE_RUNBOOK)
        ReleaseTriggers(
            self, "ReleaseTriggers", environment=self._environment, function=function, undelivered=self.undelivered
        )
        # For `ops release`.
        cdk.CfnOutput(self, "ReleaseFunctionName", value=function.function_name)
        cdk.CfnOutput(self, "ReleaseRecords", value=records.table_name)

    def _batch_transform(self, data: DataStack) -> None:
        runs = self._table("BatchRuns", "item", dynamodb.AttributeType.STRING)
        looks = self._kit.looks(
            "BatchLooks",
            environment=self._environment,
            looks_at="batch",
            failed="FailedLooks",
            function="batch transform",
            runbook=BATCH_RUNBOOK,
            undelivered=self.undelivered,
            timeout_minutes=_MINUTES,
        )
        log_group = self._log_group("BatchLogs")
        role = BatchFunctionRole(
            self,
            "BatchRole",
            environment=self._environment,
            reach=BatchReach(data.raw, data.processed, self._security.data_key, runs, looks.queue),
            key=self._key,
            log_group=log_group,
            inside_network=self._inside is not None,
        ).role
        function = self._function(
            "Batch",
            program=Program(
                package="batch_transform",
                description="Scores files with the champion",
                settings={
                    "ML_LOOP_ENVIRONMENT": self._environment,
                    "ML_LOOP_RUNS_TABLE": runs.table_name,
                    "ML_LOOP_RAW_BUCKET": data.raw.bucket_name,
                    "ML_LOOP_PROCESSED_BUCKET": data.processed.bucket_name,
                    "ML_LOOP_RUN_BYTES": str(self._run_bytes),
                },
                serialised="Conditional writes serialise runs, and the queue invokes two at once at most",
                timeout_minutes=_MINUTES,
            ),
            role=role.without_policy_updates(),
            log_group=log_group,
            failures=None,
        )
        looks.invoke(function)
        self._kit.watch("BatchAlarms", function, "batch transform", BATCH_RUNBOOK)
        # For `ops batch`.
        cdk.CfnOutput(self, "BatchFunctionName", value=function.function_name)
        cdk.CfnOutput(self, "BatchRunsTable", value=runs.table_name)
