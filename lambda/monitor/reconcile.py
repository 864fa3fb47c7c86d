"""Take steps until there is nothing left to do for a use case."""

from typing import Protocol

from monitor.events import Look
from monitor.logic import Claim, Close, Publish, Rest, Start, Step, decide
from monitor.state import Observation, Run
from shared.pipelines import RefusedError

# Fourteen late windows of two variants, each in two shares, are begun by fours.
_MOST_STEPS = 60


class NothingFoundError(Exception):
    """A run left nothing that could be published; the text says what."""


class World(Protocol):
    """What monitoring reads and changes."""

    def remember(self, look: Look) -> None:
        """Write down that the schedule's time has come, and lay what SageMaker compares with; again is the same."""

    def look(self, look: Look) -> Observation:
        """Return the present state of a use case."""

    def claim(self, run: Run) -> bool:
        """Write a run down; False if its number is taken."""

    def start(self, run: Run, look: Look) -> None:
        """Write the request, start the pipeline, once, and write down its execution; RefusedError if it never will."""

    def publish(self, run: Run, look: Look) -> None:
        """Publish what a run found, then end it; again is the same. NothingFoundError if it left nothing."""

    def close(self, step: Close) -> bool:
        """End an open run; False if somebody else has ended it."""

    def tell(self, step: Close) -> None:
        """Tell people how a run ended."""

    def say_overdue(self, use_case: str, said: str) -> None:
        """Measure whether something should have been looked at long ago; empty: nothing."""


def reconcile(world: World, look: Look) -> Rest:
    """Bring the monitoring of a use case as far as it goes now; return why it came to rest.

    That the schedule's time has come is written down first: from then on it is not lost, whatever happens to this
    invocation.
    """
    world.remember(look)
    step: Step | None = None
    for _ in range(_MOST_STEPS):
        step = decide(world.look(look), look)
        if isinstance(step, Rest):
            world.say_overdue(look.use_case, step.overdue)
            return step
        _act(world, step, look)
    raise RuntimeError(f"{look.use_case}: no rest after {_MOST_STEPS} steps; the last was {step}")


def _act(world: World, step: Claim | Start | Publish | Close, look: Look) -> None:
    if isinstance(step, Claim):
        world.claim(step.run)  # lost to another invocation: the next look shows what it did
    elif isinstance(step, Start):
        try:
            world.start(step.run, look)
        except RefusedError as error:
            _close(world, Close(step.run, "failed", str(error)))
    elif isinstance(step, Publish):
        try:
            world.publish(step.run, look)
        except NothingFoundError as error:
            _close(world, Close(step.run, "failed", str(error)))
    else:
        _close(world, step)


def _close(world: World, step: Close) -> None:
    # Before the record is closed: after a crash in between people are told twice, rather than never.
    world.tell(step)
    world.close(step)
