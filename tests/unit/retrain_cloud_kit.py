"""AWS as the retrain function sees it, in memory: an endpoint, a pipeline, alarms, a table of turns and causes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from retrain.events import Cause, Kind, Look, OfAlarm, Terms
from retrain.reconcile import reconcile
from retrain.state import Observation, Preparation, Turn
from retrain.steps import Close, Decided, Deliver, Labelled, Prepared, Rest, Sample
from shared.choices import Answered
from shared.pipelines import Execution, RefusedError

NOTHING, ANOTHER_LOOK, RUN_ENDS, CRASH = range(4)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLAIN = Look(use_case="toys")


class CrashError(Exception):
    pass


def cause(kind: Kind, at: datetime, source: str = "an alarm") -> Cause:
    return Cause(kind=kind, at=at, source=source)


class Cloud:
    """AWS as the retrain function sees it; `refuses` to start anything, `passes` the gate."""

    def __init__(self) -> None:
        self.now = NOW
        self.causes: dict[str, Cause] = {}
        self.turns: list[Turn] = []  # oldest first
        self.executions: dict[str, Execution] = {}
        self.preparations: dict[str, Preparation] = {}
        self.samplings: dict[str, Execution] = {}
        self.deliveries: dict[str, Execution] = {}
        self.asked: set[str] = set()  # names of samples
        self.answers: dict[str, Answered] = {}
        self.packages: dict[str, str] = {}
        self.ringing: dict[str, tuple[OfAlarm, datetime]] = {}  # by the alarm's name, since when
        self.decisions: dict[str, str] = {}
        self.challenger = ""
        self.began_beside_another = False
        self.proposed: list[str] = []
        self.champion_model = "s3://m/model.tar.gz"
        self.refuses = False
        self.told: list[Close | Rest] = []
        self.interruptions: list[int] = []
        self.depth = 0

    def interrupted(self) -> None:
        kind = self.interruptions.pop() if self.interruptions else NOTHING
        if kind == CRASH:
            raise CrashError
        if kind == RUN_ENDS:
            self.prepared("SUCCEEDED")
            self.end("Succeeded")
        if kind == ANOTHER_LOOK and self.depth < 2:
            self.depth += 1
            reconcile(self, PLAIN)
            self.depth -= 1

    def remember(self, look: Look) -> None:
        self.interrupted()
        self.causes |= {each.name: each for each in look.causes}
        named = {name for names in look.alarms.values() for name in names}
        for name, (kind, since) in self.ringing.items():
            if name in named:
                found = cause(kind, since, name)
                self.causes[found.name] = found

    def look(self, look: Look) -> Observation:
        turns = tuple(reversed(self.turns))
        self.interrupted()
        now = self.now.replace(microsecond=0)
        seen = Observation(look.use_case, now, look.terms, turns=turns, champion_model=self.champion_model)
        seen = replace(seen, decisions=self.decisions)
        if (turn := seen.open_turn) is not None:
            execution = self.executions.get(turn.execution) if turn.execution else None
            seen = replace(
                seen,
                preparation=self.preparations.get(turn.preparation),
                sampling=self.samplings.get(turn.sampling),
                asked=turn.sample in self.asked,
                answer=self.answers.get(turn.sample),
                delivery=self.deliveries.get(turn.delivery),
                busy=self._busy() if turn.drawn and not turn.labels else "",
            )
            return replace(seen, execution=execution, package=self.packages.get(turn.execution, ""))
        known = tuple(sorted(self.causes.values(), key=lambda each: each.name))
        return replace(seen, causes=known, busy=self._busy())

    def _busy(self) -> str:
        running = any(each.status == "Executing" for each in self.executions.values())
        running |= any(each.status == "RUNNING" for each in self.preparations.values())
        return "the pipeline runs" if running else "a challenger is compared" if self.challenger else ""

    def claim(self, turn: Turn) -> bool:
        self.interrupted()
        if len(self.turns) >= turn.number:
            return False
        self.began_beside_another |= bool(self.challenger) and turn.does == "train"
        self.turns.append(turn)
        return True

    def sample(self, step: Sample) -> None:
        self.interrupted()
        self._refuse()
        self.samplings.setdefault(step.turn.sample, Execution(step.turn.sample, "Executing"))
        self.interrupted()
        self._update(step.turn, sampling=step.turn.sample)

    def deliver(self, step: Deliver) -> None:
        self.interrupted()
        self._refuse()
        self.deliveries.setdefault(step.turn.name, Execution(step.turn.name, "Executing"))
        self.interrupted()
        self._update(step.turn, delivery=step.turn.name, run=step.run)

    def labelled(self, step: Labelled) -> None:
        self.interrupted()
        if not self.turns[step.turn.number - 1].labels:
            self._update(step.turn, labels=step.labels, parameters=step.parameters)

    def chosen(self, status: str = "Succeeded", *, anything: bool = True) -> None:
        """End the choice of samples, which ask labelling for something."""
        for name, found in self.samplings.items():
            if found.status == "Executing":
                self.samplings[name] = replace(found, status=status)
                self.asked |= {name} if anything and status == "Succeeded" else set()

    def answer(self, result: Any = "labelled") -> None:
        """End labelling of what was asked for."""
        for name in self.asked - self.answers.keys():
            run = "" if result in ("nothing", "failed") else f"run of {name}"
            self.answers[name] = Answered(result=result, detail=f"{name}: {result}", run=run)

    def delivered(self, status: str = "Succeeded") -> None:
        """End the delivery of labels."""
        for name, found in self.deliveries.items():
            if found.status == "Executing":
                self.deliveries[name] = replace(found, status=status)

    def _refuse(self) -> None:
        if self.refuses:
            raise RefusedError("no such pipeline")

    def start(self, turn: Turn) -> None:
        self.interrupted()
        self._refuse()
        if turn.machine:
            self.preparations.setdefault(turn.name, Preparation("RUNNING"))
            self.interrupted()
            self._update(turn, preparation=turn.name)
            return
        self.executions.setdefault(turn.name, Execution(turn.name, "Executing"))
        self.interrupted()
        self._update(turn, execution=turn.name)

    def prepared(self, step: Prepared | str) -> None:
        """Write down what a state machine has started; with a status, end what prepares."""
        if isinstance(step, Prepared):
            self.interrupted()
            self._update(step.turn, execution=step.execution)
            return
        for name, found in self.preparations.items():
            if found.status == "RUNNING":
                started = f"pipeline of {name}" if step == "SUCCEEDED" else ""
                self.preparations[name] = Preparation(step, started, "" if started else "out of workers")
                if started:
                    self.executions[started] = Execution(started, "Executing")

    def decided(self, step: Decided) -> None:
        self.interrupted()
        known = self.turns[step.turn.number - 1]
        if not known.decision:
            self.turns[step.turn.number - 1] = replace(known, decision=step.decision)

    def propose(self, turn: Turn, package: str) -> None:
        self.interrupted()
        if package not in self.proposed:
            self.proposed.append(package)
            self.challenger = package
        self.interrupted()
        self._update(turn, package=package)

    def close(self, step: Close) -> bool:
        self.interrupted()
        return self._update(step.turn, result=step.result, detail=step.detail, finished_at=self.now)

    def tell(self, use_case: str, step: Close | Rest) -> None:
        self.interrupted()
        self.told.append(step)

    def _update(self, turn: Turn, **values: Any) -> bool:
        known = self.turns[turn.number - 1]
        if known.result != "started":
            return False
        self.turns[turn.number - 1] = replace(known, **values)
        return True

    def end(self, status: str, reason: str = "") -> None:
        """End what runs; a model is registered where it succeeds."""
        for name, execution in self.executions.items():
            if execution.status == "Executing":
                self.executions[name] = replace(execution, status=status, reason=reason)
                if status == "Succeeded":
                    self.packages[name] = f"package/{len(self.packages) + 1}"

    def pass_time(self, hours: float) -> None:
        self.now += timedelta(hours=hours)


ALWAYS = Terms(cool_down_hours=0, most_turns=1000)
