"""Events of Pipelines, as https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html."""

from datetime import UTC, datetime
from typing import Any

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.store import Document

_EXECUTION = "SageMaker Model Building Pipeline Execution Status Change"
_STEP = "SageMaker Model Building Pipeline Execution Step Status Change"


def iso(epoch: float, timespec: str = "seconds") -> str:
    """Return a time as events write it, 2021-03-15T16:10:11Z."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def execution_changed(call: Call, document: Document, previous: str | None) -> None:
    """Tell that the status of an execution changed."""
    detail = {
        "pipelineExecutionDisplayName": document.get("PipelineExecutionDisplayName"),
        "pipelineExecutionDescription": document.get("PipelineExecutionDescription"),
        "currentPipelineExecutionStatus": document["PipelineExecutionStatus"],
        "previousPipelineExecutionStatus": previous,
        "executionStartTime": iso(document["CreationTime"]),
        "executionEndTime": iso(document["EndTime"]) if "EndTime" in document else None,
    }
    _put(call, _EXECUTION, document, detail)


def step_changed(call: Call, execution: Document, step: Document, step_type: str, previous: str | None) -> None:
    """Tell that the status of a step changed."""
    detail = {
        "stepName": step["StepName"],
        "stepType": step_type,
        "currentStepStatus": step["StepStatus"],
        "previousStepStatus": previous,
        "stepStartTime": iso(step["StartTime"]),
        "stepEndTime": iso(step["EndTime"]) if "EndTime" in step else None,
        "failureReason": step.get("FailureReason"),
        "metadata": _camel(step.get("Metadata", {})),
        "cacheHitResult": _camel(step.get("CacheHitResult")),
    }
    _put(call, _STEP, execution, detail)


def _put(call: Call, detail_type: str, execution: Document, detail: dict[str, Any]) -> None:
    arns = {"pipelineArn": execution["PipelineArn"], "pipelineExecutionArn": execution["PipelineExecutionArn"]}
    known = {key: value for key, value in detail.items() if value is not None}
    event = {"DetailType": detail_type, "Detail": {**known, **arns}, "Resources": list(arns.values())}
    call.platform.put_event(call.store.account, call.store.region, event)


def _camel(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key[0].lower() + key[1:]: _camel(item) for key, item in value.items()}
