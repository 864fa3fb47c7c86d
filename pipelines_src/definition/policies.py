"""When a step is tried again, and when an earlier result is taken instead of running it."""

import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pipelines_src.definition.errors import DefinitionError

Fault = Literal[
    "Step.SERVICE_FAULT",
    "Step.THROTTLING",
    "SageMaker.JOB_INTERNAL_ERROR",
    "SageMaker.CAPACITY_ERROR",
    "SageMaker.RESOURCE_LIMIT",
]
MOST_ATTEMPTS = 20
MOST_MINUTES = 14400  # ten days
MOST_INTERVAL_SECONDS = 43200  # half a day
_DURATION = re.compile(r"P(?=.)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)")


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Try again on these faults: first after `interval_seconds`, then each time `backoff_rate` times later.

    Exactly one of `max_attempts` (1 to 20) and `expire_after_minutes` (1 to 14400) ends it. Limits and names of faults
    are those of SageMaker's retry policy for pipeline steps.
    """

    faults: tuple[Fault, ...]
    interval_seconds: int = 1
    backoff_rate: float = 2.0
    max_attempts: int | None = None
    expire_after_minutes: int | None = None

    def __post_init__(self) -> None:
        known = get_args(Fault)
        for fault in self.faults or ("no fault",):
            if fault not in known:
                raise DefinitionError(f"retry policy: found {fault!r}; allowed are {', '.join(known)}. Name these.")
        if (self.max_attempts is None) == (self.expire_after_minutes is None):
            raise DefinitionError(
                f"retry policy: found max_attempts={self.max_attempts} and expire_after_minutes="
                f"{self.expire_after_minutes}; allowed is exactly one of them. Set one."
            )
        self._within("max_attempts", self.max_attempts, 1, MOST_ATTEMPTS)
        self._within("expire_after_minutes", self.expire_after_minutes, 1, MOST_MINUTES)
        self._within("interval_seconds", self.interval_seconds, 0, MOST_INTERVAL_SECONDS)
        self._within("backoff_rate", self.backoff_rate, 0, MOST_MINUTES)

    @staticmethod
    def _within(key: str, value: float | None, least: int, most: int) -> None:
        if value is not None and not least <= value <= most:
            raise DefinitionError(f"retry policy: {key}: found {value}; allowed is {least} to {most}. Change it.")

    def to_json(self) -> dict[str, Any]:
        """Return the policy as the definition spells it."""
        end = {"MaxAttempts": self.max_attempts, "ExpireAfterMin": self.expire_after_minutes}
        return {
            "BackoffRate": self.backoff_rate,
            "IntervalSeconds": self.interval_seconds,
            **{key: value for key, value in end.items() if value is not None},
            "ExceptionType": list(self.faults),
        }


# The service is busy; there is no machine, or it broke.
BUSY = RetryPolicy(faults=("Step.SERVICE_FAULT", "Step.THROTTLING"), interval_seconds=10, max_attempts=5)
NO_MACHINE = RetryPolicy(
    faults=("SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT"),
    interval_seconds=60,
    expire_after_minutes=120,
)


@dataclass(frozen=True)
class CachePolicy:
    """Take the result of an earlier run with the same arguments unless it is older than `expire_after`, ISO 8601."""

    expire_after: str

    def __post_init__(self) -> None:
        if not _DURATION.fullmatch(self.expire_after):
            raise DefinitionError(
                f"cache policy: found {self.expire_after!r}; allowed is an ISO 8601 duration such as P30D or PT1H. "
                "Write it so."
            )

    def to_json(self) -> dict[str, Any]:
        """Return the policy as the definition spells it."""
        return {"Enabled": True, "ExpireAfter": self.expire_after}
