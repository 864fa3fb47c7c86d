"""What the schedules of SageMaker Model Monitor found, as runs like those of the project's own jobs. Pure.

They look at all variants together, so that their figures have the variant `all`. Which windows there are SageMaker
decides; each execution that has ended becomes one run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.events import Monitor, Terms
from monitor.state import Observation, Part, Run
from shared.pipelines import Execution
from shared.slots import CHAMPION

BACKEND = "model_monitor"
TOGETHER = "all"
# SageMaker's words: nothing was captured, or no outcome came. That is no trouble with the monitor.
NOTHING = "Job inputs had no data"
_STATUSES = {
    "Completed": "Succeeded",
    "CompletedWithViolations": "Succeeded",
    "Failed": "Failed",
    "Stopped": "Stopped",
}
_PARTS: Mapping[Monitor, Part] = {"data_quality": "requests", "model_quality": "outcomes"}


@dataclass(frozen=True)
class Found:
    """An execution of a schedule.

    Attributes:
        monitor: of the schedule.
        due: when it was due, which is where its window ends.
        status, reason: SageMaker's.
        job: ARN of its last job, empty where there was none.
    """

    monitor: Monitor
    due: datetime
    status: str
    reason: str = ""
    job: str = ""

    @property
    def name(self) -> str:
        """What a run remembers it by."""
        return f"{self.monitor} {self.due.isoformat()}"

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to look at."""
        return self.status == "Failed" and NOTHING in self.reason


def schedule_name(endpoint: str, monitor: str) -> str:
    """Return the name of a monitor's schedule (constructs/native_monitor.py)."""
    return f"{endpoint}-{monitor.replace('_', '-')}"


def executions(seen: Observation) -> dict[int, Execution]:
    """Return what became of the executions of open runs, by the run's number."""
    known = {found.name: found for found in seen.found}
    return {run.number: _execution(run.execution, known.get(run.execution)) for run in seen.open_runs}


def _execution(name: str, found: Found | None) -> Execution:
    if found is None:
        return Execution(name, "Failed", "SageMaker does not list the execution any more")
    return Execution(name, "Succeeded" if found.nothing else _STATUSES.get(found.status, "Executing"), found.reason)


def due_at(run: Run) -> datetime:
    """Return when the execution of a run was due."""
    return datetime.fromisoformat(run.execution.rpartition(" ")[2])


def due(seen: Observation) -> Run | None:
    """Return the run of the oldest execution that has ended and has none; None if there is no such.

    Of what ended before the first look only the newest counts. What is not the newest is published as of its own time,
    where no alarm looks.
    """
    for monitor in seen.terms.monitors:
        ended = sorted(_ended(seen, monitor), key=lambda one: one.due)
        known = {due_at(run) for run in _runs(seen, monitor)}
        new = [one for one in ended if one.due not in known and one.due > min(known)] if known else ended[-1:]
        if new:
            return _run(seen, new[0], history=new[0] is not ended[-1])
    return None


def _runs(seen: Observation, monitor: Monitor) -> Iterator[Run]:
    yield from (run for run in seen.runs if (run.variant, run.monitors) == (TOGETHER, (monitor,)))


def _ended(seen: Observation, monitor: Monitor) -> Iterator[Found]:
    yield from (one for one in seen.found if one.monitor == monitor and one.status in _STATUSES)


def _run(seen: Observation, found: Found, *, history: bool) -> Run:
    start, until = window(found, seen.terms)
    champion = next((served for served in seen.served if served.variant == CHAMPION), None)
    return Run(
        use_case=seen.use_case,
        number=seen.runs[0].number + 1 if seen.runs else 1,
        variant=TOGETHER,
        package=champion.package if champion else "",
        part=_PARTS[found.monitor],
        monitors=(found.monitor,),
        start=start,
        until=until,
        claimed_at=seen.now,
        history=history,
        execution=found.name,
    )


def window(found: Found, terms: Terms) -> tuple[datetime, datetime]:
    """Return the window that an execution looked at; that of outcomes lies back."""
    back = timedelta(hours=terms.outcome_hours if found.monitor == "model_quality" else 0)
    until = found.due - back
    return until - timedelta(hours=terms.window_hours), until


def overdue(seen: Observation) -> str:
    """Return which schedule has said nothing for long; empty: none."""
    champion = next((served for served in seen.served if served.variant == CHAMPION), None)
    if champion is None or seen.status is None:
        return ""
    for monitor in seen.terms.monitors:
        done = (due_at(run) for run in _runs(seen, monitor) if run.result == "succeeded")
        last = max([champion.since, *done])
        if seen.now - last > timedelta(hours=seen.terms.overdue_hours):
            return f"the schedule of {monitor} has looked at nothing since {last.isoformat()}"
    return ""


def why(seen: Observation) -> str:
    """Return why nothing is to be done."""
    under_way = ", ".join(one.name for one in seen.found if one.status not in _STATUSES)
    if under_way:
        return f"under way: {under_way}"
    return "SageMaker's schedules come at their own hours; what they found so far is published"
