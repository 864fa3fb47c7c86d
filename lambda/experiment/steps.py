"""What the experiment function can do next. Plain data."""

from dataclasses import dataclass
from datetime import datetime

from experiment.trial import Look, Stretch, Trial

BLOCKED, ASKS, NO_SUMS = "ExperimentBlocked", "ExperimentAsks", "ExperimentWithoutSums"


@dataclass(frozen=True)
class Rest:
    """Nothing to do until something changes; whatever changes sends a message."""

    reason: str


@dataclass(frozen=True)
class Told:
    """A metric that is counted, and why."""

    metric: str
    reason: str


@dataclass(frozen=True)
class Alarm:
    """A person is needed; counted again at every look while it stays so."""

    told: Told


@dataclass(frozen=True)
class Advance:
    """Write what has happened down, all of it or nothing, unless somebody else has since.

    Attributes:
        trial: the record as it is to be; the version before it must be there.
        stretch, looks: written with it.
        told: counted before: after a crash in between people are told twice, rather than never.
    """

    trial: Trial
    stretch: Stretch | None = None
    looks: tuple[Look, ...] = ()
    told: Told | None = None


@dataclass(frozen=True)
class Weigh:
    """Move the live weights to a share of the challenger."""

    share: float


@dataclass(frozen=True)
class Reduce:
    """Write the request for the sums of a look, and start the pipeline that makes them."""

    trial: Trial
    look: Look
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Register:
    """Approve the challenger's package for the champion's slot since `at`, or reject it, for the release function."""

    package: str
    promote: bool
    reason: str
    at: datetime


Step = Rest | Alarm | Advance | Weigh | Reduce | Register
