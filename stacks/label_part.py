"""The part of the control stack that has objects labelled and keeps their labels."""

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from constructs.control_function import Program
from constructs.label_alarms import RUNBOOK
from constructs.label_function_role import LabelFunctionRole, LabelReach
from stacks.function_kit import FunctionKit

if TYPE_CHECKING:
    from stacks.data_stack import DataStack

_MINUTES = 10  # fifty thousand objects of a job are verified and recorded in less


def add_labels(
    kit: FunctionKit, environment: str, data: "DataStack", data_key: kms.IKey, undelivered: sqs.IQueue
) -> None:
    """Add the label function, its table, and the queue that rules of use cases send to.

    Args:
        kit: of the stack.
        environment: its name.
        data: the buckets; data_key: encrypts them.
        undelivered: takes what rules could not deliver.
    """
    labels = kit.table("Labels", "item", dynamodb.AttributeType.STRING)
    looks = kit.looks(
        "LabelLooks",
        environment=environment,
        looks_at="label",
        failed="FailedLabelLooks",
        function="label",
        runbook=RUNBOOK,
        undelivered=undelivered,
        timeout_minutes=_MINUTES,
    )
    function = _function(kit, environment, LabelReach(data.raw, data.labelled, data_key, labels, looks.queue))
    looks.invoke(function)
    kit.watch("LabelAlarms", function, "label", RUNBOOK)
    # For `ops label`.
    cdk.CfnOutput(kit.scope, "LabelFunctionName", value=function.function_name)
    cdk.CfnOutput(kit.scope, "LabelsTable", value=labels.table_name)


def _function(kit: FunctionKit, environment: str, reach: LabelReach) -> lambda_.IFunction:
    log_group = kit.log_group("LabelLogs")
    role = LabelFunctionRole(
        kit.scope,
        "LabelRole",
        environment=environment,
        reach=reach,
        key=kit.key,
        log_group=log_group,
        inside_network=kit.inside is not None,
    ).role
    return kit.function(
        "Label",
        program=Program(
            package="label",
            description="Has objects labelled, and keeps their labels",
            settings={
                "ML_LOOP_ENVIRONMENT": environment,
                "ML_LOOP_LABELS_TABLE": reach.labels.table_name,
                "ML_LOOP_RAW_BUCKET": reach.raw.bucket_name,
                "ML_LOOP_LABELLED_BUCKET": reach.labelled.bucket_name,
            },
            serialised="Conditional writes serialise runs, and the queue invokes two at once at most",
            timeout_minutes=_MINUTES,
        ),
        role=role.without_policy_updates(),
        log_group=log_group,
        failures=None,
    )
