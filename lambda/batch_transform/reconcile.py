"""Take steps until there is nothing left to do for a use case."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from batch_transform.events import Look
from batch_transform.logic import Claim, Close, Keep, Publish, Rest, Start, Step, decide, exhausted
from batch_transform.manifest import IncompleteError
from batch_transform.state import Observation, Run
from shared.pipelines import Execution, RefusedError

# Publish one run, begin the next, fail: far fewer than this.
_MOST_STEPS = 20


class World(Protocol):
    """What a batch transform reads and changes."""

    def look(self, use_case: str) -> Observation:
        """Return the present state of a use case."""

    def claim(self, claim: Claim) -> bool:
        """Write a run down; False if its number is taken."""

    def keep(self, run: Run, wish: Look | None) -> bool:
        """Write at a run what the next is asked to be; False if it has ended, or has another wish, since."""

    def start(self, run: Run) -> str:
        """Start the pipeline and return the execution's ARN, the same one each time; RefusedError if it never will."""

    def publish(self, run: Run, execution: Execution) -> str:
        """Write the manifest and what was scored; return what there is to say; IncompleteError if it must not be."""

    def discard(self, run: Run) -> None:
        """Take away what a failed run left."""

    def close(self, step: Close, at: datetime) -> bool:
        """End an open run; False if somebody else has ended it."""

    def tell(self, step: Close, again: bool) -> None:
        """Tell that a run ends; `again`: it failed, and is tried again without a person."""


def reconcile(world: World, look: Look) -> Rest:
    """Bring a use case one event nearer to where nothing is left to score; return why it came to rest."""
    step: Step | None = None
    began = ""
    for _ in range(_MOST_STEPS):
        seen = world.look(look.use_case)
        step = decide(seen, look)
        if isinstance(step, Rest):
            return replace(step, began=began)
        if isinstance(step, Claim):
            # Lost to another invocation: the next look shows what it did, and that run keeps what is asked for.
            if world.claim(step):
                began = step.run.name
                # Once: a command that asks for all files again asks for one run.
                look = look.model_copy(update={"begin": False, "insist": False})
        elif isinstance(step, Keep):
            world.keep(step.run, step.wish)
        else:
            _act(world, step, seen)
    raise RuntimeError(f"{look.use_case}: no rest after {_MOST_STEPS} steps; the last was {step}")


def _act(world: World, step: Start | Publish | Close, seen: Observation) -> None:
    if isinstance(step, Start):
        try:
            world.start(step.run)
        except RefusedError as error:
            _close(world, Close(step.run, "failed", str(error)), seen)
    elif isinstance(step, Publish):
        try:
            said = world.publish(step.run, step.execution)
        except IncompleteError as error:
            _close(world, Close(step.run, "failed", str(error)), seen)
        else:
            more = "; other files wait for the next run" if step.run.upto else ""
            _close(world, Close(step.run, "succeeded", said + more), seen)
    else:
        _close(world, step, seen)


def _close(world: World, step: Close, seen: Observation) -> None:
    if step.result != "succeeded":
        world.discard(step.run)
        runs = [replace(step.run, result=step.result), *seen.runs[1:]]
        # Before the record is closed: after a crash in between people are told twice, rather than never.
        world.tell(step, again=step.result == "failed" and not exhausted(runs))
    if world.close(step, seen.now) and step.result == "succeeded":
        world.tell(step, again=False)
