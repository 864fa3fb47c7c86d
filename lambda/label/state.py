"""What the label function sees and remembers. Plain data, no AWS."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from label.events import Look
from label.terms import Terms

Result = Literal["started", "labelled", "failed", "stopped"]
Outcome = Literal["labelled", "returned", "unclear"]


# Slots: there may be hundreds of thousands.
@dataclass(frozen=True, order=True, slots=True)
class Object:
    """A version of something to label; `name` is its key below the prefix."""

    name: str
    version: str
    size: int


@dataclass(frozen=True, slots=True)
class Known:
    """What became of an object: of which version, after how many jobs."""

    version: str
    outcome: Outcome
    attempts: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """An object in a run; `attempt` counts the jobs that it is in, from 1."""

    name: str
    version: str
    size: int
    attempt: int


@dataclass(frozen=True)
class Choice:
    """A request for labels of certain objects, most wanted first; `problem`: why its file cannot be read."""

    name: str
    objects: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Job:
    """A labelling job as SageMaker describes it; `output` is the S3 URI of its manifest, empty if there is none yet."""

    name: str
    status: str
    labelled: int = 0
    output: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Execution:
    """An execution of the state machine; `reason` says why it failed."""

    arn: str
    status: str
    reason: str = ""


@dataclass(frozen=True)
class Run:
    """One labelling job, or one import, and its record. `number` counts from 1 per use case.

    `plan` is a hash of its objects, versions and attempts; `imports` the digest of an imported file; `chosen` the name
    of the request that chose its objects. `wish` is what was asked for while it was under way.
    """

    use_case: str
    number: int
    plan: str
    objects: int
    usd: float
    trigger: str
    claimed_at: datetime
    imports: str = ""
    chosen: str = ""
    result: Result = "started"
    detail: str = ""
    finished_at: datetime | None = None
    wish: Look | None = None

    @property
    def name(self) -> str:
        """The name of its folder; two runs of one name are the same run."""
        return f"{self.claimed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{self.number:06d}-{self.plan[:8]}"

    @property
    def job_suffix(self) -> str:
        """The end of its job's name, the same whenever it is started: names are unique in account and region."""
        return f"{self.number}-{self.plan[:8]}"


@dataclass(frozen=True)
class Observation:
    """One look at a use case.

    Attributes:
        terms: on which it is labelled; None: it is not, its stack is gone.
        runs: the newest ones, newest first.
        execution, job: of the run that is under way.
        objects: that lie in the prefix now.
        known: by an object's name.
        imported: digests of files that were taken in.
        choices: requests for certain objects that have no answer yet, oldest first.
        spent: in this month, in US dollars.
    """

    use_case: str
    now: datetime
    terms: Terms | None = None
    runs: tuple[Run, ...] = ()
    execution: Execution | None = None
    job: Job | None = None
    objects: tuple[Object, ...] = ()
    known: Mapping[str, Known] = field(default_factory=dict)
    imported: frozenset[str] = frozenset()
    choices: tuple[Choice, ...] = ()
    spent: float = 0

    @property
    def open_run(self) -> Run | None:
        """The run that is under way."""
        return self.runs[0] if self.runs and self.runs[0].result == "started" else None


def plan_of(objects: Iterable[Claimed]) -> str:
    """Return a hash of what is labelled: a version is one content, so it stands for the manifest's lines."""
    lines = [f"{one.attempt} {one.version} {one.name}" for one in objects]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
