"""Preparation by Glue or Batch: a state machine that prepares the data and then starts the pipeline."""

import json
import time
from collections.abc import Mapping

from botocore.exceptions import ClientError

from ops.target import OperationError, Target

MANIFEST = "_SUCCESS"  # the last object of a preparation, as steps/s3_files.py writes it
PREPARED_DATA = "PreparedDataUri"  # parameter of the pipeline


def start(target: Target, parameters: Mapping[str, str]) -> str:
    """Start the state machine, and return its execution's ARN.

    Args:
        target: whose.
        parameters: of the pipeline that it starts; those of the data are its own.

    Raises:
        OperationError: its stack is not deployed.
    """
    started = target.states.start_execution(stateMachineArn=machine(target), input=json.dumps(dict(parameters)))
    return str(started["executionArn"])


def machine(target: Target) -> str:
    """Return the ARN of the state machine; OperationError if its stack is not deployed."""
    return target.output(f"{target.use_case.slug}-preparation", "StateMachineArn")


def pipeline_of(target: Target, execution_arn: str, every: float = 10.0) -> str:
    """Wait until the data is prepared, and return the ARN of the pipeline's execution.

    Raises:
        OperationError: it was not prepared; the text has the reason.
    """
    while True:
        execution = target.states.describe_execution(executionArn=execution_arn)
        if execution["status"] == "SUCCEEDED":
            return str(json.loads(execution["output"])["PipelineExecutionArn"])
        if execution["status"] != "RUNNING":
            reasons = [execution[key] for key in ("error", "cause") if execution.get(key)]
            raise OperationError(
                f"The data of {target.name} was not prepared: the execution {execution_arn} ended as "
                f"{execution['status']}. {': '.join(reasons) or 'Step Functions gave no reason'}"
            )
        time.sleep(every)


def require_whole(target: Target, uri: str) -> None:
    """Raise OperationError unless a preparation below the address was finished."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    try:
        target.s3.head_object(Bucket=bucket, Key=f"{prefix.rstrip('/')}/{MANIFEST}")
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchKey", "NotFound"}:
            raise
        raise OperationError(
            f"There is no {MANIFEST} below {uri}: nothing was prepared there, or not all of it. Prepare the data again "
            "(leave --prepared out), or correct the address."
        ) from error
