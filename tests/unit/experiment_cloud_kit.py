"""AWS as the experiment function sees it, in memory: an endpoint, a registry, a pipeline, metrics and a table."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from experiment.declared import Terms
from experiment.e_process import Batch
from experiment.events import Start
from experiment.logic import due
from experiment.observation import Live, Observation, Package, Reduction
from experiment.reading import request
from experiment.reconcile import reconcile
from experiment.steps import Advance, Register, Told
from experiment.strata import Stratum, difference
from experiment.sums import Moments
from experiment.trial import Look, Stretch, Trial
from shared.pipelines import RefusedError

USE_CASE = "flight_delays"
GROUP = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"
CHAMPION, CHALLENGER = f"{GROUP}/1", f"{GROUP}/2"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
NOTHING, ANOTHER, ENDPOINT, CRASH = range(4)
TERMS: dict[str, Any] = {
    "metric": "error_rate",
    "direction": "lower",
    "planned_weight": 2000.0,
    "deviation": 0.4,
    "tolerance": 0.01,
    "ramp": [{"weight": 0.1, "minimum": 500}, {"weight": 0.5, "minimum": 1000}],
    "minimum": 500,
    "maximum": 40_000,
    "maximum_days": 28,
    "alpha": 0.05,
    "guards": {"errors_5xx": {"margin": 0.001, "alpha": 0.01}, "invalid": {"margin": 0.01, "alpha": 0.01}},
}


def terms(**changes: Any) -> Terms:
    return Terms.model_validate(TERMS | changes)


def asked(**changes: Any) -> Start:
    return Start(use_case=USE_CASE, start=terms(**changes), by="ann", why="trained with May", request="r1")


class CrashError(Exception):
    pass


class Cloud:
    """`errors` and `failures` say how often a variant errs, and how often it answers with a 5xx."""

    def __init__(self) -> None:
        self.now = BEGAN
        self.per_hour = 2000
        self.errors = {"champion": 0.2, "challenger": 0.2}
        self.failures = {"champion": 0.0, "challenger": 0.0}
        self.invalid = {"champion": 0.0, "challenger": 0.0}
        self.packages = {"champion": CHAMPION, "challenger": CHALLENGER}
        self.weights = {"champion": 1.0, "challenger": 0.0}
        self.history: list[tuple[datetime, float]] = [(BEGAN, 0.0)]
        self.status = "InService"
        self.wish: dict[str, float] | None = None
        self.package = Package(True, "challenger", "m1")
        self.registered: list[bool] = []
        self.trial: Trial | None = None
        self.record: dict[str, Any] = {}
        self.executions: dict[str, Reduction] = {}
        self.requests: dict[str, dict[str, Any]] = {}
        self.pipeline = "succeeds"
        self.together = 1.0  # the design effect of sticky users
        self.assignment: str | None = None  # as deployed
        self.told: list[Told] = []
        self.moves = 0
        self.interruptions: list[int] = []
        self.depth = 0

    # What goes on by itself

    def pass_time(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    def settle(self) -> None:
        """The endpoint ends its update."""
        if self.wish is not None:
            self.weights, self.wish, self.status = self.wish, None, "InService"
            self.history.append((self.now, self.weights["challenger"]))

    def run(self) -> None:
        """The pipeline makes the sums that wait."""
        for name, reduction in self.executions.items():
            if reduction.status != "Executing":
                continue
            if self.pipeline == "succeeds":
                self.executions[name] = Reduction(self.sums(self.requests[name]), "Succeeded")
            else:
                self.executions[name] = Reduction(None, "Failed", "Outcomes: no capacity")

    def sums(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        strata, captured = [], {"champion": 0, "challenger": 0}
        for one in wanted["strata"]:
            hours = (datetime.fromisoformat(one["to"]) - datetime.fromisoformat(one["from"])).total_seconds() / 3600
            made = {"champion": 1 - one["share"], "challenger": one["share"]}
            parts = {}
            for variant, share in made.items():
                n = round(hours * self.per_hour * share)
                hits = float(round(n * self.errors[variant]))
                parts[variant] = {"n": n, "total": hits, "squares": hits}
                captured[variant] += n
            strata.append({**one, **parts})
        users = self.of_users(strata, captured) if wanted["assignment"] == "sticky" else {}
        counts: dict[str, Any] = {
            variant: {"captured": n, "invalid": round(n * self.invalid[variant])} for variant, n in captured.items()
        }
        return {**wanted, "strata": strata, "users": users, "counts": {**counts, "orphans": 0}}

    def of_users(self, strata: list[dict[str, Any]], captured: Mapping[str, int]) -> dict[str, Any]:
        """As if each record were another user's, but that they tell as much as `together` times fewer."""
        for one in strata:
            one["clusters"] = one["first"] = {variant: one[variant]["n"] for variant in captured}
        seen = [Stratum(0.0, *(Moments(**one[variant]) for variant in captured)) for one in strata]
        return {"variance": self.together * difference(seen).variance, **captured, "of_nobody": 0}

    def counted(self, since: datetime, until: datetime) -> Batch:
        """The 5xx of a stretch of time, by the weights that were live in it."""
        n = {"champion": 0.0, "challenger": 0.0}
        marks = [*self.history, (datetime.max.replace(tzinfo=UTC), 0.0)]
        for (start, share), (end, _) in pairwise(marks):
            hours = max(0.0, (min(end, until) - max(start, since)).total_seconds() / 3600)
            n["champion"] += hours * self.per_hour * (1 - share)
            n["challenger"] += hours * self.per_hour * share
        one, two = int(n["champion"]), int(n["challenger"])
        return Batch(one, int(one * self.failures["champion"]), two, int(two * self.failures["challenger"]))

    # What interrupts

    def interrupted(self) -> None:
        kind = self.interruptions.pop() if self.interruptions else NOTHING
        if kind == CRASH:
            raise CrashError
        if kind == ENDPOINT:
            self.settle()
            self.run()
        if kind == ANOTHER and self.depth < 2:
            self.depth += 1
            # The other invocation crashes, not the one that is under way.
            with suppress(CrashError):
                reconcile(self, USE_CASE, self.time)
            self.depth -= 1

    time: datetime | None = None

    def message(self, time: datetime | None, interruptions: list[int] | None = None) -> None:
        """Deliver a message, with a crash and other invocations in the midst of it."""
        self.interruptions, self.time = list(interruptions or []), time
        with suppress(CrashError):
            reconcile(self, USE_CASE, time)
        self.interruptions = []

    # What the function calls

    def live(self) -> Live:
        return Live(self.status, dict(self.packages), dict(self.weights))

    def look(self, use_case: str, time: datetime | None) -> Observation:
        self.interrupted()
        trial = self.trial
        if trial is None or trial.result != "running":
            return Observation(self.now, trial)
        looks = tuple(each for _, each in sorted(self.record.items()) if isinstance(each, Look))
        stretches = tuple(each for _, each in sorted(self.record.items()) if isinstance(each, Stretch))
        seen = Observation(
            self.now, trial, self.live(), self.package, looks=looks, stretches=stretches, assignment=self.assignment
        )
        if time is not None and due(trial, time):
            counts = {"errors_5xx": self.counted(trial.counted_until, time)}
            seen = replace(seen, counts=counts, counted_until=time)
        if trial.execution:
            seen = replace(seen, reduction=self.executions[trial.execution])
        return seen

    def advance(self, step: Advance) -> bool:
        self.interrupted()
        if self.trial is None or self.trial.version != step.trial.version:
            return False
        self.trial = replace(step.trial, version=step.trial.version + 1)
        for look in step.looks:
            self.record[f"look{look.number:06}"] = look
        if step.stretch:
            assert f"stretch{step.stretch.number:06}" not in self.record
            self.record[f"stretch{step.stretch.number:06}"] = step.stretch
        self.interrupted()
        return True

    def weigh(self, trial: Trial, share: float) -> bool:
        self.interrupted()
        if self.status != "InService":
            return False
        self.status, self.wish = "Updating", {"champion": 1 - share, "challenger": share}
        self.moves += 1
        self.interrupted()
        return True

    def reduce(self, trial: Trial, look: Look, stretches: tuple[Stretch, ...]) -> str:
        self.interrupted()
        if self.pipeline == "is refused":
            raise RefusedError("no such pipeline")
        name = f"{trial.name}/{look.name}"
        wanted = request(trial, "dev-flight-delays", stretches, look.at)
        assert self.requests.setdefault(name, wanted) == wanted, "the request of a look changes"
        self.executions.setdefault(name, Reduction(None, "Executing"))
        self.interrupted()
        return name

    def register(self, step: Register) -> None:
        self.interrupted()
        assert step.package == CHALLENGER
        assert self.status == "InService", "an endpoint whose weights move refuses the deployment that follows"
        self.registered.append(step.promote)
        self.package = Package(step.promote, "champion" if step.promote else "challenger", f"m{len(self.registered)}x")
        self.interrupted()

    def tell(self, use_case: str, told: Told) -> None:
        self.told.append(told)
