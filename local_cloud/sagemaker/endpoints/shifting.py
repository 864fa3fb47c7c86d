"""Blue/green: how traffic moves from the fleet that serves to the one that follows.

ALL_AT_ONCE moves it at once; CANARY and LINEAR really move it in steps. Between steps, and at the end until the old
fleet is to be terminated, alarms and the new processes are watched. Waits are a sixtieth of what the request says: a
minute on AWS is a second here. Rolling updates are refused by name.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from local_cloud.sagemaker.endpoints.live import Fleet, LiveEndpoint
from local_cloud.sagemaker.endpoints.plans import Plan
from local_cloud.sagemaker.errors import not_implemented, validation_error

TIME_SCALE = 1 / 60
_POLL_SECONDS = 0.05
_LOOK_SECONDS = 0.25  # at alarms, each a request
_PERCENT = 100.0


Ringing = Callable[[list[str]], list[str]]


class ShiftFailedError(Exception):
    """The traffic goes back to the old fleet; the text is the FailureReason."""


def check(config: dict[str, Any], old: Plan, new: Plan) -> None:
    """Refuse a deployment configuration that AWS or the local cloud does not allow for this update."""
    if config.get("RollingUpdatePolicy"):
        raise not_implemented(
            "DeploymentConfig.RollingUpdatePolicy of UpdateEndpoint; allowed is BlueGreenUpdatePolicy"
        )
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


def shift(endpoint: LiveEndpoint, fleet: Fleet, config: dict[str, Any], plan: Plan, ringing: Ringing) -> None:
    """Move traffic step by step; on return the new fleet has had all of it for as long as the old one was kept.

    Args:
        endpoint: whose traffic it is.
        fleet: takes it over; healthy.
        config: the update's DeploymentConfig.
        plan: of the new fleet.
        ringing: which of some alarms are in state ALARM.

    Raises:
        ShiftFailedError: a process of the new fleet has ended on the way, or an alarm rings.
    """
    names = [alarm["AlarmName"] for alarm in config.get("AutoRollbackConfiguration", {}).get("Alarms", [])]
    watch = partial(_watch, fleet, lambda: ringing(names) if names else [])
    for share, seconds in _steps(config, plan):
        endpoint.shift(fleet, share)
        watch(seconds)
    kept = config.get("BlueGreenUpdatePolicy", {}).get("TerminationWaitInSeconds", 0)
    if names and kept:
        endpoint.shift(fleet, 1.0)
        watch(kept * TIME_SCALE)


def _steps(config: dict[str, Any], plan: Plan) -> Iterator[tuple[float, float]]:
    """Give the shares of traffic that the new fleet gets before it gets all, and how long it has each, in seconds."""
    routing = _routing(config)
    if routing["Type"] == "ALL_AT_ONCE":
        return
    instances = sum(variant["InstanceCount"] for variant in plan["Variants"] if not variant["Shadow"])
    size = routing["CanarySize" if routing["Type"] == "CANARY" else "LinearStepSize"]
    step = size["Value"] / (_PERCENT if size["Type"] == "CAPACITY_PERCENT" else instances)
    share = step
    while share < 1:
        yield share, routing["WaitIntervalInSeconds"] * TIME_SCALE
        share = 1.0 if routing["Type"] == "CANARY" else share + step


def _watch(fleet: Fleet, ringing: Callable[[], list[str]], seconds: float) -> None:
    deadline, look = time.monotonic() + seconds, 0.0
    while time.monotonic() < deadline:
        if time.monotonic() >= look:
            if names := ringing():
                raise ShiftFailedError(f"Alarms are in state ALARM: {', '.join(names)}. The update was rolled back.")
            look = time.monotonic() + _LOOK_SECONDS
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
