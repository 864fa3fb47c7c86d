"""What the parts of the control stack make their functions of."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from config.environment import Retention
from constructs.arns import Arns
from constructs.control_function import ControlFunction, Program, Shared
from constructs.dead_letter_queue import DeadLetterQueue
from constructs.encrypted_log_group import EncryptedLogGroup
from constructs.function_alarms import FunctionAlarms
from constructs.function_statements import Running
from constructs.look_queue import LookQueue, LooksAt, let_rules_send
from constructs.placement import Placement
from constructs.records_table import RecordsTable
from constructs.release_alarms import RUNBOOK


class FunctionRole(Protocol):
    """A construct with the role of a function."""

    role: iam.Role


class MakesRole(Protocol):
    """A class of such constructs, what the function works on given."""

    def __call__(self, scope: Construct, construct_id: str, *, running: Running) -> FunctionRole:
        """Return the construct."""


@dataclass(frozen=True)
class FunctionKit:
    """Functions of one stack, with what belongs to each.

    Attributes:
        scope: the stack; environment: whose.
        retention: of the environment.
        key: of queues, tables and settings; logs_key: of log groups.
        topic_arn: where alarms go.
        inside: the network that functions run in; None: outside.
        alarms: names of those that were made.
    """

    scope: Construct
    environment: str
    retention: Retention
    key: kms.IKey
    logs_key: kms.IKey
    topic_arn: str
    inside: Placement | None
    alarms: list[str] = field(default_factory=list)
    _looks: list[str] = field(default_factory=list)

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

    def function(
        self, name: str, *, program: Program, role: MakesRole, runbook: str, failures: sqs.IQueue | None = None
    ) -> lambda_.IFunction:
        """Return a function with its log group, its role and its alarms.

        Args:
            name: id of the function; those of the others begin with it.
            program: what it runs.
            role: makes its role.
            runbook: says what to do about its errors.
            failures: takes events that it could not handle; None: only a queue invokes it, which has one itself.
        """
        log_group = EncryptedLogGroup(
            self.scope, f"{name}Logs", key=self.logs_key, days=self.retention.log_days, destroy=self.retention.destroys
        ).log_group
        running = Running(self.key, log_group, self.inside is not None)
        made = ControlFunction(
            self.scope,
            name,
            program=program,
            role=role(self.scope, f"{name}Role", running=running).role.without_policy_updates(),
            key=self.key,
            log_group=log_group,
            failures=failures,
            shared=self._shared,
        ).function
        self._watch(f"{name}Alarms", made, program.called, runbook)
        return made

    def looks(
        self, name: str, *, looks_at: LooksAt, runbook: str, timeout_minutes: int, failed: str | None = None
    ) -> LookQueue:
        """Return the queue of a function that rules of use cases have look.

        Args:
            name: id of the function; that of the queue begins with it.
            looks_at: what the function looks at.
            runbook: says what to do about messages that it could not handle.
            timeout_minutes: of the function.
            failed: id of the dead-letter queue; None: `Failed<name>Looks`.
        """
        called = "batch transform" if looks_at == "batch" else looks_at
        holds = f"Messages that the {called} function could not handle lie"
        if not self._looks:
            # Rules of use cases send what they could not deliver to one queue, whatever they ask for.
            let_rules_send(self.undelivered, self.environment, Arns.of(self.scope))
        self._looks.append(name)
        return LookQueue(
            self.scope,
            f"{name}Looks",
            environment=self.environment,
            looks_at=looks_at,
            key=self.key,
            failures=self.queue(failed or f"Failed{name}Looks", holds, runbook),
            timeout_minutes=timeout_minutes,
        )

    @cached_property
    def undelivered(self) -> sqs.IQueue:
        """What rules of the environment cannot deliver."""
        return self.queue("UndeliveredEvents", "Events that could not be delivered lie", RUNBOOK)

    @cached_property
    def _shared(self) -> Shared:
        return Shared.of(self.scope, self.inside)

    def _watch(self, construct_id: str, function: lambda_.IFunction, name: str, runbook: str) -> None:
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
