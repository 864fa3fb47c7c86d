"""What the monitor function sees and remembers. Plain data, no AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from monitor.events import Monitor, Terms
from shared.pipelines import Execution

if TYPE_CHECKING:
    from monitor.native import Found

# `requests`: what was asked and answered; `outcomes`: what came of it, so much later.
Part = Literal["requests", "outcomes"]
Result = Literal["started", "succeeded", "failed", "stopped"]


@dataclass(frozen=True)
class Served:
    """A variant that serves: its model package, empty where its model is of none, and since when."""

    variant: str
    model: str
    package: str
    since: datetime


@dataclass(frozen=True)
class Asked:
    """When the schedule's time came first, and last."""

    first: datetime
    last: datetime


@dataclass(frozen=True)
class Run:
    """One look at one variant's captures of a window, and its record.

    Attributes:
        number: runs from 1 per use case.
        variant, package: whose answers are looked at, against whose baselines.
        part, monitors: what is looked at.
        start, until: captures from a time on, and before one.
        attempt: at the same window, from 1.
        trigger: `schedule`, or `command <id>`.
        history: figures are published as of the window's end.
        execution: of the pipeline, once it is started.
        violations: by monitor, those that could judge; figures: those of the variant as a whole.
        report: S3 URI of what the run left.
    """

    use_case: str
    number: int
    variant: str
    package: str
    part: Part
    monitors: tuple[Monitor, ...]
    start: datetime
    until: datetime
    claimed_at: datetime
    attempt: int = 1
    trigger: str = "schedule"
    history: bool = False
    execution: str = ""
    result: Result = "started"
    detail: str = ""
    report: str = ""
    violations: Mapping[str, int] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    finished_at: datetime | None = None

    @property
    def name(self) -> str:
        """The name of its folder and its execution; two runs of one name are the same run."""
        ends = "-".join(f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for at in (self.start, self.until))
        return f"{self.number:06d}-{self.variant}-{self.part}-{ends}"


@dataclass(frozen=True)
class Observation:
    """One look at a use case.

    Attributes:
        terms: how captures are looked at.
        runs: the newest ones, newest first.
        executions: of runs that are under way, by number.
        status: of the endpoint; None: there is none.
        served: variants that serve, those it is known of.
        asked: None while the schedule's time has not come once.
        found: executions of SageMaker's own schedules, where these look.
    """

    use_case: str
    now: datetime
    terms: Terms
    runs: tuple[Run, ...] = ()
    executions: Mapping[int, Execution] = field(default_factory=dict)
    status: str | None = None
    served: tuple[Served, ...] = ()
    asked: Asked | None = None
    found: tuple["Found", ...] = ()

    @property
    def open_runs(self) -> tuple[Run, ...]:
        """The runs that are under way, oldest first."""
        return tuple(run for run in reversed(self.runs) if run.result == "started")
