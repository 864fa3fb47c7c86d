"""What SageMaker and Application Auto Scaling refuse of scaling, said before anything is deployed."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from config.errors import KeyPath, RuleError
from config.serving_rules import Counted

_BURSTABLE = "ml.t"


class Bounded(Protocol):
    """What has a least and a most number of instances."""

    @property
    def min(self) -> int:
        """The least."""

    @property
    def max(self) -> int:
        """The most."""


class Typed(Counted, Protocol):
    """What has instances of a type."""

    @property
    def instance_type(self) -> str:
        """Which."""


def ordered(least: int, most: int) -> None:
    """Refuse bounds that no number lies between."""
    if least > most:
        raise RuleError(
            ("min",), f"found min {least} and max {most}; allowed is a min of at most max. Correct one of them"
        )


def each_time_once(times: Iterable[tuple[str, str]]) -> None:
    """Refuse two bounds from the same time on."""
    seen: set[tuple[str, str]] = set()
    for position, (cron, zone) in enumerate(times):
        if (cron, zone) in seen:
            raise RuleError(("schedule", position), f"found {cron} in {zone} twice; allowed is once. Remove one")
        seen.add((cron, zone))


def starts_within(bounds: Bounded, variants: Mapping[str, Typed]) -> None:
    """Refuse a variant that would start with more or fewer instances than it may have, or of a type that cannot scale.

    Source of the latter: SageMaker developer guide, "Automatic scaling of models", no burstable instances.
    """
    for name, machines in variants.items():
        if not bounds.min <= machines.instances <= bounds.max:
            raise RuleError(
                (name, "instances"),
                f"found {machines.instances}, what a new endpoint starts with; scaling allows "
                f"{bounds.min} to {bounds.max}. Choose a number between them, or other bounds",
            )
        if machines.instance_type.startswith(_BURSTABLE):
            raise RuleError(
                (name, "instance_type"),
                f"found {machines.instance_type}, which is burstable; SageMaker scales no such "
                "instances. Choose another type, such as ml.m5.large, or set `scaling: null`",
            )


def parts_of(kind: str, every: Mapping[KeyPath, Bounded]) -> None:
    """Refuse bounds that allow one instance where releases move the traffic in parts: a part is at most half."""
    for key, bounds in every.items():
        if bounds.min == 1:
            raise RuleError(
                (*key, "min"),
                f"found 1, but shift is {kind}: SageMaker moves at most half of a variant's instances first; allowed "
                "are two or more. Choose a min of two, or set `shift: null` to move all at once",
            )
