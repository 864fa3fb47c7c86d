"""Step Functions calls SageMaker, and waits for labeling jobs with `.sync`, as the role of the state machine.

ministack's Step Functions knows no SageMaker. All of its API can be called (`aws-sdk:sagemaker:...`); of the tasks made
for SageMaker there is createLabelingJob. Source: Step Functions developer guide, "Create and manage Amazon
SageMaker AI jobs with Step Functions"; what its role needs is in its "IAM policies for calling Amazon SageMaker AI".
"""

import contextvars
import json
import time
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError

from local_cloud import clients
from local_cloud.service_sessions import assume_as_service

_RESOURCE = "arn:aws:states:::sagemaker:createLabelingJob"
_SDK = "arn:aws:states:::aws-sdk:sagemaker:"
_SERVICE = "states.amazonaws.com"
_POLL_SECONDS = 0.5
_NAMED = ("ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound")
_execution: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar("execution")


def close(port: int) -> None:
    """Answer the tasks of this kind through the API of the local cloud on `port`."""
    from ministack.services import stepfunctions

    execute = stepfunctions._execute_task

    def within_execution(state: Any, given: Any, execution: dict[str, Any], context: Any) -> Any:
        token = _execution.set(execution)
        try:
            return execute(state, given, execution, context)
        finally:
            _execution.reset(token)

    stepfunctions._execute_task = within_execution
    stepfunctions._SERVICE_DISPATCH[_RESOURCE] = lambda resource, given: _task(resource, given, port)
    stepfunctions._SERVICE_DISPATCH[_SDK] = lambda resource, given: _call(resource.rpartition(":")[2], given, port)


def _task(resource: str, given: dict[str, Any], port: int) -> dict[str, Any]:
    sagemaker = _client(port)
    try:
        made = sagemaker.create_labeling_job(**given)
        if not resource.endswith(".sync"):
            return {"LabelingJobArn": made["LabelingJobArn"]}
        job = _ended(sagemaker, given["LabelingJobName"])
    except (ClientError, ParamValidationError) as error:
        raise _failure(error, "AmazonSageMakerException") from error
    if job["LabelingJobStatus"] != "Completed":
        raise _error("States.TaskFailed", json.dumps(job))
    return job


def _call(action: str, given: dict[str, Any], port: int) -> dict[str, Any]:
    sagemaker = _client(port)
    method = xform_name(action)
    if method not in sagemaker.meta.method_to_api_mapping:
        raise _error("States.Runtime", f"SageMaker has no operation {action}")
    try:
        answer: dict[str, Any] = getattr(sagemaker, method)(**given)
    except ClientError as error:
        raise _failure(error, "SageMakerException") from error
    except ParamValidationError as error:
        raise _error("States.Runtime", str(error)) from error
    return {key: _with_iso(value) for key, value in answer.items() if key != "ResponseMetadata"}


def _with_iso(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: _with_iso(item) for key, item in value.items()}
    return [_with_iso(item) for item in value] if isinstance(value, list) else value


def _client(port: int) -> Any:
    from ministack.core.responses import get_region
    from ministack.services import stepfunctions

    execution = _execution.get()
    machine = execution["stateMachineArn"]
    role = stepfunctions._state_machines[machine]["roleArn"]
    credentials = assume_as_service(role, execution["name"][:64], _SERVICE, machine)
    if credentials is None:
        raise _error("States.TaskFailed", f"{role} does not exist, or does not let {_SERVICE} assume it.")
    return clients.client("sagemaker", port, get_region(), credentials)


def _ended(sagemaker: Any, name: str) -> dict[str, Any]:
    """Wait for a job's end and return its description; an execution that is stopped stops it."""
    while True:
        job: dict[str, Any] = sagemaker.describe_labeling_job(LabelingJobName=name)
        if job["LabelingJobStatus"] in {"Completed", "Failed", "Stopped"}:
            return {key: _plain(value) for key, value in job.items() if key != "ResponseMetadata"}
        if _execution.get()["status"] != "RUNNING" and job["LabelingJobStatus"] != "Stopping":
            sagemaker.stop_labeling_job(LabelingJobName=name)
        time.sleep(_POLL_SECONDS)


def _plain(value: Any) -> Any:
    return round(value.timestamp() * 1000) if isinstance(value, datetime) else value


def _failure(error: ClientError | ParamValidationError, others: str) -> Exception:
    """Return the error of a state: the exceptions of the service model have names of their own, all others one."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    name = f"{code}Exception" if code in _NAMED else others
    return _error(f"SageMaker.{name}", str(error))


def _error(name: str, cause: str) -> Exception:
    from ministack.services import stepfunctions

    error: Exception = stepfunctions._ExecutionError(name, cause)
    return error
