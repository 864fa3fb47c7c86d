"""The executions of monitoring schedules, and the operation that lists them."""

from collections.abc import Iterable
from typing import Any

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, on_start, operation
from local_cloud.sagemaker.monitoring.kinds import EXECUTION
from local_cloud.sagemaker.store import Document

ENDED = ("Completed", "CompletedWithViolations", "Failed", "Stopped")
_DIED = "InternalServerError: the local cloud ended while the execution was running."


def begin(schedule: Document, at: float, call: Call) -> str | None:
    """Remember an execution that begins, and return what it is kept under; None if there is one of this time."""
    name, moment = schedule["MonitoringScheduleName"], now()
    document = {
        "MonitoringScheduleName": name, "ScheduledTime": at, "CreationTime": moment, "LastModifiedTime": moment,
        "MonitoringExecutionStatus": "Pending", "EndpointName": schedule["EndpointName"],
        "MonitoringJobDefinitionName": schedule["_Definition"], "MonitoringType": schedule["MonitoringType"],
    }  # fmt: skip
    key = f"{name}/{at}"
    return key if call.store.insert(EXECUTION, key, document) else None


def update(key: str, call: Call, **fields: Any) -> None:
    """Change an execution's document."""
    call.store.update(EXECUTION, key, lambda kept: kept.update(fields, LastModifiedTime=now()))


def of_schedule(name: str, call: Call) -> list[Document]:
    """Return the executions of a schedule, oldest first."""
    return [one for one in call.store.list(EXECUTION) if one["MonitoringScheduleName"] == name]


@operation("ListMonitoringExecutions")
def _list(request: Request, call: Call) -> Response:
    found: Iterable[Document] = call.store.list(EXECUTION)
    equal = {
        "MonitoringScheduleName": "MonitoringScheduleName", "EndpointName": "EndpointName",
        "StatusEquals": "MonitoringExecutionStatus", "MonitoringTypeEquals": "MonitoringType",
        "MonitoringJobDefinitionName": "MonitoringJobDefinitionName",
    }  # fmt: skip
    kept = [one for one in found if all(request.get(asked) in (None, one[key]) for asked, key in equal.items())]
    for time in ("ScheduledTime", "CreationTime", "LastModifiedTime"):
        kept = listing.between(kept, time, request.get(f"{time}After"), request.get(f"{time}Before"))
    asked = str(request.get("SortBy", "CreationTime"))
    by = {"Status": "MonitoringExecutionStatus"}.get(asked, asked)
    kept = listing.ordered(kept, lambda one: one[by], request.get("SortOrder", "Descending"))
    shown, token = listing.page(kept, request, default=10)
    return {"MonitoringExecutionSummaries": shown, "NextToken": token}


@on_start
def _recover(call: Call) -> None:
    """Mark executions that a former server left behind: their jobs died with it."""
    for one in call.store.list(EXECUTION):
        if one["MonitoringExecutionStatus"] not in ENDED:
            key = f"{one['MonitoringScheduleName']}/{one['ScheduledTime']}"
            update(key, call, MonitoringExecutionStatus="Failed", FailureReason=_DIED)
