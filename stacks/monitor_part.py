"""The part of the control stack that has captured requests looked at, and publishes what was found."""

from functools import partial
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_

from constructs.control_function import Program
from constructs.monitor_alarms import RUNBOOK
from constructs.monitor_function_role import MonitorFunctionRole, MonitorReach
from stacks.function_kit import FunctionKit

if TYPE_CHECKING:
    from stacks.data_stack import DataStack

_MINUTES = 5  # half a million capture files of a window are listed in less


def add_monitoring(
    kit: FunctionKit,
    data: "DataStack",
    data_key: kms.IKey,
    models_key: kms.IKey | None = None,
) -> None:
    """Add the monitor function, its table, and the queue that rules of use cases send to.

    Args:
        kit: of the stack.
        data: the buckets; data_key: encrypts them.
        models_key: encrypts evaluations, for use cases that SageMaker's own schedules watch; None: there are none.
    """
    records = kit.table("MonitorRuns", "item", dynamodb.AttributeType.STRING)
    looks = kit.looks("Monitor", looks_at="monitor", runbook=RUNBOOK, timeout_minutes=_MINUTES)
    reach = MonitorReach(data.capture, data.processed, data_key, records, looks.queue, models_key)
    function = _function(kit, reach)
    looks.invoke(function)
    # For `ops monitor`.
    cdk.CfnOutput(kit.scope, "MonitorFunctionName", value=function.function_name)
    cdk.CfnOutput(kit.scope, "MonitorRunsTable", value=records.table_name)


def _function(kit: FunctionKit, reach: MonitorReach) -> lambda_.IFunction:
    return kit.function(
        "Monitor",
        program=Program(
            package="monitor",
            description="Has captured requests looked at, and publishes what was found",
            settings={
                "ML_LOOP_ENVIRONMENT": kit.environment,
                "ML_LOOP_MONITOR_TABLE": reach.records.table_name,
                "ML_LOOP_CAPTURE_BUCKET": reach.capture.bucket_name,
                "ML_LOOP_PROCESSED_BUCKET": reach.processed.bucket_name,
            },
            serialised="Conditional writes serialise runs, and the queue invokes two at once at most",
            timeout_minutes=_MINUTES,
        ),
        role=partial(MonitorFunctionRole, environment=kit.environment, reach=reach),
        runbook=RUNBOOK,
    )
