"""Data that a use case's pipeline prepared, in the environment's bucket: the newest, or that of a named execution."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from ops.fit.deployed import Deployed
from ops.fit.expressions import Scope
from ops.preparation import PREPARED_DATA
from ops.target import OperationError, Target

STEP = "Prepare"


@dataclass(frozen=True)
class Prepared:
    """Prepared data.

    Attributes:
        execution: id of the execution that has it.
        started: when that was started.
        made_by: id of the execution that made what a step left, by the step's name: an earlier one if it was reused.
        parameters: those of the execution.
    """

    execution: str
    started: datetime
    made_by: Mapping[str, str]
    parameters: Mapping[str, str]

    def uri(self, pipeline: Deployed, output: str) -> str:
        """Return the S3 URI of an output: train, validation, test, serving, features, baseline or report."""
        if PREPARED_DATA in self.parameters:
            return f"{self.parameters[PREPARED_DATA]}/{output}"
        return Scope(pipeline, {}, self.execution, self.made_by).output(STEP, output)


def find(target: Target, pipeline: Deployed, execution: str | None = None) -> Prepared:
    """Return the data that an execution prepared, or got prepared; without one, the newest that there is.

    Args:
        target: the use case.
        pipeline: its deployed pipeline.
        execution: id or ARN of one of its executions.

    Raises:
        OperationError: there is no such data.
    """
    names = (target.environment.name, target.use_case.name)
    for arn, started in [_named(target, pipeline, execution)] if execution else _newest_first(target):
        if found := _prepared(target, pipeline, arn, started):
            return found
    if execution:
        raise OperationError(
            f"The execution {execution} of {target.name} prepared no data. Leave it out for the newest that there is."
        )
    raise OperationError(
        f"No data is prepared for {target.name} yet. Run `python -m ops data upload {' '.join(names)}`, then `python "
        f"-m ops pipeline start {' '.join(names)}`: its first step prepares the data, and fit uses what it leaves."
    )


def _named(target: Target, pipeline: Deployed, execution: str) -> tuple[str, datetime]:
    arn = f"{pipeline.arn}/execution/{_id(execution)}"
    try:
        return arn, target.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["CreationTime"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"ResourceNotFound", "ValidationException"}:
            raise
        raise OperationError(
            f"The pipeline {target.name} has no execution {execution}. Leave it out for the newest prepared data."
        ) from error


def _newest_first(target: Target) -> Iterator[tuple[str, datetime]]:
    pages = target.sagemaker.get_paginator("list_pipeline_executions").paginate(
        PipelineName=target.name, SortBy="CreationTime", SortOrder="Descending"
    )
    for page in pages:
        for row in page["PipelineExecutionSummaries"]:
            yield row["PipelineExecutionArn"], row["StartTime"]


def _prepared(target: Target, pipeline: Deployed, arn: str, started: datetime) -> Prepared | None:
    parameters, made_by = _parameters(target, arn), _made_by(target, arn)
    there = STEP in made_by if pipeline.step(STEP) else PREPARED_DATA in parameters
    return Prepared(_id(arn), started, made_by, parameters) if there else None


def _parameters(target: Target, arn: str) -> dict[str, str]:
    pages = target.sagemaker.get_paginator("list_pipeline_parameters_for_execution").paginate(PipelineExecutionArn=arn)
    return {item["Name"]: item["Value"] for page in pages for item in page["PipelineParameters"]}


def _made_by(target: Target, arn: str) -> dict[str, str]:
    pages = target.sagemaker.get_paginator("list_pipeline_execution_steps").paginate(PipelineExecutionArn=arn)
    return {
        step["StepName"]: _id(step.get("CacheHitResult", {}).get("SourcePipelineExecutionArn", arn))
        for page in pages
        for step in page["PipelineExecutionSteps"]
        if step["StepStatus"] == "Succeeded"
    }


def _id(execution: str) -> str:
    return execution.rpartition("/")[2]
