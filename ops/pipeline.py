"""`python -m ops pipeline`: start a use case's pipeline and watch its steps."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from ops import live, preparation, splits
from ops.console import output
from ops.data import raw_version
from ops.logs import end_of_job
from ops.target import OperationError, Target
from ops.warm_start import earlier_model

app = typer.Typer(no_args_is_help=True)
TERMINAL = {"Succeeded", "Failed", "Stopped"}


@dataclass(frozen=True)
class Step:
    """A step of an execution, as SageMaker lists it."""

    name: str
    status: str
    started: datetime | None
    ended: datetime | None
    cached: bool
    reason: str
    job_arn: str

    @property
    def seconds(self) -> float:
        """How long it ran, until now if it still runs."""
        if self.started is None:
            return 0.0
        return ((self.ended or datetime.now(UTC)) - self.started).total_seconds()


@app.callback()
def group() -> None:
    """Keep `start` a command of its own."""


@app.command()
def start(
    environment: str,
    use_case: str,
    wait: Annotated[bool, typer.Option(help="Watch until it ends.")] = True,
    prepared: Annotated[
        str | None, typer.Option(help="Where Glue or Batch prepared data before; left out: it is prepared again.")
    ] = None,
    champion: Annotated[bool, typer.Option(help="Compare with the model that serves, if one does.")] = True,
    split_until: Annotated[
        str | None,
        typer.Option(
            help="Where train, validation and test end, such as 2013-07-01/2013-08-01/2013-09-01, of a split by time; "
            "left out: as use_case.yaml says."
        ),
    ] = None,
) -> None:
    """Start the pipeline; with --wait, say how each step ended and exit 1 if the execution failed.

    Where Glue or Batch prepares the data, a state machine does so first and starts the pipeline then.
    """
    target = Target.of(environment, use_case)
    if target.use_case.prepare.before_the_pipeline and prepared is None:
        execution = preparation.start(target, _models(target, champion) | splits.parameters(target, split_until))
        output.print(execution, soft_wrap=True)
        if not wait:
            return
        arn = preparation.pipeline_of(target, execution)
    else:
        arn = start_execution(target, champion, prepared, split_until)
    output.print(arn, soft_wrap=True)
    if wait:
        said: set[str] = set()
        for steps in watch(target, arn):
            for step in steps:
                if step.status in TERMINAL and step.name not in said:
                    said.add(step.name)
                    output.print(f"{step.name:20} {step.status:10} {step.seconds:6.0f} s")


def start_execution(
    target: Target, champion: bool = True, prepared: str | None = None, split_until: str | None = None
) -> str:
    """Start the pipeline on the raw files that are there now, or on prepared data, and return the execution's ARN.

    Args:
        target: which pipeline.
        champion: whether the model is compared with the champion, if there is one; else with the baseline.
        prepared: where Glue or Batch prepared data before.
        split_until: where train, validation and test end, of a split by time.

    Raises:
        OperationError: prepared data is given where the pipeline prepares, or is not whole; or the split cannot be.
    """
    if prepared is not None and split_until is not None:
        raise OperationError("Prepared data is split already. Leave --split-until out, or prepare again.")
    parameters = _data(target, prepared) | _models(target, champion) | splits.parameters(target, split_until)
    started = target.sagemaker.start_pipeline_execution(
        PipelineName=target.name,
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
        ClientRequestToken=uuid.uuid4().hex,
    )
    return started["PipelineExecutionArn"]


def _models(target: Target, champion: bool) -> dict[str, str]:
    """Return the parameters that say which models there are already."""
    parameters = {}
    if champion and (model := live.champion_model(target)):
        parameters["ChampionModelUri"] = model
    if earlier := earlier_model(target):
        parameters["WarmStartModelUri"] = earlier
    return parameters


def _data(target: Target, prepared: str | None) -> dict[str, str]:
    """Return the parameters that say where the data is."""
    if prepared is None:
        return {"RawDataVersion": raw_version(target)}
    if not target.use_case.prepare.before_the_pipeline:
        raise OperationError(
            f"The pipeline {target.name} prepares its data itself (prepare.engine "
            f"{target.use_case.prepare.engine}). Leave --prepared out."
        )
    preparation.require_whole(target, prepared)
    return {preparation.PREPARED_DATA: prepared}


def watch(target: Target, execution_arn: str, every: float = 5.0) -> Iterator[list[Step]]:
    """Yield the steps now and after each interval, the last time when the execution has ended.

    Raises:
        OperationError: the execution did not succeed; the text has the reason of each failed step.
    """
    while True:
        execution = target.sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution_arn)
        steps = list_steps(target, execution_arn)
        yield steps
        status = execution["PipelineExecutionStatus"]
        if status == "Succeeded":
            return
        if status in TERMINAL:
            reasons = [
                f"{step.name}: {step.reason}{end_of_job(target, step.job_arn)}"
                for step in steps
                if step.status == "Failed"
            ]
            raise OperationError(
                f"The pipeline {target.name} ended as {status}.\n"
                + "\n".join(reasons or [execution.get("FailureReason", "SageMaker gave no reason")])
            )
        time.sleep(every)


def list_steps(target: Target, execution_arn: str) -> list[Step]:
    """Return the steps that have started, in the order they started."""
    pages = target.sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=execution_arn, SortOrder="Ascending"
    )
    steps = []
    for page in pages:
        for row in page["PipelineExecutionSteps"]:
            arns = [
                part["Arn"] for part in row.get("Metadata", {}).values() if isinstance(part, dict) and "Arn" in part
            ]
            steps.append(
                Step(
                    name=row["StepName"],
                    status=row["StepStatus"],
                    started=row.get("StartTime"),
                    ended=row.get("EndTime"),
                    cached="CacheHitResult" in row,
                    reason=row.get("FailureReason", ""),
                    job_arn=arns[0] if arns else "",
                )
            )
    return steps
