"""The world of a release, on AWS."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from release.logic import worth_describing
from release.reconcile import Started
from release.records import Records
from release.registry import Registry
from release.stacks import ServingStacks
from release.state import Attempt, Observation, Result
from shared.metrics import count

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


class AwsWorld:
    """Serving stacks, registry and records of one environment."""

    def __init__(
        self, environment: str, stacks: ServingStacks, registry: Registry, records: Records, logger: "Logger"
    ) -> None:
        self._environment = environment
        self._stacks = stacks
        self._registry = registry
        self._records = records
        self._logger = logger

    def look(self, use_case: str) -> Observation:
        """Read everything that a decision may need.

        Attempts are read before the rest: whoever acts on an old look then fails to claim the next number.
        """
        attempts = self._records.attempts(use_case)
        approved = self._registry.approved(use_case)
        packages = [self._registry.package(arn) for arn in worth_describing(approved, attempts)]
        stack = self._stacks.get(use_case)
        seen = Observation(
            use_case=use_case,
            now=datetime.now(UTC),
            stack=stack,
            approved=approved,
            candidates=tuple(package for package in packages if package),
            attempts=attempts,
        )
        attempt = seen.open_attempt
        if attempt is None or stack is None or stack.status.endswith("_IN_PROGRESS"):
            return seen
        live = self._registry.live(use_case) if stack.champion == attempt.package else None
        return replace(seen, update=self._stacks.outcome(attempt), live=live)

    def claim(self, attempt: Attempt) -> bool:
        """Write an attempt down; False if its number is taken."""
        won = self._records.claim(attempt)
        self._logger.info(
            "Release claimed" if won else "Release claimed by another invocation",
            use_case=attempt.use_case,
            number=attempt.number,
            package=attempt.package,
            before=attempt.before,
            reason=attempt.reason,
        )
        return won

    def start(self, attempt: Attempt) -> Started:
        """Update the stack."""
        started = self._stacks.update(attempt)
        self._logger.info(
            "Stack update", use_case=attempt.use_case, number=attempt.number, token=attempt.token, outcome=started
        )
        return started

    def close(self, attempt: Attempt, result: Result, detail: str, at: datetime) -> bool:
        """End an attempt; False if it is over already."""
        return self._records.close(attempt, result, detail, at)

    def count(self, metric: str, use_case: str, detail: str) -> None:
        """Count a metric of the use case and log why."""
        log = self._logger.info if metric == "ReleaseSucceeded" else self._logger.error
        log(metric, use_case=use_case, detail=detail)
        count(metric, environment=self._environment, use_case=use_case)
