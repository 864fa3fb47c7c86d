"""Take steps until there is nothing left to do for a use case."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from label.beginning import exhausted
from label.events import Look
from label.logic import decide
from label.state import Observation, Run
from label.steps import Answer, Claim, Close, Keep, Publish, Rest, Start, Step

_MOST_STEPS = 30  # publish one run, begin the next, take in a few imports, fail: far fewer than this


class RefusedError(Exception):
    """A job that will never begin, or labels that cannot be taken; the text says why."""


@dataclass(frozen=True)
class Published:
    """What a run came to: `text` for people, `usd` it cost, and whether its labels deserve a second look."""

    text: str
    usd: float
    doubtful: bool


class World(Protocol):
    """What labelling reads and changes."""

    def look(self, use_case: str) -> Observation:
        """Return the present state of a use case."""

    def claim(self, claim: Claim) -> bool:
        """Write a run down; False if its number is taken."""

    def keep(self, run: Run, wish: Look | None) -> bool:
        """Write at a run what the next is asked to be; False if it has ended, or has another wish, since."""

    def start(self, run: Run) -> None:
        """Start the job of a run, once however often it is asked; RefusedError if it never will."""

    def publish(self, step: Publish) -> Published:
        """Write labels and what became of each object, once; RefusedError if they cannot be read."""

    def answer(self, step: Answer) -> None:
        """Tell who chose objects how that ended, once."""

    def close(self, step: Close, at: datetime) -> bool:
        """End an open run; False if somebody else has ended it."""

    def tell(self, step: Close, again: bool, doubtful: bool) -> None:
        """Tell that a run ends; `again`: it failed, and is tried again without a person."""


def reconcile(world: World, look: Look) -> Rest:
    """Bring a use case one event nearer to where nothing is left to label; return why it came to rest."""
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
                # The run has what is left of it.
                look = look.model_copy(update={"begin": False, "insist": False, "imports": ()})
        elif isinstance(step, Keep):
            world.keep(step.run, step.wish)
        elif isinstance(step, Answer):
            world.answer(step)
        else:
            _act(world, step, seen)
    raise RuntimeError(f"{look.use_case}: no rest after {_MOST_STEPS} steps; the last was {step}")


def _act(world: World, step: Start | Publish | Close, seen: Observation) -> None:
    try:
        if isinstance(step, Start):
            world.start(step.run)
        elif isinstance(step, Publish):
            said = world.publish(step)
            reason = f"{step.job.reason}; " if step.job and step.job.reason else ""
            _close(world, Close(step.run, step.result, reason + said.text, said.usd), seen, said.doubtful)
        else:
            _close(world, step, seen, False)
    except RefusedError as error:
        _close(world, Close(step.run, "failed", str(error)), seen, False)


def _close(world: World, step: Close, seen: Observation, doubtful: bool) -> None:
    runs = [replace(step.run, result=step.result), *seen.runs[1:]]
    again = step.result == "failed" and not step.run.imports and not exhausted(runs)
    if step.result == "failed" or doubtful:
        # Before the record is closed: after a crash in between people are told twice, rather than never.
        world.tell(step, again, doubtful)
        world.close(step, seen.now)
    elif world.close(step, seen.now):
        world.tell(step, again, doubtful)
