"""The seasons: months of flights pass through the endpoint, the monitor watches them, and the loop turns by itself.

A month takes seconds: some flights of each day, many in a request. What is asked for by hand is that the monitor looks
at once, and that experiments need not wait a day for outcomes; alarm, turn and promotion come about as ever.
"""

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.events import Ask
from monitor.state import Run
from ops import live, loop, model_packages
from ops.demo.progress import Stage, Stages
from ops.experiment import function
from ops.monitor import looks
from ops.story import left_alone, month_traffic, trial
from ops.story.month_traffic import TOGETHER, Floats
from ops.story.season_plots import Month
from ops.story.season_quality import mean
from ops.story.traffic import Request, requests
from ops.story.trial import BY, Outcome
from ops.target import OperationError, Target
from pipelines_src.steps.evaluation.model_quality import log_losses
from pipelines_src.steps.evaluation.ranking import RankedScores
from retrain.state import Turn

if TYPE_CHECKING:
    import pandas as pd

EXPERIMENT_TOGETHER, EXPERIMENT_DAYS = 20, 8  # records of a request, and days between two looks
_CAPTURED, _LONGEST, _HEARD, _EVERY, _LOOKS = 6.0, 300.0, 45.0, 0.5, 3  # seconds; looks


@dataclass(frozen=True)
class Season:
    """What the months came to.

    Attributes:
        months: each.
        runs: of the monitor, one for each month.
        turns: of the loop, the oldest first.
        decided: the experiment about the loop's model; None: there was none.
        asked: records.
        until: the month at whose end the loop turned; empty: it did not.
        later: of the records since the loop's model serves, or of all if none does.
    """

    months: Sequence[Month]
    runs: Sequence[Run]
    turns: Sequence[Turn]
    decided: Outcome | None
    asked: int
    until: str
    later: "Answers"


@dataclass(frozen=True)
class Answers:
    """Records by their day, with what became of them and the forecasts of both models."""

    days: Sequence[Any]
    label: Floats
    alone: Floats
    loop: Floats

    @classmethod
    def of(cls, parts: "Sequence[Answers]") -> "Answers":
        """Put some together."""
        import numpy as np

        arrays = (np.concatenate([getattr(one, name) for one in parts]) for name in ("label", "alone", "loop"))
        return cls([day for one in parts for day in one.days], *arrays)


@dataclass
class _Course:
    """What has happened so far."""

    target: Target
    alone: left_alone.Model
    months: list[Month] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    decided: Outcome | None = None
    said: str = ""  # of the next month: what was decided in it
    answers: list[Answers] = field(default_factory=list)
    until: str = ""

    def later(self) -> Answers:
        """Return the answers since the loop's model serves, or all."""
        places = [place for place, month in enumerate(self.months) if "promoted" in month.decided]
        return Answers.of(self.answers[places[0] if places else 0 :])


def tell(stages: Stages, target: Target, champion: str, rows: "pd.DataFrame") -> Season:
    """Let the months of held-out rows pass.

    Args:
        stages: show what is going on.
        target: whose endpoint.
        champion: ARN of the package that serves, and that is left alone.
        rows: as of `held_out`, fetched before: what the loop prepares anew has others.
    """
    when = str(target.use_case.data.time)
    course, skip = _Course(target, left_alone.Model.of(target, champion)), None
    known = rows[rows[str(target.use_case.data.label)].notna()].sort_values(when)
    months = [(str(name), some) for name, some in known.groupby(known[when].dt.strftime("%Y-%m"))]
    for place, (name, some) in enumerate(months):
        left = some if skip is None else some[some[when] >= skip]
        skip = None
        with stages.stage(f"Flights of {name}") as stage:
            if left[when].dt.date.nunique() > 1:
                _month(course, name, left, stage)
        if course.runs and course.runs[-1].violations and any(course.runs[-1].violations.values()) and not course.turns:
            turn = _turn(stages, course)
            course.until = name if turn else ""
            if turn:
                course.months[-1] = replace(course.months[-1], began=f"turn {turn.number}: {turn.result}")
            if turn and turn.package and place + 1 < len(months):
                skip = _experiment(stages, course, turn, months[place + 1][1])
    asked = sum(len(one.days) for one in course.answers)
    return Season(course.months, course.runs, course.turns, course.decided, asked, course.until, course.later())


def _month(course: _Course, name: str, rows: "pd.DataFrame", stage: Stage) -> None:
    import pandas as pd

    target, began = course.target, datetime.now(UTC)
    when = str(target.use_case.data.time)
    some = month_traffic.sampled(rows, when)
    one_each = requests(target, some)
    asked = list(month_traffic.in_requests([replace(one, name=f"season-{one.name}") for one in one_each], TOGETHER))
    score = month_traffic.ask(target, asked, lambda done: stage.show(f"{done} of {len(asked)} requests"))
    stage.show("what became of them")
    month_traffic.tell(target, asked)
    month_traffic.put_raw(target, pd.Period(name).end_time)
    stage.show("the monitor looks")
    run = _look(target, began, len(one_each))
    report = month_traffic.report_of(target, run.report)["variants"]["champion"]["monitors"]
    label = some[str(target.use_case.data.label)].to_numpy("float64")
    answers = Answers(some[when].dt.date.to_list(), label, course.alone.scores([one.record for one in one_each]), score)
    course.months.append(_shown(name, report, answers, course.said))
    course.said = ""
    course.runs.append(run)
    course.answers.append(answers)


