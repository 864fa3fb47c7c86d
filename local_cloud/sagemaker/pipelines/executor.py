"""Run an execution: a thread that starts steps as the graph allows, and a thread for each step that runs.

The truth is in the store after every transition, so a restarted local cloud takes an execution up where it was.
"""

import contextvars
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.pipelines import attempts, definition, other_steps, records, resource_step
from local_cloud.sagemaker.pipelines.clients import RoleClients
from local_cloud.sagemaker.pipelines.definition import Definition, Step
from local_cloud.sagemaker.pipelines.running import Outcome, Running, StepFailedError, StepStoppedError
from local_cloud.sagemaker.pipelines.scope import ExecutionScope
from local_cloud.sagemaker.pipelines.step_types import STARTED_BY_OPERATION
from local_cloud.sagemaker.store import Document

_LOG = logging.getLogger(__name__)
_LOOK = 0.2  # seconds between looks at whether the execution is to stop
_RUNNERS: dict[str, Callable[[Running], Outcome]] = {
    **dict.fromkeys(STARTED_BY_OPERATION, resource_step.run),
    "Condition": other_steps.run_condition,
    "Fail": other_steps.run_fail,
    "Lambda": other_steps.run_lambda,
    "Callback": other_steps.run_callback,
}
STEPS_FAILED = "Step failure: One or multiple steps failed."


def launch(call: Call, arn: str) -> None:
    """Run an execution in the background."""
    _in_background(f"pipeline-{arn[-12:]}", _guarded, call, arn)


def _in_background(name: str, function: Callable[..., None], *arguments: Any) -> None:
    # The cloud around knows the account and region of what runs from the context, which a new thread has not.
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(function, *arguments), name=name, daemon=True).start()


def _guarded(call: Call, arn: str) -> None:
    try:
        _Executor(call, arn).run()
    except Exception as error:
        _LOG.exception("Execution %s broke", arn)
        records.set_execution(call, arn, "Failed", f"InternalServerError: {error}")


class _Executor:
    def __init__(self, call: Call, arn: str) -> None:
        execution = records.execution(call, arn)
        text = (call.store.get(records.DEFINITION, arn) or {})["PipelineDefinition"]
        self._call, self._arn = call, arn
        self._definition: Definition = definition.read(text)
        self._clients = RoleClients(call, execution["RoleArn"])
        self._scope = ExecutionScope(call, execution, self._definition, self._clients)
        limit = execution.get("ParallelismConfiguration", {}).get("MaxParallelExecutionSteps")
        self._limit: int = limit or len(self._definition.steps)
        self._done: queue.Queue[str] = queue.Queue()
        self._running: set[str] = set()

    def run(self) -> None:
        """Run until no step runs and none can start."""
        for document in records.steps(self._call, self._arn):
            if document["StepStatus"] in {"Starting", "Executing", "Stopping"}:
                self._start(self._definition.steps[document["StepName"]], resumed=True)
        while True:
            for step in self._ready():
                self._start(step)
            if not self._running:
                break
            try:
                self._running.discard(self._done.get(timeout=_LOOK))
            except queue.Empty:
                continue
        self._finish()

    def _finish(self) -> None:
        failed = any(item["StepStatus"] == "Failed" for item in self._documents().values())
        if records.execution(self._call, self._arn)["PipelineExecutionStatus"] == "Stopping":
            records.set_execution(self._call, self._arn, "Stopped")
        elif failed:
            records.set_execution(self._call, self._arn, "Failed", STEPS_FAILED)
        else:
            records.set_execution(self._call, self._arn, "Succeeded")

    def _documents(self) -> dict[str, Document]:
        return {document["StepName"]: document for document in records.steps(self._call, self._arn)}

    def _ready(self) -> list[Step]:
        status = records.execution(self._call, self._arn)["PipelineExecutionStatus"]
        documents = self._documents()
        failed = any(item["StepStatus"] in {"Failed", "Stopped"} for item in documents.values())
        if status != "Executing" or failed:
            return []
        succeeded = {name for name, item in documents.items() if item["StepStatus"] == "Succeeded"}
        able = [
            step
            for step in self._definition.steps.values()
            if step.name not in documents and step.waits_for <= succeeded and _taken(step, documents)
        ]
        return able[: max(0, self._limit - len(self._running))]

    def _start(self, step: Step, resumed: bool = False) -> None:
        if not resumed:
            records.begin_step(self._call, self._arn, step)
        self._running.add(step.name)
        running = Running(self._call, self._arn, step, self._clients, self._scope, resumed)
        _in_background(f"step-{step.name}", self._run_step, running)

    def _run_step(self, running: Running) -> None:
        try:
            outcome = attempts.run(_RUNNERS[running.step.type], running)
            running.remember(StepStatus="Succeeded", Metadata=outcome.metadata, Properties=outcome.properties)
        except StepStoppedError:
            running.remember(StepStatus="Stopped")
        except StepFailedError as error:
            running.remember(StepStatus="Failed", FailureReason=error.reason[:1024])
        except Exception as error:
            _LOG.exception("Step %s of %s broke", running.step.name, self._arn)
            running.remember(StepStatus="Failed", FailureReason=f"InternalServerError: {error}"[:1024])
        finally:
            self._done.put(running.step.name)


def _taken(step: Step, documents: dict[str, Document]) -> bool:
    if step.branch is None:
        return True
    condition, branch = step.branch
    outcome = documents[condition]["Properties"]["Outcome"]
    return bool(outcome == ("True" if branch == "IfSteps" else "False"))
