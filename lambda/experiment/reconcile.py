"""Take steps until there is nothing left to do for a use case."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from experiment.logic import decide, without_sums
from experiment.observation import Observation
from experiment.steps import Advance, Alarm, Reduce, Register, Rest, Step, Told, Weigh
from experiment.trial import Look, Stretch, Trial
from shared.pipelines import RefusedError

# A look, its request, its sums, an end in three steps: far fewer than this.
_MOST_STEPS = 20


class World(Protocol):
    """What an experiment reads and changes."""

    def look(self, use_case: str, time: datetime | None) -> Observation:
        """Return the present state of a use case, for a look at `time`."""

    def advance(self, step: Advance) -> bool:
        """Write a step down, all or nothing; False if the record has another version since."""

    def weigh(self, trial: Trial, share: float) -> bool:
        """Give the challenger a share of the requests; False while the endpoint takes no change."""

    def reduce(self, trial: Trial, look: Look, stretches: tuple[Stretch, ...]) -> str:
        """Have the sums of a look made, and return the execution's ARN, the same one each time; RefusedError."""

    def register(self, step: Register) -> None:
        """Approve or reject the challenger's package."""

    def tell(self, use_case: str, told: Told) -> None:
        """Count a metric of the use case and log the reason."""


def reconcile(world: World, use_case: str, time: datetime | None) -> Step:
    """Bring a use case one message nearer to the end of its experiment; return the step at which it came to rest."""
    # A look's name has whole seconds, and there is one of a name.
    time = time.replace(microsecond=0) if time else None
    step: Step = Rest("")
    for _ in range(_MOST_STEPS):
        seen = world.look(use_case, time)
        step = decide(seen, time)
        if isinstance(step, Rest) or seen.trial is None:
            return step
        if isinstance(step, Alarm):
            world.tell(use_case, step.told)
            return step
        if isinstance(step, Weigh):
            # Seconds later an event says that they have moved.
            world.weigh(seen.trial, step.share)
            return step
        _act(world, step, seen)
    raise RuntimeError(f"{use_case}: no rest after {_MOST_STEPS} steps; the last was {step}")


def _act(world: World, step: Advance | Reduce | Register, seen: Observation) -> None:
    if isinstance(step, Register):
        world.register(step)
    elif isinstance(step, Reduce):
        try:
            execution = world.reduce(step.trial, step.look, step.stretches)
        except RefusedError as error:
            _advance(world, without_sums(step.trial, step.look, str(error), seen))
        else:
            world.advance(Advance(replace(step.trial, execution=execution)))
    else:
        _advance(world, step)


def _advance(world: World, step: Advance) -> None:
    if step.told:
        # Before it is written: after a crash in between people are told twice, rather than never.
        world.tell(step.trial.use_case, step.told)
    # Lost to another invocation: the next look shows what it did.
    world.advance(step)
