"""The part of the control stack that looks at experiments and decides about them."""

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_

from constructs.control_function import Program
from constructs.experiment_alarms import RUNBOOK
from constructs.experiment_function_role import ExperimentFunctionRole, ExperimentReach
from stacks.function_kit import FunctionKit

if TYPE_CHECKING:
    from stacks.data_stack import DataStack

_MINUTES = 2
# Sums, or weights that have moved, are waited for: five seconds gather what came at once.
_WINDOW_SECONDS = 5


def add_experiments(
    kit: FunctionKit,
    data: "DataStack",
    data_key: kms.IKey,
    models_key: kms.IKey,
    assignments: Mapping[str, str],
) -> dynamodb.ITable:
    """Add the experiment function, its table, which is returned, and the queue that rules of use cases send to.

    Args:
        kit: of the stack.
        data: the buckets; data_key: encrypts them.
        models_key: encrypts evaluations.
        assignments: how requests are shared, of each use case that has experiments.
    """
    records = kit.table("Experiments", "item", dynamodb.AttributeType.STRING)
    looks = kit.looks("Experiment", looks_at="experiment", runbook=RUNBOOK, timeout_minutes=_MINUTES)
    reach = ExperimentReach(data.processed, data_key, models_key, records, looks.queue)
    function = _function(kit, reach, assignments)
    looks.invoke(function, window_seconds=_WINDOW_SECONDS)
    # For `ops experiment`.
    cdk.CfnOutput(kit.scope, "ExperimentFunctionName", value=function.function_name)
    cdk.CfnOutput(kit.scope, "ExperimentRecords", value=records.table_name)
    return records


def _function(kit: FunctionKit, reach: ExperimentReach, assignments: Mapping[str, str]) -> lambda_.IFunction:
    return kit.function(
        "Experiment",
        program=Program(
            package="experiment",
            description="Decides between champion and challenger",
            settings={
                "ML_LOOP_ENVIRONMENT": kit.environment,
                "ML_LOOP_EXPERIMENTS_TABLE": reach.records.table_name,
                "ML_LOOP_PROCESSED_BUCKET": reach.processed.bucket_name,
                "ML_LOOP_ASSIGNMENTS": json.dumps(dict(assignments), sort_keys=True),
            },
            serialised="Conditional writes serialise what is decided, and the queue invokes two at once at most",
            timeout_minutes=_MINUTES,
        ),
        role=partial(ExperimentFunctionRole, environment=kit.environment, reach=reach),
        runbook=RUNBOOK,
    )
