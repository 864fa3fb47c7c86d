"""An experiment on live traffic: started, fed with requests and outcomes, looked at until it decides."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from experiment.declared import Terms
from experiment.trial import Look, Stretch, Trial
from ops.demo.progress import Stage
from ops.experiment import function, planning, starting
from ops.experiment.report import Report
from ops.story import EFFECT
from ops.story.traffic import Request, Traffic
from ops.story.waiting import until
from ops.target import OperationError, Target

_LONGEST = 180.0  # seconds
BY = "make story"
_FEW = 30  # requests of which a mean is nearly normal, be they of many records


@dataclass(frozen=True)
class Outcome:
    """How an experiment ended, and with what records.

    Attributes:
        days: how many days of records were asked about.
        answered: variant -> requests that it answered; failed: that were answered with an error.
    """

    trial: Trial
    looks: tuple[Look, ...]
    stretches: tuple[Stretch, ...]
    days: int
    answered: dict[str, int]
    failed: int

    def report(self, target: Target) -> Report:
        """Return it as `ops experiment report` shows it."""
        return Report(target.name, target.use_case.description, self.trial, self.looks, self.stretches)


def terms(target: Target, together: int = 1, *, ramp: bool = True) -> Terms:
    """Return the terms: the file's, but for a larger effect, and outcomes that are known as soon as they are told.

    Args:
        target: whose.
        together: records of a request. The request is the unit: with more records its mean varies less, and fewer do.
        ramp: whether the challenger begins with a small share; else with the largest, since there is but a month.
    """
    known = planning.Known.given(target, None, None)
    plan = planning.planned(target.use_case, replace(known, deviation=known.deviation / together**0.5), EFFECT, None)
    found = starting.terms_of(target.use_case, known, plan, EFFECT, outcome_hours=0)
    if together == 1:
        return found
    fewer = tuple(step.model_copy(update={"minimum": max(_FEW, step.minimum // together)}) for step in found.ramp)
    return found.model_copy(
        update={"ramp": fewer if ramp else fewer[-1:], "minimum": max(_FEW, found.minimum // together)}
    )


def run(
    target: Target,
    why: str,
    batches: Iterator[Sequence[Request]],
    stage: Stage,
    together: int = 1,
    *,
    ramp: bool = True,
) -> Outcome:
    """Start an experiment and feed it batch by batch until it ends; stop it where it asks a person, or they end.

    Args:
        target: whose endpoint.
        why: for the record.
        batches: of requests, each sent between two looks.
        stage: shows what is going on.
        together: records of a request; ramp: whether the challenger begins with a small share.

    Raises:
        OperationError: it cannot start, or a step of it takes longer than three minutes.
    """
    asked = terms(target, together, ramp=ramp).model_dump(mode="json")
    function.ask(target, start=asked, by=BY, why=why, request=str(uuid.uuid4()))
    traffic, days = Traffic(target), 0
    for batch in batches:
        wait(target, stage, "the weights move", settled)
        first, last = min(one.time for one in batch), max(one.time for one in batch)
        name = f"{first:%d %B} to {last:%d %B}"
        traffic.send(batch, partial(_progress, stage, name, len(batch)))
        days += (last.date() - first.date()).days + 1
        traffic.tell(batch)
        function.ask(target)
        wait(target, stage, f"{name}: the look", _looked)
        newest = function.newest(target)
        if newest.result != "running" or _asks(target, newest):
            break
    if function.newest(target).result == "running":
        function.ask(target, stop=True, by=BY, why="nothing was decided", keep=False)
        wait(target, stage, "the end", _over)
    trial, kept = function.newest(target), function.records(target)
    return Outcome(trial, kept.looks(trial), kept.stretches(trial), days, traffic.answered, traffic.failed)


def _asks(target: Target, trial: Trial) -> bool:
    looks = function.records(target).looks(trial)
    return bool(looks) and looks[-1].outcome == "ask"


def _progress(stage: Stage, name: str, total: int, done: int) -> None:
    stage.show(f"{name}: {done} of {total} requests", done, total)


def _over(trial: Trial) -> bool:
    return trial.result != "running"


def settled(trial: Trial) -> bool:
    """Whether weights are where they are to be, and the time of the next look is known."""
    return trial.result != "running" or (trial.since is not None and datetime.now(UTC) >= trial.since)


def _looked(trial: Trial) -> bool:
    return trial.result != "running" or (trial.open_look is None and not trial.ending)


def wait(target: Target, stage: Stage, what: str, over: Callable[[Trial], bool]) -> None:
    """Wait until it is so of the newest experiment; OperationError after three minutes."""
    stage.show(what)
    if not until(lambda: over(function.newest(target)), _LONGEST):
        raise OperationError(f"The experiment does not go on: {what}. Its alarms and log say more.")
