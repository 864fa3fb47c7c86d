"""The part of the control stack that brings approved model packages live."""

from functools import partial
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms

from constructs.control_function import Program
from constructs.release_alarms import RUNBOOK
from constructs.release_function_role import ReleaseFunctionRole, ReleaseReach
from constructs.release_triggers import ReleaseTriggers
from stacks.function_kit import FunctionKit

if TYPE_CHECKING:
    from stacks.data_stack import DataStack


def add_releases(kit: FunctionKit, data: "DataStack", models_key: kms.IKey, *, scaling: bool) -> None:
    """Add the release function, its records, and the rules that hear of approvals.

    Args:
        kit: of the stack.
        data: the buckets; models_key: encrypts that of models.
        scaling: whether any endpoint scales.
    """
    records = kit.table("Releases", "number", dynamodb.AttributeType.NUMBER)
    failures = kit.queue("FailedEvents", "Events that the release function could not handle lie", RUNBOOK)
    reach = ReleaseReach(records, failures, data.models, models_key, scaling)
    function = kit.function(
        "Release",
        program=Program(
            package="release",
            description="Brings approved model packages live",
            settings={"ML_LOOP_ENVIRONMENT": kit.environment, "ML_LOOP_RECORDS_TABLE": records.table_name},
            serialised="Conditional writes serialise releases",
        ),
        role=partial(ReleaseFunctionRole, environment=kit.environment, reach=reach),
        runbook=RUNBOOK,
        failures=failures,
    )
    ReleaseTriggers(
        kit.scope, "ReleaseTriggers", environment=kit.environment, function=function, undelivered=kit.undelivered
    )
    # For `ops release`.
    cdk.CfnOutput(kit.scope, "ReleaseFunctionName", value=function.function_name)
    cdk.CfnOutput(kit.scope, "ReleaseRecords", value=records.table_name)
