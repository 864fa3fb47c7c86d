"""What the batch transform function sees and remembers. Plain data, no AWS."""

import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from batch_transform.events import Look, Scope
from shared.pipelines import Execution

Result = Literal["started", "succeeded", "failed", "stopped"]


@dataclass(frozen=True)
class Champion:
    """The model that serves: `model` is its name in SageMaker, `model_data` the S3 URI of its model.tar.gz.

    `code` is the hash of the jobs' code that made it, as the pipeline recorded it; empty if it did not.
    """

    package: str
    model: str
    model_data: str
    image: str
    code: str


# Slots: there may be hundreds of thousands.
@dataclass(frozen=True, order=True, slots=True)
class File:
    """A version of an object to score; `file` is its key below the prefix."""

    file: str
    version: str
    etag: str
    size: int


@dataclass(frozen=True, slots=True)
class Scored:
    """What a complete run scored of a file: which version, with which model.

    The model is known by its `model_data`: the versions of a group that was deleted and made again begin at 1 again.
    """

    version: str
    model_data: str


@dataclass(frozen=True)
class Run:
    """One run, and its record. `number` counts from 1 per use case, `plan` is a hash of files and model.

    A run takes as many files as its jobs can hold: of scope `all` those whose names come `after` one; `upto` is the
    last name that it takes, if others wait for the next run. `wish` is what was asked for while it was under way.
    """

    use_case: str
    number: int
    plan: str
    scope: Scope
    champion: Champion
    files: int
    trigger: str
    claimed_at: datetime
    execution: str = ""
    result: Result = "started"
    detail: str = ""
    finished_at: datetime | None = None
    after: str = ""
    upto: str = ""
    wish: Look | None = None

    @property
    def name(self) -> str:
        """The name of its folder; two runs of one name are the same run."""
        return f"{self.claimed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{self.number:06d}-{self.plan[:8]}"


@dataclass(frozen=True)
class Observation:
    """One look at a use case.

    Attributes:
        runs: the newest ones, newest first.
        execution: of the run that is under way.
        champion: None while no model serves.
        files: that lie in the prefix now.
        scored: by a file's name.
        most_files, most_bytes: that a run takes.
    """

    use_case: str
    now: datetime
    runs: tuple[Run, ...] = ()
    execution: Execution | None = None
    champion: Champion | None = None
    files: tuple[File, ...] = ()
    scored: dict[str, Scored] = field(default_factory=dict)
    most_files: int = 10_000
    most_bytes: int = sys.maxsize

    @property
    def open_run(self) -> Run | None:
        """The run that is under way."""
        return self.runs[0] if self.runs and self.runs[0].result == "started" else None


def plan_of(files: Iterable[File], champion: Champion) -> str:
    """Return a hash of what is scored with what."""
    lines = [champion.package, champion.model, *(f"{file.version} {file.file}" for file in sorted(files))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
