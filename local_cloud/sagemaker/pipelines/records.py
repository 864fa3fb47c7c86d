"""What is remembered of executions and their steps; every change of a status is stored first and then told."""

from collections.abc import Callable
from typing import Any

from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.pipelines import events
from local_cloud.sagemaker.pipelines.definition import Step
from local_cloud.sagemaker.store import Document

EXECUTION = "PipelineExecution"
STEP = "PipelineExecutionStep"
DEFINITION = "PipelineExecutionDefinition"
RUNNING = ("Executing", "Stopping")


def execution(call: Call, arn: str) -> Document:
    """Return an execution that is known to exist; KeyError otherwise."""
    document = call.store.get(EXECUTION, arn)
    if document is None:
        raise KeyError(arn)
    return document


def step(call: Call, arn: str, name: str) -> Document | None:
    """Return a step of an execution if it was started."""
    return call.store.get(STEP, f"{arn}/{name}")


def steps(call: Call, arn: str) -> list[Document]:
    """Return the steps of an execution that were started, in that order."""
    found = (step(call, arn, name) for name in execution(call, arn)["Steps"])
    return [document for document in found if document is not None]


def set_execution(
    call: Call, arn: str, status: str, reason: str | None = None, only_from: tuple[str, ...] = RUNNING
) -> Document:
    """Change the status of an execution; the end of it when it no longer runs.

    Raises:
        SageMakerError: its status is none of `only_from`, by then.
    """
    previous: list[str] = []

    def change(document: Document) -> None:
        previous.append(document["PipelineExecutionStatus"])
        if previous[0] not in only_from:
            raise validation_error(
                f"Pipeline execution with ARN {arn} is {previous[0]}; it must be {_either(only_from)}."
            )
        document.update(PipelineExecutionStatus=status, LastModifiedTime=now())
        document.pop("EndTime", None)
        document.pop("FailureReason", None)
        if status not in RUNNING:
            document["EndTime"] = now()
        if reason:
            document["FailureReason"] = reason[:1300]

    document = call.store.update(EXECUTION, arn, change)
    events.execution_changed(call, document, previous[0])
    return document


def _either(words: tuple[str, ...]) -> str:
    return " or ".join(words)


def announce(call: Call, arn: str) -> None:
    """Tell that an execution began."""
    events.execution_changed(call, execution(call, arn), None)


def begin_step(call: Call, arn: str, item: Step) -> None:
    """Remember that a step starts."""
    document: Document = {
        "StepName": item.name,
        "StepDisplayName": item.body.get("DisplayName"),
        "StepDescription": item.body.get("Description"),
        "StepType": item.type,
        "StepStatus": "Starting",
        "StartTime": now(),
        "AttemptCount": 0,
        "Metadata": {},
    }

    def change(running: Document) -> None:
        running["Steps"] = [*(name for name in running["Steps"] if name != item.name), item.name]

    call.store.put(STEP, f"{arn}/{item.name}", document)
    events.step_changed(call, call.store.update(EXECUTION, arn, change), document, item.type, None)


def change_step(call: Call, arn: str, name: str, **values: Any) -> Document:
    """Set members of a step; the end of it, and an event, when that changes its status."""
    previous: list[str] = []

    def change(document: Document) -> None:
        previous.append(document["StepStatus"])
        document.update(values)
        if values.get("StepStatus") in {"Succeeded", "Failed", "Stopped"}:
            document["EndTime"] = now()

    document = call.store.update(STEP, f"{arn}/{name}", change)
    if document["StepStatus"] != previous[0]:
        events.step_changed(call, execution(call, arn), document, document["StepType"], previous[0])
    return document


def forget_steps(call: Call, arn: str, which: Callable[[Document], bool]) -> None:
    """Forget some steps of an execution, as if they had not started."""
    gone = [document["StepName"] for document in steps(call, arn) if which(document)]

    def change(document: Document) -> None:
        document["Steps"] = [name for name in document["Steps"] if name not in gone]

    call.store.update(EXECUTION, arn, change)
    for name in gone:
        call.store.delete(STEP, f"{arn}/{name}")