def _shown(name: str, report: dict[str, Any], answers: Answers, said: str) -> Month:
    data = report["data_quality"]
    distances = {
        feature: float(one["distances"]["simple"]) for feature, one in data["features"].items() if one["distances"]
    }
    drifted = sorted({one["feature"] for one in data["findings"] if one["violated"]})
    worse = [figure for figure, one in report["model_quality"].get("figures", {}).items() if one["violated"]]
    pair = answers.alone, answers.loop
    quality = [mean(answers.days, log_losses(answers.label, score)) for score in pair]
    areas = [RankedScores(answers.label, score).auc() for score in pair]
    return Month(name, distances, drifted, worse, quality[0], quality[1], decided=said, areas=(areas[0], areas[1]))


def _look(target: Target, began: datetime, records: int) -> Run:
    """Have the monitor look at so many records, captured since a time, and return how that ended."""
    for _ in range(_LOOKS):
        time.sleep(_CAPTURED)  # captures are written every five seconds, on a busy machine later
        now = datetime.now(UTC)
        ask = Ask(request=uuid.uuid4().hex, by=BY, at=now, start=began, until=now)
        [run] = looks.watch(target, looks.begin(target, ask, 0), every=_EVERY)
        if run.result != "succeeded":
            raise OperationError(f"The look at the requests of {target.name} {run.result}: {run.detail}")
        if run.figures.get("captured_records", 0) >= records:
            return run
    raise OperationError(f"Of {records} records {run.figures} were captured. The endpoint's log says why.")


def _turn(stages: Stages, course: _Course) -> Turn | None:
    """Return the turn that an alarm began, when it is over; None if none begins."""
    with stages.stage("The loop turns") as stage:
        stage.show("an alarm rings")
        end = time.monotonic() + _HEARD
        while not (turns := loop.records(course.target).turns(course.target.use_case.name)):
            if time.monotonic() > end:
                return None
            time.sleep(_EVERY)
        end = time.monotonic() + _LONGEST
        while turns[0].result == "started":
            stage.show(f"turn {turns[0].number}: trains on what is known by now")
            if time.monotonic() > end:
                raise OperationError(f"Turn {turns[0].number} of the loop has not ended after {_LONGEST:.0f} s.")
            time.sleep(_EVERY)
            turns = loop.records(course.target).turns(course.target.use_case.name)
        course.turns = [turns[0]]
        if turns[0].result == "proposed":
            stage.show("the challenger is released")
            live.wait_until_live(course.target, turns[0].package, timeout=120, every=_EVERY)
    return turns[0]


def _experiment(stages: Stages, course: _Course, turn: Turn, rows: "pd.DataFrame") -> datetime | None:
    """Let an experiment decide about the turn's model over the next month; return the time of its end."""
    if turn.result != "proposed":
        course.said = f"turn {turn.number}: {turn.result}"
        return None
    target = course.target
    asked = month_traffic.shuffled(requests(target, rows), EXPERIMENT_DAYS)
    last: list[Request] = []

    def batches() -> Iterator[list[Request]]:
        for some in asked:
            last[:] = some
            yield list(month_traffic.in_requests(some, EXPERIMENT_TOGETHER))

    with stages.stage("Experiment: the loop's model") as stage:
        _begun_by_itself(target, stage)
        why = f"Is the model of turn {turn.number} better than the one that serves?"
        course.decided = trial.run(target, why, batches(), stage, EXPERIMENT_TOGETHER, ramp=False)
        stage.show("the release")
        if course.decided.trial.result == "stopped":  # the flights did not suffice: what serves stays
            model_packages.reject(target, turn.package, "not shown to be better")
        _settled(target)
    version = turn.package.rpartition("/")[2]
    course.said = f"version {version}: {course.decided.trial.result}"
    return max((one.time for one in last), default=None)


def _begun_by_itself(target: Target, stage: Stage) -> None:
    """Wait for the experiment that begins by itself, and stop it: it would wait a day for outcomes."""
    stage.show("it begins by itself")
    end = time.monotonic() + _HEARD
    while time.monotonic() < end:
        newest = function.newest(target)
        if newest.result == "running":
            function.ask(target, stop=True, by=BY, why="begun anew with outcomes that are known at once", keep=True)
            trial.wait(target, stage, "it begins anew", lambda one: one.result != "running")
            return
        time.sleep(_EVERY)


def _settled(target: Target) -> None:
    end = time.monotonic() + _LONGEST
    while set(live.live_packages(target)) - {"champion"}:
        if time.monotonic() > end:
            raise OperationError(f"{target.name} serves {live.live_packages(target)} after {_LONGEST:.0f} s.")
        time.sleep(1.0)
