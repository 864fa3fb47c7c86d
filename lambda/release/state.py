"""What the release function sees and remembers. Plain data, no AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from shared.slots import CHAMPION, Slot

Result = Literal["started", "succeeded", "failed", "superseded"]
Outcome = Literal["none", "running", "succeeded", "failed"]
Shift = Literal["at_once", "guarded"]
Verdict = Literal["answered", "failed", "unasked"]
Kind = Literal["instances", "serverless", ""]
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def version_of(package: str) -> int:
    """Return the version of a model package ARN, 0 for the empty text.

    >>> version_of("arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays/12")
    12
    """
    return int(package.rpartition("/")[2]) if package else 0


@dataclass(frozen=True)
class Package:
    """An approved model package.

    Attributes:
        approved_at: its last modification.
        approved_by: who that was, if known.
        why: what was said with it.
        slot: where it is meant to serve; None: what its metadata say is no slot.
        meant_at: since when it is meant for that slot: what is newest there wins.
    """

    arn: str
    approved_at: datetime
    approved_by: str | None = None
    why: str = ""
    slot: Slot | None = CHAMPION
    meant_at: datetime = _LONG_AGO

    @property
    def rank(self) -> tuple[datetime, int]:
        """What is greatest of the packages for a slot is wanted there."""
        return self.meant_at, version_of(self.arn)


@dataclass(frozen=True)
class Stack:
    """A serving stack: its status, the package of each slot, the configuration that its endpoint should have.

    `scaled`: the slots whose variants it registers for scaling while they are filled. A serverless endpoint has one
    slot, the others are `missing`, and no guardrails: it is not `guarded`.
    """

    status: str
    slots: Mapping[Slot, str]
    endpoint_config: str | None = None
    scaled: frozenset[str] = frozenset()
    missing: frozenset[Slot] = frozenset()
    guarded: bool = True

    @property
    def kind(self) -> Kind:
        """What answers: an endpoint with instances has all slots."""
        return "serverless" if self.missing else "instances"

    @property
    def champion(self) -> str:
        """The package of the champion, or the empty text."""
        return self.slots.get(CHAMPION, "")


@dataclass(frozen=True)
class Attempt:
    """One attempt at a release, and its record: one slot gets another package, or none.

    Attributes:
        number: runs from 1 per use case.
        slot: what changes.
        package: what comes into it, the empty text for nothing.
        before: what was in it.
        shift: how the traffic moves.
        approved_at: when the package was approved; when nothing comes in, when that was found.
        approved_by: who wanted this, by the registry; `why` is what they said.
        kind: of the endpoint; empty in records of before there were two.
    """

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
    why: str = ""
    slot: Slot = CHAMPION
    shift: Shift = "at_once"
    kind: Kind = ""

    def tells_of(self, kind: Kind) -> bool:
        """Whether how it ended says anything about an endpoint of a kind: containers start in other ways there."""
        return self.kind in ("", kind)

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
class Asked:
    """How a model answered its sample record, and what is to be said of it."""

    verdict: Verdict
    detail: str


@dataclass(frozen=True)
class Live:
    """The endpoint as it is: status, name of its configuration, and the package behind each variant.

    `unlike`: what of a variant is not as its configuration has it.
    """

    status: str
    endpoint_config: str
    packages: Mapping[str, str] = field(default_factory=dict)
    unlike: str = ""


@dataclass(frozen=True)
class Standing:
    """The endpoint before an update: its status, and the live weights of its variants."""

    status: str
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Observation:
    """One look at a use case. `update` and `live` are there while an attempt is open, `attempts` newest first.

    `standing` is there where the attempt's update has not begun; None: there is no endpoint.

    `approved` holds every approved package of the group, `candidates` those that may be wanted, `leaving` those in the
    stack's slots that are not approved any more. `scaling` has the variants that are registered for scaling, and
    whether taking their instances away is suspended.
    """

    use_case: str
    now: datetime
    stack: Stack | None
    approved: frozenset[str]
    candidates: tuple[Package, ...]
    attempts: tuple[Attempt, ...]
    update: Update | None = None
    live: Live | None = None
    standing: Standing | None = None
    leaving: tuple[Package, ...] = ()
    scaling: Mapping[str, bool] = field(default_factory=dict)

    @property
    def open_attempt(self) -> Attempt | None:
        """The attempt that is not over. Only the newest can be open."""
        return next((attempt for attempt in self.attempts[:1] if attempt.result == "started"), None)
