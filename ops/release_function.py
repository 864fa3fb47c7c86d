"""The release function, asked by commands."""

import uuid
from typing import Any, Literal

from ops import control_function
from ops.target import Target

SLOTS = ("champion", "challenger", "shadow")
SERVES_ON = (
    "It is the only version that can serve, so it goes on serving, and the alarm RejectedModelLive rings until another "
    "is approved. docs/runbooks/release.md says how to take the endpoint away."
)
_SHIFTS = {"guarded": "as the environment's file says, with alarms that take it back", "at_once": "at once"}


def slots(target: Target) -> dict[str, str]:
    """Return slot -> ARN of the model package that the serving stack has there, the empty text for none."""
    return {slot: target.parameter("serving", f"{slot.capitalize()}ModelPackage") for slot in SLOTS}


def look(target: Target) -> None:
    """Have the use case looked at now; the registry's event, and the hourly look, would do it as well."""
    _invoke(target, {"use_case": target.use_case.slug}, kind="Event")


def foresee(target: Target, package: str, slot: str | None) -> str:
    """Return what would change if a package were approved for a slot, or rejected (None), one change a line.

    `SERVES_ON` for a champion that, rejected, has no successor.
    """
    suppose = {"package": package, "slot": slot}
    changes = _invoke(target, {"use_case": target.use_case.slug, "suppose": suppose}, kind="RequestResponse")
    now = slots(target)
    if not changes:
        return SERVES_ON if slot is None and now["champion"] == package else "Nothing would change."
    lines = []
    for change in changes:
        before, after = now[change["slot"]], change["package"]
        lines.append(
            f"{change['slot']}: {_version(before)} -> {_version(after)} ({change['reason']}), "
            f"traffic moves {_SHIFTS[change['shift']]}"
        )
        now[change["slot"]] = after
    return "\n".join(["Would change, one after the other:", *lines])


def _version(package: str) -> str:
    return f"version {package.rpartition('/')[2]}" if package else "empty"


def _invoke(target: Target, detail: dict[str, Any], kind: Literal["RequestResponse", "Event"]) -> list[dict[str, Any]]:
    event = {"source": "ml-loop", "detail-type": "command", "id": str(uuid.uuid4()), "detail": detail}
    changes: list[dict[str, Any]] = control_function.ask(
        target, "ReleaseFunctionName", event, "docs/runbooks/release.md", kind
    )
    return changes or []
