"""Scheduled actions: other bounds from certain times on."""

from datetime import UTC, datetime

from local_cloud.autoscaling import capacity
from local_cloud.autoscaling.api import (
    ACTION,
    API,
    TARGET,
    Call,
    Request,
    Response,
    checked_bounds,
    described,
    key,
    missing,
    target,
    zone,
)
from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import now
from local_cloud.sagemaker.requests import refuse
from local_cloud.sagemaker.store import Document
from local_cloud.service_errors import not_implemented, validation_error

_BOUNDS = ("MinCapacity", "MaxCapacity")


@API.operation("PutScheduledAction")
def put(request: Request, call: Call) -> Response:
    """Make a scheduled action or change it; what a request leaves out stays."""
    found = target(request, call)
    refuse(request, "StartTime", "EndTime")
    name = key(found["ResourceId"], request["ScheduledActionName"])
    old = call.store.get(ACTION, name) or _new(request, name, call)
    document: Document = {**old, **{each: request[each] for each in ("Schedule", "Timezone") if each in request}}
    document["ScalableTargetAction"] = {
        **old.get("ScalableTargetAction", {}),
        **request.get("ScalableTargetAction", {}),
    }
    if "Schedule" not in document or not document["ScalableTargetAction"]:
        raise validation_error("A scheduled action needs Schedule and ScalableTargetAction.")
    checked_bounds(*_bounds(document, found))
    document["_Next"] = next_time(document)
    call.store.put(ACTION, name, document)
    return {}


@API.operation("DescribeScheduledActions")
def describe(request: Request, call: Call) -> Response:
    """Return scheduled actions."""
    found = described(ACTION, request, call, names="ScheduledActionNames", name="ScheduledActionName")
    shown, token = listing.page(found, request, default=50)
    return {"ScheduledActions": shown, "NextToken": token}


@API.operation("DeleteScheduledAction")
def delete(request: Request, call: Call) -> Response:
    """Delete a scheduled action; bounds that it has set stay."""
    if not call.store.delete(ACTION, key(request["ResourceId"], request["ScheduledActionName"])):
        raise missing(f"scheduled action {request['ScheduledActionName']}", request)
    return {}


def run(action: Document, call: Call, at: float) -> None:
    """Carry an action out if its time has come, unless scheduled scaling is suspended then.

    It stays due while the endpoint takes no change of instances.
    """
    if action["_Next"] is None or at < action["_Next"]:
        return
    found = call.store.get(TARGET, action["ResourceId"])
    if found and not found["SuspendedState"]["ScheduledScalingSuspended"]:
        least, most = _bounds(action, found)
        found.update(MinCapacity=least, MaxCapacity=most)
        call.store.update(TARGET, action["ResourceId"], lambda kept: kept.update(MinCapacity=least, MaxCapacity=most))
        if not capacity.keep_within(found, call):
            return
    following = next_time(action)
    call.store.update(ACTION, action["_Key"], lambda kept: kept.update(_Next=following))


def next_time(action: Document) -> float | None:
    """Return when an action is due next, epoch seconds; None: never again. Only cron is implemented."""
    from ministack.services import eventbridge

    schedule = action["Schedule"]
    if not schedule.startswith("cron("):
        raise not_implemented(f"Schedule {schedule}; allowed is cron(<six fields>)")
    fields = eventbridge._parse_cron_fields(schedule)
    if fields is None:
        raise validation_error(f"Schedule {schedule!r} is not a cron expression of six fields.")
    due = eventbridge._cron_next_fire(fields, datetime.now(UTC).astimezone(zone(action.get("Timezone", "UTC"))))
    return due.timestamp() if due else None


def _bounds(action: Document, found: Document) -> tuple[int, int]:
    least, most = (int(action["ScalableTargetAction"].get(each, found[each])) for each in _BOUNDS)
    return least, most


def _new(request: Request, name: str, call: Call) -> Document:
    account, region = call.store.account, call.store.region
    return {
        **{each: request[each] for each in ("ScheduledActionName", "ServiceNamespace", "ResourceId")},
        "ScalableDimension": request["ScalableDimension"],
        "ScheduledActionARN": f"arn:aws:autoscaling:{region}:{account}:scheduledAction:{name.replace(' ', ':')}",
        "CreationTime": now(),
        "_Key": name,
    }
