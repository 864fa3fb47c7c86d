"""The functions that act on use cases, once per environment."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from config import Environment
from constructs.alarm_topic import AlarmTopic
from constructs.dead_letter_queue import DeadLetterQueue
from constructs.encrypted_log_group import EncryptedLogGroup
from constructs.function_alarms import FunctionAlarms
from constructs.release_function import ReleaseFunction
from constructs.release_function_role import ReleaseFunctionRole
from constructs.release_records import ReleaseRecords
from constructs.release_triggers import ReleaseTriggers
from stacks.network_stack import NetworkStack
from stacks.security_stack import SecurityStack


class ControlStack(cdk.Stack):
    """The release function, its records, triggers, dead-letter queues and alarms.

    It knows no use case: it finds them by the names and tags of their stacks.

    Attributes:
        alarm_topic: where every alarm of the environment goes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        network: NetworkStack,
        security: SecurityStack,
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        retention, key = environment.retention, security.control_key
        destroy = retention.removal == "destroy" and retention.allow_data_loss
        # Only the full set of interface endpoints reaches every service that the function calls.
        full = environment.network.interface_endpoints == "full"
        inside = network.functions if full else None
        self.alarm_topic: sns.ITopic = AlarmTopic(self, "Alarms", key=key, email=environment.alarm_email).topic
        records = ReleaseRecords(self, "Releases", key=key, destroy=destroy).table
        failures = self._queue("FailedEvents", key, "Events that the release function could not handle lie")
        undelivered = self._queue("UndeliveredEvents", key, "Events that could not be delivered lie")
        log_group = EncryptedLogGroup(
            self, "ReleaseLogs", key=security.logs_key, days=retention.log_days, destroy=destroy
        ).log_group
        role = ReleaseFunctionRole(
            self,
            "ReleaseRole",
            environment=environment.name,
            records=records,
            key=key,
            log_group=log_group,
            failures=failures,
            inside_network=inside is not None,
        ).role
        function = ReleaseFunction(
            self,
            "Release",
            settings={
                "ML_LOOP_ENVIRONMENT": environment.name,
                "ML_LOOP_RECORDS_TABLE": records.table_name,
            },
            role=role.without_policy_updates(),
            key=key,
            log_group=log_group,
            failures=failures,
            inside=inside,
        ).function
        FunctionAlarms(self, "ReleaseAlarms", function=function, name="release", topic=self.alarm_topic)
        ReleaseTriggers(
            self, "ReleaseTriggers", environment=environment.name, function=function, undelivered=undelivered
        )
        cdk.CfnOutput(self, "ReleaseRecords", value=records.table_name)

    def _queue(self, construct_id: str, key: kms.IKey, holds: str) -> sqs.IQueue:
        return DeadLetterQueue(self, construct_id, key=key, topic=self.alarm_topic, holds=holds).queue
