"""What SageMaker refuses of an endpoint, said before anything is deployed."""

from collections.abc import Mapping
from typing import Protocol

from config.errors import RuleError

_SMALLEST_STEP = 10
_LONGEST_MINUTES = 90  # CloudFormation waits 160 for an endpoint, of which instances may take long to start


class Counted(Protocol):
    """What has instances."""

    @property
    def instances(self) -> int:
        """How many."""


def linear_step(kind: str, percent: int) -> None:
    """Refuse a linear step that SageMaker would not take."""
    if kind == "linear" and percent < _SMALLEST_STEP:
        raise RuleError(
            ("percent",),
            f"found a linear step of {percent} percent; SageMaker allows {_SMALLEST_STEP} to 50. Choose a larger step, "
            "or `type: canary`",
        )


def ends_in_time(minutes: int) -> None:
    """Refuse what would take longer than SageMaker gives an update."""
    if minutes > _LONGEST_MINUTES:
        raise RuleError(
            ("shift", "wait_minutes"),
            f"shift and bake take {minutes} minutes together; allowed are {_LONGEST_MINUTES}, since CloudFormation "
            "waits no longer. Choose larger parts or shorter waits",
        )


def parts_of(kind: str, variants: Mapping[str, Counted]) -> None:
    """Refuse to move traffic in parts where a variant has one instance: a part is at most half of them."""
    for name, machines in variants.items():
        if machines.instances == 1:
            raise RuleError(
                (name, "instances"),
                f"found 1, but shift is {kind}: SageMaker moves at most half of a variant's instances first; allowed "
                "are two or more. Choose two instances, or set `shift: null` to move all at once",
            )
