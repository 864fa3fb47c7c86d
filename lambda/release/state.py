"""What the release function sees and remembers. Plain data, no AWS."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Result = Literal["started", "succeeded", "failed", "superseded"]
Outcome = Literal["none", "running", "succeeded", "failed"]


def version_of(package: str) -> int:
    """Return the version of a model package ARN, 0 for the empty text.

    >>> version_of("arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays/12")
    12
    """
    return int(package.rpartition("/")[2]) if package else 0


@dataclass(frozen=True)
class Package:
    """An approved model package: when it was approved, which is its last modification, and by whom if known."""

    arn: str
    approved_at: datetime
    approved_by: str | None = None


@dataclass(frozen=True)
class Stack:
    """A serving stack: its status, its ChampionModelPackage, and the configuration that its endpoint should have."""

    status: str
    champion: str
    endpoint_config: str | None = None


@dataclass(frozen=True)
class Attempt:
    """One attempt at a release, and its record. `number` runs from 1 per use case; `package` replaces `before`."""

    use_case: str
    number: int
    package: str
    before: str
    reason: str
    trigger: str
    approved_at: datetime
    approved_by: str | None
    claimed_at: datetime
    result: Result = "started"
    detail: str = ""
    finished_at: datetime | None = None

    @property
    def token(self) -> str:
        """CloudFormation's idempotency token: the same for every try of this attempt, and in all its events."""
        return f"{self.use_case}-{self.number}-{int(self.claimed_at.timestamp())}"


@dataclass(frozen=True)
class Update:
    """What became of an attempt's stack update, by CloudFormation's events; the reason if it failed."""

    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class Live:
    """The endpoint as it is: status, name of its configuration, and the package behind the champion."""

    status: str
    endpoint_config: str
    package: str


@dataclass(frozen=True)
class Observation:
    """One look at a use case. `update` and `live` are there while an attempt is open, `attempts` newest first.

    `approved` holds every approved package of the group, `candidates` those that may be wanted, highest first.
    """

    use_case: str
    now: datetime
    stack: Stack | None
    approved: frozenset[str]
    candidates: tuple[Package, ...]
    attempts: tuple[Attempt, ...]
    update: Update | None = None
    live: Live | None = None

    @property
    def open_attempt(self) -> Attempt | None:
        """The attempt that is not over. Only the newest can be open."""
        return next((attempt for attempt in self.attempts[:1] if attempt.result == "started"), None)
