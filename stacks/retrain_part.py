"""The part of the control stack that closes the loop: it trains again, and proposes what comes of it."""

from functools import partial
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_

from constructs.control_function import Program
from constructs.retrain_alarms import RUNBOOK
from constructs.retrain_function_role import RetrainFunctionRole, RetrainReach, SampleReach
from stacks.function_kit import FunctionKit

if TYPE_CHECKING:
    from stacks.data_stack import DataStack

_MINUTES = 2


def add_retraining(
    kit: FunctionKit,
    experiments: dynamodb.ITable | None,
    data: "DataStack | None",
    data_key: kms.IKey,
) -> None:
    """Add the retrain function, its table, and the queue that rules of use cases send to.

    Args:
        kit: of the stack.
        experiments: the table of experiments; None: no use case has any.
        data: the buckets, which `data_key` encrypts; None: no turn labels.
    """
    turns = kit.table("Turns", "item", dynamodb.AttributeType.STRING)
    looks = kit.looks("Retrain", looks_at="retrain", runbook=RUNBOOK, timeout_minutes=_MINUTES)
    samples = SampleReach(data.capture, data.processed, data.labelled, data_key) if data else None
    function = _function(kit, RetrainReach(turns, looks.queue, experiments, samples))
    looks.invoke(function)
    # For `ops loop`.
    cdk.CfnOutput(kit.scope, "RetrainFunctionName", value=function.function_name)
    cdk.CfnOutput(kit.scope, "TurnsTable", value=turns.table_name)


def _function(kit: FunctionKit, reach: RetrainReach) -> lambda_.IFunction:
    return kit.function(
        "Retrain",
        program=Program(
            package="retrain",
            description="Trains again when something has happened",
            settings={
                "ML_LOOP_ENVIRONMENT": kit.environment,
                "ML_LOOP_TURNS_TABLE": reach.turns.table_name,
                **({"ML_LOOP_EXPERIMENTS_TABLE": reach.experiments.table_name} if reach.experiments else {}),
                **(_buckets(reach.samples) if reach.samples else {}),
            },
            serialised="Conditional writes serialise turns, and the queue invokes two at once at most",
            timeout_minutes=_MINUTES,
        ),
        role=partial(RetrainFunctionRole, environment=kit.environment, reach=reach),
        runbook=RUNBOOK,
    )


def _buckets(samples: SampleReach) -> dict[str, str]:
    return {
        "ML_LOOP_CAPTURE_BUCKET": samples.capture.bucket_name,
        "ML_LOOP_PROCESSED_BUCKET": samples.processed.bucket_name,
        "ML_LOOP_LABELLED_BUCKET": samples.labelled.bucket_name,
    }
