"""The part of the control stack that has files scored with the champion."""

from functools import partial
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms

from constructs.batch_alarms import RUNBOOK
from constructs.batch_function_role import BatchFunctionRole, BatchReach
from constructs.control_function import Program
from stacks.function_kit import FunctionKit

if TYPE_CHECKING:
    from stacks.data_stack import DataStack

_MINUTES = 5  # a run of ten thousand files is recorded in less
# Of a job's volume, what the files of a batch may take. Jobs hold them and what is made of them; CSV, Parquet and .gz
# grow when they become JSON.
_SHARE = 10


def add_batch_transform(kit: FunctionKit, data: "DataStack", data_key: kms.IKey, volume_gb: int) -> None:
    """Add the batch transform function, its table of runs, and the queue that rules of use cases send to.

    Args:
        kit: of the stack.
        data: the buckets; data_key: encrypts them.
        volume_gb: of a job, GiB.
    """
    runs = kit.table("BatchRuns", "item", dynamodb.AttributeType.STRING)
    looks = kit.looks("Batch", looks_at="batch", runbook=RUNBOOK, timeout_minutes=_MINUTES, failed="FailedLooks")
    reach = BatchReach(data.raw, data.processed, data_key, runs, looks.queue)
    function = kit.function(
        "Batch",
        program=Program(
            package="batch_transform",
            description="Scores files with the champion",
            settings={
                "ML_LOOP_ENVIRONMENT": kit.environment,
                "ML_LOOP_RUNS_TABLE": runs.table_name,
                "ML_LOOP_RAW_BUCKET": data.raw.bucket_name,
                "ML_LOOP_PROCESSED_BUCKET": data.processed.bucket_name,
                "ML_LOOP_RUN_BYTES": str(volume_gb * 1024**3 // _SHARE),
            },
            serialised="Conditional writes serialise runs, and the queue invokes two at once at most",
            timeout_minutes=_MINUTES,
        ),
        role=partial(BatchFunctionRole, environment=kit.environment, reach=reach),
        runbook=RUNBOOK,
    )
    looks.invoke(function)
    # For `ops batch`.
    cdk.CfnOutput(kit.scope, "BatchFunctionName", value=function.function_name)
    cdk.CfnOutput(kit.scope, "BatchRunsTable", value=runs.table_name)
