"""AWS as the monitor function sees it, in memory: an endpoint, a pipeline, a table of runs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.events import Ask, Look, Terms
from monitor.logic import Close
from monitor.reconcile import NothingFoundError, reconcile
from monitor.state import Asked, Observation, Run, Served
from shared.pipelines import Execution, RefusedError

NOTHING, ANOTHER_LOOK, RUN_ENDS, CRASH = range(4)
NOW = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday
TERMS = Terms(monitors=("data_quality", "model_quality"), outcome_hours=30, capture_days=30)
PLAIN, BEGIN = Look(use_case="toys", terms=TERMS), Look(use_case="toys", terms=TERMS, begin=True)


class CrashError(Exception):
    pass


def asks(request: str, at: datetime, **more: Any) -> Look:
    return PLAIN.model_copy(update={"ask": Ask(request=request, by="ann", at=at, **more)})


class Cloud:
    """AWS as the monitor function sees it; `refuses` to start anything, `loses` what a run leaves."""

    def __init__(self) -> None:
        self.now = NOW
        self.status: str | None = "InService"
        self.served = {"champion": Served("champion", "m1", "package/1", NOW - timedelta(days=10))}
        self.asked: Asked | None = None
        self.runs: list[Run] = []  # oldest first
        self.executions: dict[str, Execution] = {}
        self.refuses = self.loses = False
        self.published: list[str] = []
        self.told: list[Close] = []
        self.overdue: list[str] = []
        self.interruptions: list[int] = []
        self.depth = 0

    def interrupted(self) -> None:
        kind = self.interruptions.pop() if self.interruptions else NOTHING
        if kind == CRASH:
            raise CrashError
        if kind == RUN_ENDS:
            self.end("Succeeded")
        if kind == ANOTHER_LOOK and self.depth < 2:
            self.depth += 1
            reconcile(self, BEGIN)
            self.depth -= 1

    def remember(self, look: Look) -> None:
        self.interrupted()
        if look.begin:
            self.asked = Asked(self.asked.first if self.asked else self.now, self.now)

    def look(self, look: Look) -> Observation:
        runs = tuple(reversed(self.runs))
        self.interrupted()
        seen = Observation(look.use_case, self.now, look.terms, runs, status=self.status, asked=self.asked)
        found = {run.number: self.executions[run.execution] for run in seen.open_runs if run.execution}
        return replace(seen, executions=found, served=tuple(self.served.values()))

    def claim(self, run: Run) -> bool:
        self.interrupted()
        if len(self.runs) >= run.number:
            return False
        self.runs.append(run)
        return True

    def start(self, run: Run, look: Look) -> None:
        self.interrupted()
        if self.refuses:
            raise RefusedError("no such pipeline")
        self.executions.setdefault(run.name, Execution(run.name, "Executing"))
        self.interrupted()
        self._update(run, execution=run.name)

    def publish(self, run: Run, look: Look) -> None:
        self.interrupted()
        if self.loses:
            raise NothingFoundError("no metrics.json")
        self.published.append(run.name)
        self.interrupted()
        self._update(run, result="succeeded", finished_at=self.now)

    def close(self, step: Close) -> bool:
        self.interrupted()
        return self._update(step.run, result=step.result, detail=step.detail, finished_at=self.now)

    def tell(self, step: Close) -> None:
        self.interrupted()
        self.told.append(step)

    def say_overdue(self, use_case: str, said: str) -> None:
        self.overdue.append(said)

    def _update(self, run: Run, **values: Any) -> bool:
        known = self.runs[run.number - 1]
        if known.result != "started":
            return False
        self.runs[run.number - 1] = replace(known, **values)
        return True

    def end(self, status: str, reason: str = "") -> None:
        """End all that runs."""
        for name, execution in self.executions.items():
            if execution.status == "Executing":
                self.executions[name] = replace(execution, status=status, reason=reason)

    def serve(self, variant: str, model: str) -> None:
        self.served[variant] = Served(variant, model, f"package/{model}", self.now)

    def pass_time(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    def windows(self, variant: str = "champion", part: str = "requests") -> list[tuple[datetime, datetime]]:
        """Return the windows that were looked at, in the order of their runs."""
        return [(run.start, run.until) for run in self.runs if (run.variant, run.part) == (variant, part)]

    def day(self, hours: float = 24) -> None:
        """Let time pass, and the schedule's message come; what then runs succeeds."""
        self.pass_time(hours)
        reconcile(self, BEGIN)
        self.end("Succeeded")
        reconcile(self, PLAIN)
