"""What the release function may see at one look, in few words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from release.state import Attempt, Observation, Package, Result, Stack
from shared.slots import Slot

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GROUP = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"


def package(version: int, minutes_ago: int = 10, **changes) -> Package:
    at = NOW - timedelta(minutes=minutes_ago)
    return replace(Package(f"{GROUP}/{version}", at, "arn:aws:iam::111122223333:user/ann"), **changes)


def attempt(version: int, result: Result = "started", number: int = 1, before: str = "", **changes) -> Attempt:
    first = Attempt(
        use_case="flight-delays",
        number=number,
        package=f"{GROUP}/{version}",
        before=before,
        reason="approval",
        trigger="test",
        approved_at=NOW - timedelta(minutes=10),
        approved_by=None,
        claimed_at=NOW - timedelta(minutes=9),
        result=result,
    )
    return replace(first, **changes)


def arn(version: int) -> str:
    return f"{GROUP}/{version}" if version else ""


def look(
    status="UPDATE_COMPLETE", champion=0, candidates=(), attempts=(), approved=None, challenger=0, shadow=0, **more
) -> Observation:
    slots: dict[Slot, str] = {"champion": arn(champion), "challenger": arn(challenger), "shadow": arn(shadow)}
    return Observation(
        use_case="flight-delays",
        now=NOW,
        stack=Stack(status, slots, "config-1" if champion else None),
        approved=frozenset(p.arn for p in candidates) if approved is None else frozenset(approved),
        candidates=tuple(candidates),
        attempts=tuple(attempts),
        **more,
    )
