"""Waiting for what comes about by itself."""

import time
from collections.abc import Callable
from typing import TypeVar

from ops import live, records
from ops.target import OperationError, Target

Found = TypeVar("Found")
_LONGEST = 300.0  # seconds of a release
_RINGS = 420.0  # seconds that an alarm may still ring about what is gone: it looks back five minutes


def until(found: Callable[[], Found | None], seconds: float, every: float = 0.5) -> Found | None:
    """Ask again and again and return the first answer that is something; None if there is none in so many seconds."""
    end = time.monotonic() + seconds
    while not (one := found()):
        if time.monotonic() > end:
            return None
        time.sleep(every)
    return one


def serves_alone(target: Target, champion: str) -> None:
    """Return when the endpoint serves this champion and nothing beside it, and the record says so."""

    def so() -> bool:
        [newest] = records.newest(target, 1)
        return live.live_packages(target) == {"champion": champion} and newest.result != "started"

    if not until(so, _LONGEST, every=1.0):
        serves = live.live_packages(target)
        raise OperationError(f"{target.name} serves {serves} after {_LONGEST:.0f} s, not {champion} alone.")


def alarms_are_silent(target: Target) -> None:
    """Return when none of the endpoint's alarms rings: an update that one of them watches would be rolled back at once.

    Those of the challenger ring on for minutes about one that was withdrawn.
    """
    prefix = f"{target.name}-serving-"

    def ringing() -> list[str]:
        found = target.cloudwatch.describe_alarms(AlarmNamePrefix=prefix, StateValue="ALARM")["MetricAlarms"]
        return [alarm["AlarmName"] for alarm in found]

    if not until(lambda: not ringing(), _RINGS, every=1.0):
        raise OperationError(f"{', '.join(ringing())} still rings after {_RINGS:.0f} s; nothing is released under it.")
