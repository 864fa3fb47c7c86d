"""The part of the control stack that has objects labelled and keeps their labels."""

from functools import partial
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_

from constructs.control_function import Program
from constructs.label_alarms import RUNBOOK
from constructs.label_function_role import LabelFunctionRole, LabelReach
from stacks.function_kit import FunctionKit

if TYPE_CHECKING:
    from stacks.data_stack import DataStack

_MINUTES = 10  # fifty thousand objects of a job are verified and recorded in less


def add_labels(kit: FunctionKit, data: "DataStack", data_key: kms.IKey) -> None:
    """Add the label function, its table, and the queue that rules of use cases send to.

    Args:
        kit: of the stack.
        data: the buckets; data_key: encrypts them.
    """
    labels = kit.table("Labels", "item", dynamodb.AttributeType.STRING)
    looks = kit.looks("Label", looks_at="label", runbook=RUNBOOK, timeout_minutes=_MINUTES)
    function = _function(kit, LabelReach(data.raw, data.labelled, data_key, labels, looks.queue))
    looks.invoke(function)
    # For `ops label`.
    cdk.CfnOutput(kit.scope, "LabelFunctionName", value=function.function_name)
    cdk.CfnOutput(kit.scope, "LabelsTable", value=labels.table_name)


def _function(kit: FunctionKit, reach: LabelReach) -> lambda_.IFunction:
    return kit.function(
        "Label",
        program=Program(
            package="label",
            description="Has objects labelled, and keeps their labels",
            settings={
                "ML_LOOP_ENVIRONMENT": kit.environment,
                "ML_LOOP_LABELS_TABLE": reach.labels.table_name,
                "ML_LOOP_RAW_BUCKET": reach.raw.bucket_name,
                "ML_LOOP_LABELLED_BUCKET": reach.labelled.bucket_name,
            },
            serialised="Conditional writes serialise runs, and the queue invokes two at once at most",
            timeout_minutes=_MINUTES,
        ),
        role=partial(LabelFunctionRole, environment=kit.environment, reach=reach),
        runbook=RUNBOOK,
    )
