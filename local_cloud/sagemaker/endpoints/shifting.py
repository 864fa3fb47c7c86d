"""Blue/green: how traffic moves from the fleet that serves to the one that follows.

ALL_AT_ONCE moves it at once; CANARY and LINEAR really move it in steps, and their waits are a sixtieth of what the
request says: a minute on AWS is a second here. Rolling updates and automatic rollback on alarms are refused by name.
"""

import time
from typing import Any

from local_cloud.sagemaker.endpoints.live import Fleet, LiveEndpoint
from local_cloud.sagemaker.endpoints.plans import Plan
from local_cloud.sagemaker.errors import not_implemented, validation_error

TIME_SCALE = 1 / 60
_POLL_SECONDS = 0.05
_PERCENT = 100.0


class ShiftFailedError(Exception):
    """The traffic goes back to the old fleet; the text is the FailureReason."""


def check(config: dict[str, Any], old: Plan, new: Plan) -> None:
    """Refuse a deployment configuration that AWS or the local cloud does not allow for this update."""
    for key in ("RollingUpdatePolicy", "AutoRollbackConfiguration"):
        if config.get(key):
            raise not_implemented(f"DeploymentConfig.{key} of UpdateEndpoint; allowed is BlueGreenUpdatePolicy")
    routing = _routing(config)
    if routing["Type"] == "ALL_AT_ONCE":
        return
    names = [sorted(variant["VariantName"] for variant in plan["Variants"]) for plan in (old, new)]
    if names[0] != names[1]:
        raise validation_error(
            f"Traffic shifting of type {routing['Type']} needs the same variants before and after; found {names[0]} "
            f"and {names[1]}. Use ALL_AT_ONCE."
        )
    key = "CanarySize" if routing["Type"] == "CANARY" else "LinearStepSize"
    if key not in routing:
        raise validation_error(f"Traffic shifting of type {routing['Type']} needs {key}.")


def shift(endpoint: LiveEndpoint, fleet: Fleet, config: dict[str, Any], plan: Plan) -> None:
    """Move traffic step by step; on return the new fleet is healthy and ready for all of it.

    Raises:
        ShiftFailedError: a process of the new fleet has ended on the way.
    """
    routing = _routing(config)
    if routing["Type"] == "ALL_AT_ONCE":
        return
    instances = sum(variant["InstanceCount"] for variant in plan["Variants"] if not variant["Shadow"])
    size = routing["CanarySize" if routing["Type"] == "CANARY" else "LinearStepSize"]
    step = size["Value"] / (_PERCENT if size["Type"] == "CAPACITY_PERCENT" else instances)
    share = step
    while share < 1:
        endpoint.shift(fleet, share)
        _bake(fleet, routing["WaitIntervalInSeconds"] * TIME_SCALE)
        share = 1.0 if routing["Type"] == "CANARY" else share + step


def _bake(fleet: Fleet, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        for variant in fleet.variants():
            if not variant.process.alive:
                raise ShiftFailedError(
                    f"Variant {variant.name} ended while it took over traffic. The update was rolled back."
                )


def _routing(config: dict[str, Any]) -> dict[str, Any]:
    policy = config.get("BlueGreenUpdatePolicy", {})
    routing: dict[str, Any] = policy.get("TrafficRoutingConfiguration", {"Type": "ALL_AT_ONCE"})
    return routing
