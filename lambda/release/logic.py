"""Decide the next step of a release from one look at the world. Pure: the same look gives the same step."""

from datetime import timedelta

from release.proof import prove
from release.state import Attempt, Live, Observation, Stack
from release.steps import Alarm, Claim, Close, Deregister, Hold, Rest, Start, Step
from release.wanted import Change, next_change
from shared.slots import CHAMPION

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
# SageMaker's words, in the stack's event.
_BUSY = "Cannot update in-progress endpoint"
_ENDPOINT_MOVING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})


def decide(seen: Observation, trigger: str) -> Step:
    """Return the next step for a use case. `trigger` says what made us look, for the record."""
    if seen.stack is None:
        return Rest("there is no serving stack")
    return _hold(seen) or _next(seen.stack, seen, trigger)


def _next(stack: Stack, seen: Observation, trigger: str) -> Step:
    attempt = seen.open_attempt
    if stack.status.endswith("_IN_PROGRESS"):
        if attempt and seen.now - attempt.claimed_at > STUCK_AFTER:
            return Alarm("ReleaseBlocked", f"the stack is {stack.status} since {attempt.claimed_at.isoformat()}")
        return Rest(f"the stack is {stack.status}")
    if stack.status not in _SETTLED:
        return Alarm("ReleaseBlocked", f"the stack is {stack.status}: it takes no update until a person helps")
    if attempt:
        return _finish(attempt, stack, seen)
    return _begin(stack, seen, trigger)


def _hold(seen: Observation) -> Hold | None:
    # Whatever happens in between, each look brings it nearer: held from before an update until its attempt is closed.
    held = seen.open_attempt is not None
    wrong = frozenset(variant for variant, suspended in seen.scaling.items() if suspended != held)
    return Hold(wrong, held) if wrong else None


def _finish(attempt: Attempt, stack: Stack, seen: Observation) -> Step:
    outcome = seen.update.outcome if seen.update else "none"
    if outcome == "running":
        return Rest("the update's last event is not there yet")
    if outcome == "failed":
        return _failed(attempt, seen.update.reason if seen.update else "")
    holds = stack.slots.get(attempt.slot, "")
    if holds == attempt.package:
        return _verify(attempt, stack, seen)
    if outcome == "succeeded":
        return Close(attempt, "superseded", f"the stack was changed to {holds or 'no model'} since")
    return _update(attempt, stack, seen)


def _failed(attempt: Attempt, reason: str) -> Close:
    # The endpoint began to move after it was looked at, which is no fault of the package: it is claimed once more.
    return Close(attempt, "superseded" if _BUSY in reason else "failed", reason)


def _update(attempt: Attempt, stack: Stack, seen: Observation) -> Step:
    if not attempt.tells_of(stack.kind):
        return Close(attempt, "superseded", f"the endpoint became one of another kind, {stack.kind}")
    if waits := _waits(attempt, seen):
        return waits
    registered = attempt.slot in seen.scaling
    empties = not attempt.package and attempt.slot in stack.scaled
    if empties and not registered:
        # Only a package that comes into the emptied slot is registered again, so there is no way back.
        return Start(attempt)
    change = next_change(seen, stack)
    if not isinstance(change, Change) or (change.slot, change.package) != (attempt.slot, attempt.package):
        return Close(attempt, "superseded", "something else was wanted before the update began")
    return Deregister(attempt.slot) if empties else Start(attempt)


def _waits(attempt: Attempt, seen: Observation) -> Rest | Alarm | None:
    """Return why an update cannot begin with the endpoint as it is; an event comes when it is another way."""
    if seen.standing is None:
        return None
    if (status := seen.standing.status) in _ENDPOINT_MOVING:
        # Weights or instances change; SageMaker refuses an update meanwhile.
        if seen.now - attempt.claimed_at > STUCK_AFTER:
            return Alarm("ReleaseBlocked", f"the endpoint is {status} since {attempt.claimed_at.isoformat()}")
        return Rest(f"the endpoint is {status}")
    if status == "Failed":
        # No package could come into it, so none is to blame.
        return Alarm("ReleaseBlocked", "the endpoint is Failed: SageMaker lets it be deleted, and nothing else")
    if not attempt.package and seen.standing.weights.get(CHAMPION) == 0:
        # The update keeps weights, and alone with a weight of 0 nobody may answer.
        return Alarm("ReleaseBlocked", f"the champion has weight 0, so the {attempt.slot} cannot be taken away")
    return None


def _verify(attempt: Attempt, stack: Stack, seen: Observation) -> Step:
    # CloudFormation may report success after SageMaker rolled the endpoint back on its own.
    live = seen.live
    if live is None:
        return Close(attempt, "failed", "the stack is complete but there is no endpoint")
    if live.status in _ENDPOINT_MOVING:
        return Rest(f"the endpoint is {live.status}")
    wrong = _unlike(live, attempt, stack)
    return Close(attempt, "failed", wrong) if wrong else prove(attempt, live, seen)


def _unlike(live: Live, attempt: Attempt, stack: Stack) -> str:
    """Return how an endpoint at rest is not as intended, the empty text if it is."""
    if live.status != "InService":
        return f"the stack is complete but the endpoint is {live.status}"
    if live.endpoint_config != stack.endpoint_config:
        return (
            f"the stack is complete but the endpoint has configuration {live.endpoint_config}, not "
            f"{stack.endpoint_config}: SageMaker rolled it back"
        )
    if live.unlike:
        return f"the stack is complete but {live.unlike}"
    serves = live.packages.get(attempt.slot, "")
    return "" if serves == attempt.package else f"the {attempt.slot} of the endpoint is {serves or 'no model package'}"


def _begin(stack: Stack, seen: Observation, trigger: str) -> Step:
    change = next_change(seen, stack)
    if not isinstance(change, Change):
        # A click in the registry must not take a service away: a person decides (docs/decisions/last-model.md).
        return Alarm("RejectedModelLive", change.reason) if change.needs_a_person else Rest(change.reason)
    return Claim(
        Attempt(
            use_case=seen.use_case,
            number=seen.attempts[0].number + 1 if seen.attempts else 1,
            slot=change.slot,
            package=change.package,
            before=stack.slots.get(change.slot, ""),
            shift=change.shift,
            kind=stack.kind,
            reason=change.reason,
            trigger=trigger,
            approved_at=change.approved_at,
            approved_by=change.approved_by,
            why=change.why,
            claimed_at=seen.now,
        )
    )
