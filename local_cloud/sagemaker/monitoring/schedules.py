"""The operations on monitoring schedules."""

from datetime import UTC, datetime
from typing import Any

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.endpoints import operations as endpoints
from local_cloud.sagemaker.errors import in_use, validation_error
from local_cloud.sagemaker.monitoring import cron, definitions, executions, statuses
from local_cloud.sagemaker.monitoring.kinds import KINDS, SCHEDULE
from local_cloud.sagemaker.requests import refuse
from local_cloud.sagemaker.store import Document

_NAME, _CONFIG = "MonitoringScheduleName", "MonitoringScheduleConfig"


@operation("CreateMonitoringSchedule")
def _create(request: Request, call: Call) -> Response:
    arn = call.arn(f"monitoring-schedule/{request[_NAME]}")
    document = {
        _NAME: request[_NAME], "MonitoringScheduleArn": arn, "CreationTime": now(), "Tags": request.get("Tags", []),
        **_checked(request[_CONFIG], call),
    }  # fmt: skip
    statuses.move(document, "Scheduled")
    if not call.store.insert(SCHEDULE, request[_NAME], document):
        raise in_use(
            f"Monitoring schedule names must be unique within an AWS account and region; {arn} already exists."
        )
    return {"MonitoringScheduleArn": arn}


@operation("DescribeMonitoringSchedule")
def _describe(request: Request, call: Call) -> Response:
    found = statuses.find(request[_NAME], call)
    latest = executions.of_schedule(request[_NAME], call)[-1:]
    return {**found, **({"LastMonitoringExecutionSummary": latest[0]} if latest else {})}


@operation("ListMonitoringSchedules")
def _list(request: Request, call: Call) -> Response:
    wanted = {
        "EndpointName": "EndpointName",
        "MonitoringJobDefinitionName": "_Definition",
        "MonitoringTypeEquals": "MonitoringType",
    }
    found = [
        {**document, "MonitoringJobDefinitionName": document["_Definition"]}
        for document in map(statuses.settled, call.store.list(SCHEDULE))
        if all(request.get(asked) in (None, document[key]) for asked, key in wanted.items())
    ]
    return listing.listed(
        request, found, name=_NAME, status="MonitoringScheduleStatus", answer="MonitoringScheduleSummaries",
        usual=listing.NEWEST,
    )  # fmt: skip


@operation("UpdateMonitoringSchedule")
def _update(request: Request, call: Call) -> Response:
    document = statuses.at_rest(request[_NAME], call, "updated")
    checked = _checked(request[_CONFIG], call)
    if checked["MonitoringType"] != document["MonitoringType"]:
        raise validation_error(
            f"The monitoring schedule {request[_NAME]} is of type {document['MonitoringType']}, which stays."
        )
    return _changed(document, "Scheduled", call, **checked)


@operation("StartMonitoringSchedule")
def _start(request: Request, call: Call) -> Response:
    document = statuses.at_rest(request[_NAME], call, "started")
    if document["MonitoringScheduleStatus"] != "Scheduled":
        _changed(document, "Scheduled", call, _Next=_next(document[_CONFIG]))
    return {}


@operation("StopMonitoringSchedule")
def _stop(request: Request, call: Call) -> Response:
    document = statuses.at_rest(request[_NAME], call, "stopped")
    if document["MonitoringScheduleStatus"] != "Stopped":
        _changed(document, "Stopped", call, _Next=None)
    return {}


@operation("DeleteMonitoringSchedule")
def _delete(request: Request, call: Call) -> Response:
    """Delete a schedule; its executions stay known, and one that runs goes on."""
    statuses.at_rest(request[_NAME], call, "deleted")
    call.store.delete(SCHEDULE, request[_NAME])
    return {}


def _changed(document: Document, status: str, call: Call, **fields: Any) -> Response:
    def change(kept: Document) -> None:
        kept.update(fields)
        statuses.move(kept, status)

    call.store.update(SCHEDULE, document[_NAME], change)
    return {"MonitoringScheduleArn": document["MonitoringScheduleArn"]}


def _checked(config: dict[str, Any], call: Call) -> Document:
    """Return what a schedule's document says of its configuration; ValidationException if it says nothing possible."""
    refuse(config, "MonitoringJobDefinition")
    if "MonitoringJobDefinitionName" not in config or "MonitoringType" not in config:
        raise validation_error("MonitoringScheduleConfig needs MonitoringJobDefinitionName and MonitoringType.")
    kind = KINDS[config["MonitoringType"]]
    definition = definitions.find(kind, config["MonitoringJobDefinitionName"], call)
    endpoint = definitions.endpoint_of(kind, definition)
    capture = endpoints.find(endpoint, call)["_Plan"]["DataCaptureConfig"]
    if not capture or not capture.get("EnableCapture"):
        raise validation_error(f"Data capture is not enabled for the endpoint {endpoint}.")
    times = config.get("ScheduleConfig", {})
    ends = times.get("DataAnalysisStartTime"), times.get("DataAnalysisEndTime")
    plan = cron.plan(times.get("ScheduleExpression"))
    if plan is None and None in ends:
        raise validation_error("ScheduleExpression NOW needs DataAnalysisStartTime and DataAnalysisEndTime.")
    cron.window(datetime.now(UTC), plan.every if plan else 0, *ends)
    return {
        _CONFIG: config, "MonitoringType": kind.type, "EndpointName": endpoint,
        "_Definition": config["MonitoringJobDefinitionName"], "_Next": _next(config),
    }  # fmt: skip


def _next(config: dict[str, Any]) -> float:
    moment = datetime.now(UTC)
    plan = cron.plan(config.get("ScheduleConfig", {}).get("ScheduleExpression"))
    return (plan.after(moment) if plan else moment).timestamp()
