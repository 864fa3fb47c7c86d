"""A turn of the loop that an alarm begins, and the experiment about its model over the next month."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from ops import live, loop, model_packages
from ops.demo.progress import Stage, Stages
from ops.experiment import function
from ops.story import month_traffic, trial
from ops.story.traffic import Request, requests
from ops.story.trial import BY, Outcome
from ops.story.waiting import alarms_are_silent, serves_alone, until
from ops.target import OperationError, Target
from retrain.state import Turn

if TYPE_CHECKING:
    import pandas as pd

    from experiment.trial import Trial

TOGETHER, DAYS = 20, 8  # records of a request of the experiment, and days between two looks
_LONGEST, _HEARD, _BEGINS = 300.0, 45.0, 120.0  # seconds


def turn(stages: Stages, target: Target) -> Turn | None:
    """Return the turn that an alarm began, when it is over and its model serves as challenger; None if none begins."""
    with stages.stage("The loop turns") as stage:
        stage.show("an alarm rings")
        begun = until(lambda: _newest(target), _HEARD)
        if begun is None:
            return None
        stage.show(f"turn {begun.number}: trains on what is known by now")
        ended = until(lambda: _ended(target), _LONGEST)
        if ended is None:
            raise OperationError(f"Turn {begun.number} of the loop has not ended after {_LONGEST:.0f} s.")
        if ended.result == "proposed":
            stage.show("the challenger is released")
            live.wait_until_live(target, ended.package, timeout=120, every=0.5)
    return ended


def experiment(
    stages: Stages, target: Target, turned: Turn, champion: str, rows: "pd.DataFrame"
) -> tuple[Outcome, datetime | None]:
    """Let an experiment decide about a turn's model; return how it ended, and the time of the last record.

    Args:
        stages: show what is going on.
        target: whose endpoint.
        turned: whose model is the challenger.
        champion: ARN of the package that it challenges.
        rows: that may be asked about, as of `held_out`.

    Raises:
        OperationError: none has begun by itself, or it does not go on.
    """
    last: list[Request] = []

    def batches() -> Iterator[list[Request]]:
        for some in month_traffic.shuffled(requests(target, rows), DAYS):
            last[:] = some
            yield list(month_traffic.in_requests(some, TOGETHER))

    with stages.stage("Experiment: the loop's model") as stage:
        _begun_by_itself(target, turned, stage)
        stage.show("alarms about the broken one fall silent")
        alarms_are_silent(target)
        why = f"Is the model of turn {turned.number} better than the one that serves?"
        decided = trial.run(target, why, batches(), stage, TOGETHER, ramp=False)
        stage.show("the release")
        if decided.trial.result == "stopped":  # the flights did not suffice: what serves stays
            model_packages.reject(target, turned.package, "not shown to be better")
        serves_alone(target, turned.package if decided.trial.result == "promoted" else champion)
    return decided, max((one.time for one in last), default=None)


def _newest(target: Target) -> Turn | None:
    return next(iter(loop.records(target).turns(target.use_case.name)), None)


def _ended(target: Target) -> Turn | None:
    newest = _newest(target)
    return newest if newest and newest.result != "started" else None


def _begun_by_itself(target: Target, turned: Turn, stage: Stage) -> None:
    """Wait for the experiment that begins by itself, and stop it: it would wait a day for outcomes."""
    stage.show("it begins by itself")

    def begun() -> "Trial | None":
        newest = function.newest(target)
        return newest if newest.challenger == turned.package else None

    if until(begun, _BEGINS) is None:
        raise OperationError(
            f"No experiment about {turned.package} has begun by itself in {_BEGINS:.0f} s. The log of the experiment "
            "function says why."
        )
    # While weights are moved, whoever asks for something else is told to ask again.
    trial.wait(target, stage, "its weights move", trial.settled)
    function.ask(target, stop=True, by=BY, why="begun anew with outcomes that are known at once", keep=True)
    trial.wait(target, stage, "it begins anew", lambda one: one.result != "running")
