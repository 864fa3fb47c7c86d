"""What should be in the slots of an endpoint, and the next change towards it.

One slot changes at a time, so that a failure has one cause, and a challenger never inherits the weight of another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from release.state import Attempt, Observation, Package, Shift, Stack
from shared.slots import CHALLENGER, CHAMPION, SHADOW, SLOTS, Slot

_EMPTY_AGAIN_AFTER = timedelta(minutes=50)  # the hourly look comes in less than an hour now and then


@dataclass(frozen=True)
class Change:
    """Put a package into a slot, or nothing."""

    slot: Slot
    package: str
    reason: str
    shift: Shift
    approved_at: datetime
    approved_by: str | None = None
    why: str = ""


@dataclass(frozen=True)
class Nothing:
    """Nothing is to change."""

    reason: str
    needs_a_person: bool = False


def wanted(candidates: Iterable[Package], attempts: Iterable[Attempt]) -> dict[Slot, Package]:
    """Return the package that each slot should have; a slot that is not there should be empty.

    Of those meant for a slot the one that was meant for it last, unless it failed there since its approval. SageMaker
    allows a shadow beside one variant only, so it waits while there is a challenger.
    """
    attempts = list(attempts)
    best: dict[Slot, Package] = {}
    for package in sorted(candidates, key=lambda candidate: candidate.rank):
        if package.slot and not any(_failed_since(attempt, package) for attempt in attempts):
            best[package.slot] = package
    if CHAMPION not in best:
        return {}
    if CHALLENGER in best:
        best.pop(SHADOW, None)
    return best


def next_change(seen: Observation, stack: Stack) -> Change | Nothing:
    """Return what to do next: first the champion, then what leaves a slot, then what comes into one."""
    # What failed by instances may well serve without, and the other way round.
    seen = replace(seen, attempts=tuple(one for one in seen.attempts if one.tells_of(stack.kind)))
    best = wanted(seen.candidates, seen.attempts)
    if CHAMPION not in best:
        if stack.champion and stack.champion not in seen.approved:
            return Nothing(f"{stack.champion} is not approved and nothing can take its place", needs_a_person=True)
        return Nothing("nothing approved is left to release")
    champion = best[CHAMPION]
    if champion.arn != stack.champion or _last_failed(champion.arn, seen.attempts):
        return _champion(champion, seen, stack)
    nowhere = [f"{best.pop(slot).arn} is meant for the {slot}" for slot in SLOTS if slot in stack.missing & best.keys()]
    unserved = f"what else is wanted serves, but {' and '.join(nowhere)}, and the endpoint is serverless: it has none"
    return _second(best, seen, stack) or Nothing(unserved if nowhere else "what is wanted serves")


def _champion(package: Package, seen: Observation, stack: Stack) -> Change:
    known = stack.champion in seen.approved and not _last_failed(stack.champion, seen.attempts)
    if stack.champion not in ("", package.arn) and not known:
        reason = "rollback"
    elif package.arn in stack.slots.values() and package.arn != stack.champion:
        reason = "promotion"
    else:
        reason = "approval"
    # What failed or is not approved any more may be ringing the alarms that would stop its successor.
    change = _fill(CHAMPION, package, reason, "guarded" if known and stack.guarded else "at_once")
    return _because_of(stack.champion, seen, change) if reason == "rollback" else change


def _second(best: Mapping[Slot, Package], seen: Observation, stack: Stack) -> Change | Nothing | None:
    for slot in SLOTS[1:]:
        holds, wish = stack.slots.get(slot, ""), best.get(slot)
        if holds and (wish is None or wish.arn != holds):
            if _emptying_failed(slot, seen):
                return Nothing(f"the {slot} could not be taken away; it is tried again in an hour")
            reason = "promotion" if holds == stack.champion else "withdrawal"
            return _because_of(holds, seen, Change(slot, "", reason, "at_once", seen.now))
    for slot in SLOTS[1:]:
        wish = best.get(slot)
        if wish and (not stack.slots.get(slot, "") or _last_failed(wish.arn, seen.attempts, slot)):
            return _fill(slot, wish, "approval", "at_once")
    return None


def _fill(slot: Slot, package: Package, reason: str, shift: Shift) -> Change:
    return Change(slot, package.arn, reason, shift, package.approved_at, package.approved_by, package.why)


def _because_of(package: str, seen: Observation, change: Change) -> Change:
    if failed := _failure(package, seen.attempts, change.slot):
        return replace(change, why=f"it failed: {failed.detail}")
    # Who rejected a package, or meant it for another slot, wanted this.
    known = next((each for each in (*seen.leaving, *seen.candidates) if each.arn == package), None)
    return replace(change, approved_by=known.approved_by, why=known.why) if known else change


def _last_failed(package: str, attempts: Iterable[Attempt], slot: Slot = CHAMPION) -> bool:
    # The stack may name a package that the endpoint never served; approving it again asks for another look at it.
    return _failure(package, attempts, slot) is not None


def _failure(package: str, attempts: Iterable[Attempt], slot: Slot) -> Attempt | None:
    newest = next((attempt for attempt in attempts if (attempt.slot, attempt.package) == (slot, package)), None)
    return newest if newest and newest.result == "failed" else None


def _emptying_failed(slot: Slot, seen: Observation) -> bool:
    # Nothing says that it would end otherwise at once, as an approval does of what comes in.
    newest = next((attempt for attempt in seen.attempts if attempt.slot == slot), None)
    if newest is None or newest.package or newest.result != "failed":
        return False
    return seen.now - (newest.finished_at or newest.claimed_at) < _EMPTY_AGAIN_AFTER


def _failed_since(attempt: Attempt, package: Package) -> bool:
    return (
        attempt.result == "failed"
        and (attempt.slot, attempt.package) == (package.slot, package.arn)
        and attempt.approved_at >= package.approved_at
    )
