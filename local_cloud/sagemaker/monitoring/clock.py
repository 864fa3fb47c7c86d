"""Monitoring schedules fire at their hours, or when they are asked to."""

import logging
import time
from datetime import UTC, datetime

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.monitoring import cron, run, statuses
from local_cloud.sagemaker.monitoring.kinds import SCHEDULE
from local_cloud.sagemaker.store import Document

EVERY_SECONDS = 0.5
_LOG = logging.getLogger("local_cloud")


def look(call: Call) -> None:
    """Begin what is due in an account and region.

    What was due while nobody looked is begun once, for its latest time: AWS makes up for nothing either.
    """
    for document in call.store.list(SCHEDULE):
        try:
            _fire_if_due(document, call)
        except Exception:
            _LOG.exception("The monitoring schedule %s cannot be looked at", document["MonitoringScheduleName"])


def fire(name: str, call: Call) -> None:
    """Begin an execution now, whose window ends now; ValidationException if the schedule is not Scheduled."""
    document = statuses.at_rest(name, call, "fired")
    if document["MonitoringScheduleStatus"] != "Scheduled":
        raise validation_error(f"The monitoring schedule {name} is {document['MonitoringScheduleStatus']}.")
    plan = _plan(document)
    run.start(document, float(int(time.time()) + 1), plan.every if plan else 0, call)


def _fire_if_due(document: Document, call: Call) -> None:
    due = document["_Next"]
    if due is None or time.time() < due or statuses.settled(document)["MonitoringScheduleStatus"] != "Scheduled":
        return
    plan = _plan(document)
    if plan is None:
        following = None
    else:
        moment = datetime.now(UTC)
        latest = moment.replace(minute=0, second=0, microsecond=0)
        due = latest.timestamp() if latest.hour in plan.hours and latest.timestamp() > due else due
        following = plan.after(moment).timestamp()
    call.store.update(SCHEDULE, document["MonitoringScheduleName"], lambda kept: kept.update(_Next=following))
    run.start(document, due, plan.every if plan else 0, call)


def _plan(document: Document) -> cron.Plan | None:
    times = document["MonitoringScheduleConfig"].get("ScheduleConfig", {})
    return cron.plan(times.get("ScheduleExpression"))
