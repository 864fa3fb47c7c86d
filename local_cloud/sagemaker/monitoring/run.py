"""One execution of a monitoring schedule: a job that merges where there is ground truth, a job that analyses."""

import contextvars
import logging
import secrets
import threading
import time
from datetime import UTC, datetime
from typing import Any

from local_cloud.sagemaker.api import Call, Request
from local_cloud.sagemaker.endpoints import operations as endpoints
from local_cloud.sagemaker.errors import SageMakerError, validation_error
from local_cloud.sagemaker.jobs import kinds as jobs
from local_cloud.sagemaker.jobs import processing
from local_cloud.sagemaker.jobs.failure import JobFailureError
from local_cloud.sagemaker.jobs.kinds import ACTIVE
from local_cloud.sagemaker.monitoring import cron, definitions, executions, found, job_requests
from local_cloud.sagemaker.monitoring.job_requests import Execution
from local_cloud.sagemaker.monitoring.kinds import KINDS
from local_cloud.sagemaker.role_clients import RoleClients
from local_cloud.sagemaker.store import Document

_POLL_SECONDS = 0.1
_NOTHING = "Job inputs had no data"
_VIOLATIONS = "CompletedWithViolations"
_LOG = logging.getLogger(__name__)


def start(schedule: Document, due: float, every: int, call: Call) -> None:
    """Begin the execution that was due at a time, in a thread of its own; nothing if it has begun before."""
    key = executions.begin(schedule, due, call)
    if key is None:
        return

    def live() -> None:
        try:
            status, reason = _run(schedule, due, every, key, call)
        except (SageMakerError, JobFailureError) as error:
            status, reason = "Failed", str(getattr(error, "message", error))
        except Exception as error:
            _LOG.exception("%s", key)
            status, reason = "Failed", f"InternalServerError: {type(error).__name__}: {error}"
        fields = {"MonitoringExecutionStatus": status, **({"FailureReason": reason} if reason else {})}
        executions.update(key, call, **fields)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(live,), name=key, daemon=True).start()


def _run(schedule: Document, due: float, every: int, key: str, call: Call) -> tuple[str, str | None]:
    execution = _execution(schedule, datetime.fromtimestamp(due, UTC), every, call)
    s3 = RoleClients(call.platform, call.store.region, execution.definition["RoleArn"], "SageMaker").get("s3")
    window, endpoint = (execution.start, execution.end), execution.endpoint["EndpointName"]
    captures = found.captures(s3, execution.captured, endpoint, *window)
    if execution.kind.merges and captures:
        truth = found.ground_truth(
            s3, execution.given["GroundTruthS3Input"]["S3Uri"], execution.start, max(execution.due, execution.end)
        )
        if not truth:
            return "Failed", _NOTHING
        merge = job_requests.merge(execution, _name("groundtruth-merge", execution.due), captures, truth)
        ended = _await(merge, schedule, key, call)
        if ended["ProcessingJobStatus"] != "Completed":
            return ended["ProcessingJobStatus"], ended.get("FailureReason")
        captures = found.captures(s3, execution.merged, endpoint, *window)
    if not captures:
        return "Failed", _NOTHING
    analysis = job_requests.analysis(execution, _name(execution.kind.job, execution.due), captures)
    ended = _await(analysis, schedule, key, call)
    status = ended["ProcessingJobStatus"]
    if status == "Completed" and ended.get("ExitMessage", "").startswith(_VIOLATIONS):
        status = _VIOLATIONS
    return status, ended.get("FailureReason")


def _execution(schedule: Document, due: datetime, every: int, call: Call) -> Execution:
    kind = KINDS[schedule["MonitoringType"]]
    if kind.analysis is None and kind.type != "DataQuality":
        raise validation_error(
            f"The local cloud does not implement executions of {kind.type} monitoring, which take SageMaker Clarify."
        )
    definition = definitions.find(kind, schedule["_Definition"], call)
    given = definition[kind.member("JobInput")]["EndpointInput"]
    times = schedule["MonitoringScheduleConfig"].get("ScheduleConfig", {})
    start, end = cron.window(
        due, every, times.get("DataAnalysisStartTime"), times.get("DataAnalysisEndTime"),
        (given.get("StartTimeOffset"), given.get("EndTimeOffset")),
    )  # fmt: skip
    capture = endpoints.find(given["EndpointName"], call)["_Plan"]["DataCaptureConfig"]
    if not capture:
        raise validation_error(f"Data capture is not enabled for the endpoint {given['EndpointName']}.")
    name = schedule["MonitoringScheduleName"]
    return Execution(kind, definition, name, due, start, end, capture["DestinationS3Uri"])


def _await(request: Request, schedule: Document, key: str, call: Call) -> dict[str, Any]:
    answer = processing.begin(request, call, {"MonitoringScheduleArn": schedule["MonitoringScheduleArn"]})
    executions.update(key, call, MonitoringExecutionStatus="InProgress", ProcessingJobArn=answer["ProcessingJobArn"])
    name = request["ProcessingJobName"]
    while True:
        job = call.store.get(jobs.PROCESSING.name, name)
        if job is None:
            raise validation_error(f"The processing job {name} is gone.")
        if job["ProcessingJobStatus"] not in ACTIVE:
            return job
        time.sleep(_POLL_SECONDS)


def _name(beginning: str, due: datetime) -> str:
    # As AWS's: groundtruth-merge-202105062300-de32d8acceeef6a1626b8fa6.
    return f"{beginning}-{due:%Y%m%d%H%M}-{secrets.token_hex(12)}"[:63].rstrip("-")
