"""StartPipelineExecution, StopPipelineExecution, RetryPipelineExecution, the callbacks, and the restart."""

import json
import time
from typing import Any

from local_cloud.sagemaker.api import Call, Request, Response, now, on_start, operation
from local_cloud.sagemaker.errors import SageMakerError, not_found
from local_cloud.sagemaker.pipelines import executor, naming, other_steps, parameters, records
from local_cloud.sagemaker.pipelines.pipeline_operations import KIND, pipeline
from local_cloud.sagemaker.requests import refuse, user_context
from local_cloud.sagemaker.store import Document

_TOKEN = "PipelineExecutionToken"  # noqa: S105 - a kind of document


@operation("StartPipelineExecution")
def _start(request: Request, call: Call) -> Response:
    refuse(request, "SelectiveExecutionConfig", "PipelineVersionId", "MlflowExperimentName")
    source = pipeline(request["PipelineName"], call)
    name = source["PipelineName"]
    values = parameters.values(
        json.loads(source["PipelineDefinition"]).get("Parameters", []), request.get("PipelineParameters", [])
    )
    arn = f"{source['PipelineArn']}/execution/{naming.execution_id()}"
    token = f"{name}/{request['ClientRequestToken']}"
    if not call.store.insert(_TOKEN, token, {"PipelineExecutionArn": arn}):
        return call.store.get(_TOKEN, token) or {}
    definition = {"PipelineDefinition": source["PipelineDefinition"], "CreationTime": now()}
    call.store.put(records.DEFINITION, arn, definition)
    call.store.put(records.EXECUTION, arn, _execution(request, source, arn, values, call))
    call.store.update(KIND, name, lambda document: document.update(LastRunTime=now()))
    records.announce(call, arn)
    executor.launch(call, arn)
    return {"PipelineExecutionArn": arn}


def _execution(request: Request, source: Document, arn: str, values: dict[str, Any], call: Call) -> Document:
    parallelism = request.get("ParallelismConfiguration", source.get("ParallelismConfiguration", {}))
    return {
        "PipelineArn": source["PipelineArn"],
        "PipelineName": source["PipelineName"],
        "PipelineExecutionArn": arn,
        "PipelineExecutionDisplayName": request.get(
            "PipelineExecutionDisplayName", f"execution-{int(time.time() * 1000)}"
        ),
        "PipelineExecutionDescription": request.get("PipelineExecutionDescription"),
        "PipelineExecutionStatus": "Executing",
        "CreationTime": now(),
        "LastModifiedTime": now(),
        "CreatedBy": user_context(call),
        "LastModifiedBy": user_context(call),
        "ParallelismConfiguration": parallelism,
        "RoleArn": source["RoleArn"],
        "Parameters": values,
        "Steps": [],
    }


@operation("StopPipelineExecution")
def _stop(request: Request, call: Call) -> Response:
    arn = request["PipelineExecutionArn"]
    if execution(arn, call)["PipelineExecutionStatus"] != "Stopping":
        records.set_execution(call, arn, "Stopping", only_from=("Executing",))
    return {"PipelineExecutionArn": arn}


@operation("RetryPipelineExecution")
def _retry(request: Request, call: Call) -> Response:
    arn = request["PipelineExecutionArn"]
    execution(arn, call)
    records.set_execution(call, arn, "Executing", only_from=("Failed", "Stopped"))
    records.forget_steps(call, arn, lambda document: document["StepStatus"] != "Succeeded")
    if "ParallelismConfiguration" in request:
        changed = {"ParallelismConfiguration": request["ParallelismConfiguration"]}
        call.store.update(records.EXECUTION, arn, lambda document: document.update(changed))
    executor.launch(call, arn)
    return {"PipelineExecutionArn": arn}


@operation("SendPipelineExecutionStepSuccess")
def _succeed(request: Request, call: Call) -> Response:
    return _call_back(request, call, {"OutputParameters": request.get("OutputParameters", [])})


@operation("SendPipelineExecutionStepFailure")
def _fail(request: Request, call: Call) -> Response:
    return _call_back(request, call, {"FailureReason": request.get("FailureReason", "Callback step failed")})


def _call_back(request: Request, call: Call, result: dict[str, Any]) -> Response:
    place = call.store.get(other_steps.CALLBACK, request["CallbackToken"])
    if place is None:
        raise not_found(f"Callback token {request['CallbackToken']} is unknown.")
    arn = place["PipelineExecutionArn"]
    document = records.step(call, arn, place["StepName"]) or {}
    if "EndTime" in document or "CallbackResult" in document or not document:
        raise SageMakerError("ConflictException", f"Callback token {request['CallbackToken']} was already answered.")
    records.change_step(call, arn, place["StepName"], CallbackResult=result)
    return {"PipelineExecutionArn": arn}


@on_start
def _resume(call: Call) -> None:
    for document in call.store.list(records.EXECUTION):
        if document["PipelineExecutionStatus"] in records.RUNNING:
            executor.launch(call, document["PipelineExecutionArn"])


def execution(arn: str, call: Call) -> Document:
    """Return an execution; SageMakerError if there is none."""
    document = call.store.get(records.EXECUTION, arn)
    if document is None:
        raise not_found(f"Pipeline execution with ARN {arn} does not exist.")
    return document
