"""What SageMaker Model Monitor's schedules found, on AWS."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from monitor import native, native_figures
from monitor.events import Terms
from monitor.native import Found
from monitor.state import Run
from monitor.storage import Storage
from shared import live

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import MonitoringExecutionSummaryTypeDef

_LISTED = 50  # of each schedule: two days of an hourly one


def found(client: "SageMakerClient", endpoint: str, terms: Terms) -> tuple[Found, ...]:
    """Return the newest executions of each monitor's schedule; none of one that is not there."""
    return tuple(
        Found(
            monitor,
            one["ScheduledTime"],
            one["MonitoringExecutionStatus"],
            one.get("FailureReason", ""),
            one.get("ProcessingJobArn", ""),
        )
        for monitor in terms.monitors
        for one in _executions(client, native.schedule_name(endpoint, monitor))
    )


def _executions(client: "SageMakerClient", schedule: str) -> "list[MonitoringExecutionSummaryTypeDef]":
    try:
        answer = client.list_monitoring_executions(MonitoringScheduleName=schedule, MaxResults=_LISTED)
    except ClientError as error:
        if live.absent(error):
            return []
        raise
    return answer["MonitoringExecutionSummaries"]


def results(client: "SageMakerClient", storage: Storage, one: Found) -> tuple[list[dict[str, Any]], str]:
    """Return what an execution measured, and where its files lie."""
    if one.nothing:
        return native_figures.measured(one, {}), ""
    job = client.describe_processing_job(ProcessingJobName=one.job.rpartition("/")[2])
    uri = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"].rstrip("/")
    files = {name: storage.document(f"{uri}/{name}.json") for name in ("statistics", "constraint_violations")}
    return native_figures.measured(one, files), f"{uri}/constraint_violations.json"


def of_run(everything: tuple[Found, ...], run: Run) -> Found | None:
    """Return the execution of a run, None if it is not listed any more."""
    return next((one for one in everything if one.name == run.execution), None)
