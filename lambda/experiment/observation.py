"""What one look at the world shows. Plain data, no AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from experiment.e_process import Batch
from experiment.trial import Look, Stretch, Trial


@dataclass(frozen=True)
class Live:
    """The endpoint as it is; `packages` and `weights` by variant."""

    status: str
    packages: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Package:
    """The challenger's package in the registry: approved or not, what it is meant for, when it last changed."""

    approved: bool
    slot: str | None
    modified: str


@dataclass(frozen=True)
class Reduction:
    """What became of a look's sums: they are there, or the status of the pipeline's execution and why it failed."""

    sums: Mapping[str, Any] | None = None
    status: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Observation:
    """One look at the world.

    Attributes:
        trial: the newest experiment of the use case; None if there never was one.
        counts, tail, counted_until: what CloudWatch says of the guards since the newest look, where one is due, and of
            the last minutes before that time.
        looks, stretches: of the experiment, the oldest first.
        reduction: of the open look, once its pipeline was started.
        assignment: how the deployed functions share the use case's requests; None: it is none of theirs.
    """

    now: datetime
    trial: Trial | None
    live: Live | None = None
    package: Package | None = None
    counts: Mapping[str, Batch] = field(default_factory=dict)
    tail: Mapping[str, Batch] = field(default_factory=dict)
    counted_until: datetime | None = None
    looks: tuple[Look, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    reduction: Reduction | None = None
    assignment: str | None = None
