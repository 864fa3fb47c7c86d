"""What the parts of the control stack make their functions of."""

from dataclasses import dataclass, field
from functools import cached_property

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from config.environment import Retention
from constructs.control_function import ControlFunction, Program
from constructs.dead_letter_queue import DeadLetterQueue
from constructs.encrypted_log_group import EncryptedLogGroup
from constructs.function_alarms import FunctionAlarms
from constructs.look_queue import LookQueue, LooksAt
from constructs.placement import Placement
from constructs.records_table import RecordsTable


@dataclass(frozen=True)
class FunctionKit:
    """Functions of one stack, with what belongs to each.

    Attributes:
        scope: the stack.
        retention: of the environment.
        key: of queues, tables and settings; logs_key: of log groups.
        topic_arn: where alarms go.
        inside: the network that functions run in; None: outside.
        alarms: names of those that were made.
    """

    scope: Construct
    retention: Retention
    key: kms.IKey
    logs_key: kms.IKey
    topic_arn: str
    inside: Placement | None
    alarms: list[str] = field(default_factory=list)

    def table(self, construct_id: str, sort_key: str, kind: dynamodb.AttributeType) -> dynamodb.ITable:
        """Return a table of records."""
        made = RecordsTable(
            self.scope, construct_id, sort_key=(sort_key, kind), key=self.key, destroy=self.retention.destroys
        )
        return made.table

    def queue(self, construct_id: str, holds: str, runbook: str) -> sqs.IQueue:
        """Return a dead-letter queue with its alarm."""
        alarm = f"{self._stack_name}-{construct_id}NotEmpty"
        self.alarms.append(alarm)
        return DeadLetterQueue(
            self.scope,
            construct_id,
            key=self.key,
            topic_arn=self.topic_arn,
            alarm_name=alarm,
            holds=holds,
            runbook=runbook,
        ).queue

    def log_group(self, construct_id: str) -> logs.ILogGroup:
        """Return a log group."""
        return EncryptedLogGroup(
            self.scope, construct_id, key=self.logs_key, days=self.retention.log_days, destroy=self.retention.destroys
        ).log_group

    def function(
        self,
        construct_id: str,
        *,
        program: Program,
        role: iam.IRole,
        log_group: logs.ILogGroup,
        failures: sqs.IQueue | None,
    ) -> lambda_.IFunction:
        """Return a function; `failures` takes events that it could not handle, None if only a queue invokes it."""
        return ControlFunction(
            self.scope,
            construct_id,
            program=program,
            role=role,
            key=self.key,
            log_group=log_group,
            failures=failures,
            inside=self.inside,
        ).function

    def looks(
        self,
        construct_id: str,
        *,
        environment: str,
        looks_at: LooksAt,
        failed: str,
        function: str,
        runbook: str,
        undelivered: sqs.IQueue,
        timeout_minutes: int,
    ) -> LookQueue:
        """Return the queue of a function that rules of use cases have look.

        Args:
            environment: its name.
            looks_at: what the function looks at.
            failed: id of the dead-letter queue; function: what people call the function; runbook: says what to do.
            undelivered: takes what rules could not deliver.
            timeout_minutes: of the function.
        """
        failures = self.queue(failed, f"Messages that the {function} function could not handle lie", runbook)
        return LookQueue(
            self.scope,
            construct_id,
            environment=environment,
            looks_at=looks_at,
            key=self.key,
            failures=failures,
            undelivered=undelivered,
            timeout_minutes=timeout_minutes,
        )

    def watch(self, construct_id: str, function: lambda_.IFunction, name: str, runbook: str) -> None:
        """Alarm on a function's errors and throttles; `name` is what people call it."""
        self.alarms.extend(
            FunctionAlarms(
                self.scope,
                construct_id,
                function_name=function.function_name,
                name=name,
                alarms=f"{self._stack_name}-{construct_id}",
                topic_arn=self.topic_arn,
                runbook=runbook,
            ).names
        )

    @cached_property
    def _stack_name(self) -> str:
        return cdk.Stack.of(self.scope).stack_name
