"""Decide the next step of a release from one look at the world. Pure: the same look gives the same step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from release.state import Attempt, Live, Observation, Package, Result, Stack, version_of

# CloudFormation waits up to 160 minutes for a new endpoint (timeout of its AWS::SageMaker::Endpoint handler).
STUCK_AFTER = timedelta(hours=3)

_SETTLED = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    }
)
_ENDPOINT_MOVING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})


@dataclass(frozen=True)
class Rest:
    """Nothing to do until something changes; whatever changes sends an event."""

    reason: str


@dataclass(frozen=True)
class Alarm:
    """A person is needed: `metric` is counted, and counted again at every look while it stays so."""

    metric: str
    reason: str


@dataclass(frozen=True)
class Claim:
    """Write the attempt down, unless somebody has taken its number."""

    attempt: Attempt


@dataclass(frozen=True)
class Start:
    """Update the stack for a claimed attempt."""

    attempt: Attempt


@dataclass(frozen=True)
class Close:
    """Write down how an attempt ended."""

    attempt: Attempt
    result: Result
    detail: str


Step = Rest | Alarm | Claim | Start | Close


def worth_describing(approved: Iterable[str], attempts: Sequence[Attempt]) -> list[str]:
    """Return the approved packages that may be wanted, highest first: down to the first that has never failed.

    Whether one that failed was approved again since takes a call to find out; for the others it does not matter.
    """
    failed = {attempt.package for attempt in attempts if attempt.result == "failed"}
    chosen: list[str] = []
    for package in sorted(approved, key=version_of, reverse=True):
        chosen.append(package)
        if package not in failed:
            break
    return chosen


def wanted(candidates: Iterable[Package], attempts: Sequence[Attempt]) -> Package | None:
    """Return the highest approved package that has not failed since its approval."""
    for package in sorted(candidates, key=lambda candidate: version_of(candidate.arn), reverse=True):
        if not any(_failed_since(attempt, package.arn, package.approved_at) for attempt in attempts):
            return package
    return None


def decide(seen: Observation, trigger: str) -> Step:
    """Return the next step for a use case. `trigger` says what made us look, for the record."""
    if seen.stack is None:
        return Rest("there is no serving stack")
    attempt = seen.open_attempt
    if seen.stack.status.endswith("_IN_PROGRESS"):
        if attempt and seen.now - attempt.claimed_at > STUCK_AFTER:
            return Alarm("ReleaseBlocked", f"the stack is {seen.stack.status} since {attempt.claimed_at.isoformat()}")
        return Rest(f"the stack is {seen.stack.status}")
    if seen.stack.status not in _SETTLED:
        return Alarm("ReleaseBlocked", f"the stack is {seen.stack.status}: it takes no update until a person helps")
    if attempt:
        return _finish(attempt, seen.stack, seen)
    return _begin(seen.stack, seen, trigger)


def _finish(attempt: Attempt, stack: Stack, seen: Observation) -> Step:
    outcome = seen.update.outcome if seen.update else "none"
    if outcome == "running":
        return Rest("the update's last event is not there yet")
    if outcome == "failed":
        return Close(attempt, "failed", seen.update.reason if seen.update else "")
    if stack.champion == attempt.package:
        return _verify(attempt, stack, seen.live)
    if outcome == "succeeded":
        return Close(attempt, "superseded", f"the stack was changed to {stack.champion or 'no model'} since")
    best = wanted(seen.candidates, seen.attempts)
    if best is None or best.arn != attempt.package:
        return Close(attempt, "superseded", f"{best.arn if best else 'nothing'} was wanted before the update began")
    return Start(attempt)


def _verify(attempt: Attempt, stack: Stack, live: Live | None) -> Step:
    # CloudFormation may report success after SageMaker rolled the endpoint back on its own.
    if live is None:
        return Close(attempt, "failed", "the stack is complete but there is no endpoint")
    if live.status in _ENDPOINT_MOVING:
        return Rest(f"the endpoint is {live.status}")
    if live.status != "InService":
        return Close(attempt, "failed", f"the stack is complete but the endpoint is {live.status}")
    if live.endpoint_config != stack.endpoint_config:
        return Close(
            attempt,
            "failed",
            f"the stack is complete but the endpoint has configuration {live.endpoint_config}, not "
            f"{stack.endpoint_config}: SageMaker rolled it back",
        )
    if live.package != attempt.package:
        return Close(attempt, "failed", f"the endpoint serves {live.package or 'no model package'}")
    return Close(attempt, "succeeded", f"serves with configuration {live.endpoint_config}")


def _begin(stack: Stack, seen: Observation, trigger: str) -> Step:
    best = wanted(seen.candidates, seen.attempts)
    if best is None:
        if stack.champion and stack.champion not in seen.approved:
            # A click in the registry must not take a service away: a person decides (docs/decisions/last-model.md).
            return Alarm("RejectedModelLive", f"{stack.champion} is not approved and nothing can take its place")
        return Rest("nothing approved is left to release")
    if best.arn == stack.champion and not _last_failed(best.arn, seen.attempts):
        return Rest("what is wanted serves")
    newer = version_of(best.arn) >= version_of(stack.champion)
    return Claim(
        Attempt(
            use_case=seen.use_case,
            number=seen.attempts[0].number + 1 if seen.attempts else 1,
            package=best.arn,
            before=stack.champion,
            reason="approval" if newer else "rollback",
            trigger=trigger,
            approved_at=best.approved_at,
            approved_by=best.approved_by,
            claimed_at=seen.now,
        )
    )


def _last_failed(package: str, attempts: Sequence[Attempt]) -> bool:
    # The stack may name a package that the endpoint never served; approving it again asks for another look at it.
    return next((attempt.result == "failed" for attempt in attempts if attempt.package == package), False)


def _failed_since(attempt: Attempt, package: str, approved_at: datetime) -> bool:
    return attempt.result == "failed" and attempt.package == package and attempt.approved_at >= approved_at
