"""What goes on by itself: policies follow their metric, scheduled actions the clock."""

import logging
import time
from typing import Any

from local_cloud.autoscaling import capacity, schedules
from local_cloud.autoscaling.api import ACTION, POLICY, TARGET, Call
from local_cloud.autoscaling.tracking import Tracked, wanted
from local_cloud.differences.alarms import period_values
from local_cloud.sagemaker.store import Document
from local_cloud.settings import alarm_speed

EVERY_SECONDS = 0.5
logger = logging.getLogger("local_cloud")


def look(call: Call) -> None:
    """Look once at the policies and scheduled actions of an account and region."""
    for kind, follow in ((ACTION, _schedule), (POLICY, _track)):
        for document in call.store.list(kind):
            try:
                follow(document, call)
            except Exception:
                logger.exception("Scaling of %s cannot be looked at", document["ResourceId"])


def _schedule(action: Document, call: Call) -> None:
    schedules.run(action, call, time.time())


def _track(policy: Document, call: Call) -> None:
    alarms = _alarms(policy)
    target = call.store.get(TARGET, policy["ResourceId"])
    ringing = [alarm for alarm in alarms.values() if alarm["StateValue"] == "ALARM"]
    if target is None or not ringing:
        return
    instances = capacity.instances(policy["ResourceId"], call)
    values = [value for value in period_values(ringing[0]) if value is not None]  # both have the same metric
    count = wanted(_seen(policy, target, alarms, instances, values[-1] if values else None))
    if count == instances or not capacity.change(policy["ResourceId"], count, call):
        return
    logger.info("Scaling %s from %d to %d instances", policy["ResourceId"], instances, count)
    moment = "_Out" if count > instances else "_In"
    call.store.update(POLICY, policy["_Key"], lambda kept: kept.update({moment: time.time()}))


def _seen(policy: Document, target: Document, alarms: dict[str, Any], instances: int, value: float | None) -> Tracked:
    tracking, suspended = policy["TargetTrackingScalingPolicyConfiguration"], target["SuspendedState"]
    resting = _cooling(policy, "_Out", tracking.get("ScaleOutCooldown", 0))
    return Tracked(
        instances=instances,
        least=target["MinCapacity"],
        most=target["MaxCapacity"],
        value=value,
        target=float(tracking["TargetValue"]),
        high=alarms["High"]["StateValue"] == "ALARM",
        low=alarms["Low"]["StateValue"] == "ALARM",
        out_held=suspended["DynamicScalingOutSuspended"] or resting,
        in_held=suspended["DynamicScalingInSuspended"]
        or bool(tracking.get("DisableScaleIn"))
        or resting
        or _cooling(policy, "_In", tracking.get("ScaleInCooldown", 0)),
    )


def _cooling(policy: Document, moment: str, seconds: float) -> bool:
    # Cooldowns pass as fast as the periods of alarms.
    last = float(policy.get(moment, 0.0))
    return time.time() - last < seconds / alarm_speed()


def _alarms(policy: Document) -> dict[str, Any]:
    from ministack.services import cloudwatch

    missing = {"StateValue": "INSUFFICIENT_DATA"}  # deleted by hand
    names = [alarm["AlarmName"] for alarm in policy["Alarms"]]
    return {side: cloudwatch._alarms.get(name) or missing for side, name in zip(("High", "Low"), names, strict=True)}
