"""Take steps until there is nothing left to do for a use case."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Protocol

from release.logic import decide
from release.proof import answered
from release.state import Asked, Attempt, Observation, Result
from release.steps import Alarm, Ask, Claim, Close, Deregister, Hold, Rest, Start, Step

# Close a failed attempt, let scaling go on, claim and start the one before it: far fewer than this.
_MOST_STEPS = 20

Started = Literal["started", "unchanged", "busy"]


class RefusedError(Exception):
    """CloudFormation will never accept this update; the text says why."""


class World(Protocol):
    """What a release reads and changes."""

    def look(self, use_case: str) -> Observation:
        """Return the present state of a use case."""

    def claim(self, attempt: Attempt) -> bool:
        """Write an attempt down; False if its number is taken."""

    def start(self, attempt: Attempt) -> Started:
        """Update the stack; RefusedError if CloudFormation refuses for good."""

    def ask(self, attempt: Attempt, variant: str | None) -> Asked:
        """Ask the attempt's model, which is live: at a variant, or at the only one there is."""

    def close(self, attempt: Attempt, result: Result, detail: str, at: datetime) -> bool:
        """End an open attempt; False if somebody else has ended it."""

    def hold(self, use_case: str, variants: Iterable[str], *, held: bool) -> None:
        """Suspend that scaling takes instances of variants away, or end that."""

    def deregister(self, use_case: str, variant: str) -> None:
        """End the scaling of a variant."""

    def count(self, metric: str, use_case: str, detail: str) -> None:
        """Count a metric of a use case and log the detail."""


def reconcile(world: World, use_case: str, trigger: str) -> Step:
    """Bring a use case one event nearer to what is wanted; return the step at which it came to rest."""
    for _ in range(_MOST_STEPS):
        seen = world.look(use_case)
        step = decide(seen, trigger)
        if isinstance(step, Rest):
            return step
        if isinstance(step, Alarm):
            world.count(step.metric, use_case, step.reason)
            return step
        if isinstance(step, Claim):
            # Lost to another invocation: the next look shows what it did.
            world.claim(step.attempt)
        elif isinstance(step, Start):
            if _start(world, step.attempt, seen.now):
                return step
        elif isinstance(step, Hold):
            # What another invocation did meanwhile shows at the next look.
            world.hold(use_case, step.variants, held=step.held)
        elif isinstance(step, Deregister):
            world.deregister(use_case, step.variant)
        elif isinstance(step, Ask):
            _close(world, answered(step, world.ask(step.attempt, step.variant)), seen.now)
        else:
            _close(world, step, seen.now)
    raise RuntimeError(f"{use_case}: no rest after {_MOST_STEPS} steps; the last was {step}")


def _start(world: World, attempt: Attempt, now: datetime) -> bool:
    """Return whether to wait for CloudFormation's event."""
    try:
        return world.start(attempt) != "unchanged"
    except RefusedError as error:
        _close(world, Close(attempt, "failed", str(error)), now)
        return False


def _close(world: World, step: Close, now: datetime) -> None:
    if step.result == "failed":
        # Before it is written down: what is written down is not looked at again, and a failure told twice is told.
        world.count("ReleaseFailed", step.attempt.use_case, step.detail)
    closed = world.close(step.attempt, step.result, step.detail, now)
    if closed and step.result == "succeeded":
        world.count("ReleaseSucceeded", step.attempt.use_case, step.detail)
