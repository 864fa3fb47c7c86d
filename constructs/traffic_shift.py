"""How an update of an endpoint moves the traffic, and what takes it back, spelled as in a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

_MINUTE = 60
_STARTS_SECONDS = 3600  # instances come up and models load
_AT_ONCE = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}


@dataclass(frozen=True)
class TrafficShift:
    """SageMaker's deployment guardrails.

    Args:
        kind: `canary`, `linear`, or None for all at once.
        percent: size of a part.
        wait_minutes: how long a part is watched.
        waits: how many parts are watched before the last.
        bake_minutes: how long the old instances are kept after the last part.
    """

    kind: Literal["canary", "linear"] | None
    percent: int
    wait_minutes: int
    waits: int
    bake_minutes: int

    @classmethod
    def whole(cls, bake_minutes: int) -> "TrafficShift":
        """Return one that moves all traffic in one step, watched for so long."""
        return cls(None, 0, 0, 0, bake_minutes)

    def at_once(self) -> dict[str, Any]:
        """Return the configuration of an update that adds or takes away a variant, or goes back to what served before.

        It moves all traffic in one step, and no alarm can stop it: the model to go back from may be ringing it.
        """
        return {"BlueGreenUpdatePolicy": _policy(_AT_ONCE, 0, 0)}

    def guarded(self, alarms: Sequence[Any]) -> dict[str, Any]:
        """Return the configuration of an update that brings another model into a variant.

        Args:
            alarms: each of them takes the traffic back, until the old instances are gone.
        """
        return {"BlueGreenUpdatePolicy": self._parts(), "AutoRollbackConfiguration": {"Alarms": alarms}}

    def _parts(self) -> dict[str, Any]:
        bake = self.bake_minutes * _MINUTE
        if self.kind is None:
            return _policy(_AT_ONCE, 0, bake)
        size = "CanarySize" if self.kind == "canary" else "LinearStepSize"
        wait = self.wait_minutes * _MINUTE
        routing = {
            "Type": self.kind.upper(),
            "WaitIntervalInSeconds": wait,
            size: {"Type": "CAPACITY_PERCENT", "Value": self.percent},
        }
        return _policy(routing, wait * self.waits, bake)


def _policy(routing: dict[str, Any], waiting: int, baking: int) -> dict[str, Any]:
    return {
        "TrafficRoutingConfiguration": routing,
        "TerminationWaitInSeconds": baking,
        "MaximumExecutionTimeoutInSeconds": waiting + baking + _STARTS_SECONDS,
    }
