"""The world of a release, on AWS."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from release.reconcile import Started
from release.records import Records
from release.registry import Registry
from release.scaling import Scaling
from release.smoke import Smoke
from release.stacks import ServingStacks
from release.state import Asked, Attempt, Observation, Package, Result, Stack, version_of
from shared.metrics import count

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

# Each costs a call at every look. What is older is not released again unless what is newer is rejected; it may
# serve on.
_DESCRIBED = 50


class AwsWorld:
    """Serving stacks, their scaling, registry and records of one environment."""

    def __init__(
        self,
        environment: str,
        *,
        stacks: ServingStacks,
        scaling: Scaling,
        registry: Registry,
        records: Records,
        smoke: Smoke,
        logger: "Logger",
    ) -> None:
        self._environment = environment
        self._stacks = stacks
        self._scaling = scaling
        self._registry = registry
        self._records = records
        self._smoke = smoke
        self._logger = logger

    def look(self, use_case: str) -> Observation:
        """Read everything that a decision may need.

        Attempts are read before the rest: whoever acts on an old look then fails to claim the next number.
        """
        attempts = self._records.attempts(use_case)
        approved = self._registry.approved(use_case)
        stack = self._stacks.get(use_case)
        serve = approved & set(stack.slots.values()) if stack else frozenset[str]()
        packages = [self._registry.package(arn) for arn in _newest(approved, serve)]
        seen = Observation(
            use_case=use_case,
            now=datetime.now(UTC),
            stack=stack,
            approved=approved,
            candidates=tuple(package for package in packages if package),
            attempts=attempts,
            leaving=self._leaving(stack, approved),
            scaling=self._scaling.variants(use_case) if stack and stack.scaled else {},
        )
        attempt = seen.open_attempt
        if attempt is None or stack is None or stack.status.endswith("_IN_PROGRESS"):
            return seen
        done = stack.slots.get(attempt.slot, "") == attempt.package
        live = self._registry.live(use_case) if done else None
        update = self._stacks.outcome(attempt)
        begins = not done and update.outcome == "none"
        return replace(seen, update=update, live=live, standing=self._registry.standing(use_case) if begins else None)

    def _leaving(self, stack: Stack | None, approved: frozenset[str]) -> tuple[Package, ...]:
        there = {package for package in stack.slots.values() if package} if stack else set()
        found = (self._registry.package(package, approved=False) for package in sorted(there - approved))
        return tuple(package for package in found if package)

    def claim(self, attempt: Attempt) -> bool:
        """Write an attempt down; False if its number is taken."""
        won = self._records.claim(attempt)
        self._logger.info(
            "Release claimed" if won else "Release claimed by another invocation",
            use_case=attempt.use_case,
            number=attempt.number,
            slot=attempt.slot,
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

    def ask(self, attempt: Attempt, variant: str | None) -> Asked:
        """Ask the model of an attempt with the sample record of its package."""
        asked = self._smoke.ask(attempt, variant, self._registry.sample(attempt.package))
        self._logger.info("Asked", use_case=attempt.use_case, number=attempt.number, verdict=asked.verdict)
        return asked

    def close(self, attempt: Attempt, result: Result, detail: str, at: datetime) -> bool:
        """End an attempt; False if it is over already."""
        return self._records.close(attempt, result, detail, at)

    def hold(self, use_case: str, variants: Iterable[str], *, held: bool) -> None:
        """Suspend that scaling takes instances of variants away, or end that."""
        for variant in sorted(variants):
            self._scaling.hold(use_case, variant, held=held)
            self._logger.info("Scaling in held" if held else "Scaling in goes on", use_case=use_case, variant=variant)

    def deregister(self, use_case: str, variant: str) -> None:
        """End the scaling of a variant."""
        self._scaling.deregister(use_case, variant)
        self._logger.info("Scaling ended", use_case=use_case, variant=variant)

    def count(self, metric: str, use_case: str, detail: str) -> None:
        """Count a metric of the use case and log why."""
        log = self._logger.info if metric == "ReleaseSucceeded" else self._logger.error
        log(metric, use_case=use_case, detail=detail)
        count(metric, environment=self._environment, use_case=use_case)


def _newest(approved: Iterable[str], serve: frozenset[str]) -> list[str]:
    newest = sorted(approved, key=version_of, reverse=True)
    return [*newest[:_DESCRIBED], *(package for package in newest[_DESCRIBED:] if package in serve)]
