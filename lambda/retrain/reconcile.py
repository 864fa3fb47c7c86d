"""Take steps until there is nothing left to do for a use case."""

from typing import Protocol

from retrain.events import Look
from retrain.logic import decide
from retrain.state import Observation, Turn
from retrain.steps import (
    Act,
    Claim,
    Close,
    Decided,
    Deliver,
    Labelled,
    Prepared,
    Propose,
    Rest,
    Sample,
    Start,
    Step,
)
from shared.pipelines import RefusedError

_MOST_STEPS = 20


class World(Protocol):
    """What the loop reads and changes."""

    def remember(self, look: Look) -> None:
        """Write down the causes of a look, and of its alarms that ring; again is the same."""

    def look(self, look: Look) -> Observation:
        """Return the present state of a use case."""

    def claim(self, turn: Turn) -> bool:
        """Write a turn down; False if its number is taken."""

    def sample(self, step: Sample) -> None:
        """Start the choice of what is labelled, once, and write down its execution; RefusedError if it never will."""

    def deliver(self, step: Deliver) -> None:
        """Start the delivery of labels, once, and write down its execution; RefusedError if it never will start."""

    def labelled(self, step: Labelled) -> None:
        """Write down what came of labelling, unless that is written."""

    def start(self, turn: Turn) -> None:
        """Start the pipeline, once, and write down its execution; RefusedError if it never will start."""

    def prepared(self, step: Prepared) -> None:
        """Write down the execution of the pipeline that a state machine has started."""

    def propose(self, turn: Turn, package: str) -> None:
        """Make the package the challenger, and write that down; again is the same."""

    def close(self, step: Close) -> bool:
        """End an open turn; False if somebody else has ended it."""

    def decided(self, step: Decided) -> None:
        """Write down what became of a turn's model, unless that is written."""

    def tell(self, use_case: str, step: Close | Rest) -> None:
        """Tell people how a turn ended, or that they must act."""


def reconcile(world: World, look: Look) -> Rest:
    """Bring the loop of a use case as far as it goes now; return why it came to rest.

    What has happened is written down first: from then on it is not lost, whatever happens to this invocation.
    """
    world.remember(look)
    step: Step | None = None
    for _ in range(_MOST_STEPS):
        step = decide(world.look(look))
        if isinstance(step, Rest):
            if step.alarm:
                world.tell(look.use_case, step)
            return step
        _act(world, step)
    raise RuntimeError(f"{look.use_case}: no rest after {_MOST_STEPS} steps; the last was {step}")


def _act(world: World, step: Act) -> None:
    if isinstance(step, Sample | Deliver | Start):
        try:
            _begin(world, step)
        except RefusedError as error:
            _close(world, Close(step.turn, "failed", str(error)))
    elif isinstance(step, Claim):
        world.claim(step.turn)  # lost to another invocation: the next look shows what it did
    elif isinstance(step, Labelled):
        world.labelled(step)
    elif isinstance(step, Prepared):
        world.prepared(step)
    elif isinstance(step, Propose):
        world.propose(step.turn, step.package)
    elif isinstance(step, Decided):
        world.decided(step)
    else:
        _close(world, step)


def _begin(world: World, step: Sample | Deliver | Start) -> None:
    if isinstance(step, Sample):
        world.sample(step)
    elif isinstance(step, Deliver):
        world.deliver(step)
    else:
        world.start(step.turn)


def _close(world: World, step: Close) -> None:
    if step.result == "failed":
        # Before the record is closed: after a crash in between people are told twice, rather than never.
        world.tell(step.turn.use_case, step)
    if world.close(step) and step.result != "failed":
        world.tell(step.turn.use_case, step)
