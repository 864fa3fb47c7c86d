"""What SageMaker Model Monitor's schedules found, on AWS."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from monitor import native, native_figures
from monitor.events import Terms
from monitor.native import Found
from monitor.reconcile import NothingFoundError
from monitor.state import Run
from monitor.storage import Storage
from shared import live

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import MonitoringExecutionSummaryTypeDef

_LISTED = 50  # of each schedule: two days of an hourly one
_CLEAN = "Completed"  # SageMaker's word for no violations
# S3 says the second where ListBucket is allowed under a condition on `s3:prefix`, which a GetObject does not carry.
_GONE = ("NoSuchKey", "AccessDenied")


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


def measured(
    client: "SageMakerClient", storage: Storage, everything: tuple[Found, ...], run: Run
) -> tuple[list[dict[str, Any]], str]:
    """Return what a run's execution measured, and where its files lie.

    Raises:
        NothingFoundError: SageMaker does not list it any more, or its files are gone.
    """
    one = next((one for one in everything if one.name == run.execution), None)
    if one is None:
        raise NothingFoundError(f"SageMaker does not list the execution of {run.execution} any more")
    try:
        return results(client, storage, one)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        raise NothingFoundError(f"the results of {one.job} are gone: {error}") from error


def results(client: "SageMakerClient", storage: Storage, one: Found) -> tuple[list[dict[str, Any]], str]:
    """Return what an execution measured, and where its files lie."""
    if one.nothing:
        return native_figures.measured(one, {}), ""
    job = client.describe_processing_job(ProcessingJobName=one.job.rpartition("/")[2])
    uri = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"].rstrip("/")
    violations = f"{uri}/constraint_violations.json"
    files = {
        "statistics": storage.document(f"{uri}/statistics.json"),
        "constraint_violations": _violations(storage, violations, one),
    }
    return native_figures.measured(one, files), violations


def _violations(storage: Storage, uri: str, one: Found) -> dict[str, Any]:
    """Return what was violated; whether there is a file of it when nothing was is documented neither way."""
    try:
        return storage.document(uri)
    except ClientError as error:
        if one.status == _CLEAN and error.response["Error"]["Code"] in _GONE:
            return {}
        raise
