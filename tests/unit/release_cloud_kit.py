"""AWS as the release function sees it: a small state machine of registry, stack and table of attempts."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from release.reconcile import RefusedError, Started, reconcile
from release.state import Asked, Attempt, Kind, Live, Observation, Package, Result, Stack, Standing, Update, version_of
from shared.slots import SLOTS, Slot

VERSIONS = range(1, 5)
GROUP = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"
SCALED: tuple[Slot, ...] = ("champion", "challenger")
TROUBLE = ("fails", "rolls back silently", "is refused", "serves errors")
NOTHING, ANOTHER_LOOK, STACK_ENDS, CRASH, MOVES = range(5)
BUSY = 'Cannot update in-progress endpoint "dev-flight-delays".'


class CrashError(Exception):
    pass


def arn(version: int) -> str:
    return f"{GROUP}/{version}"


def config_of(slots: dict[Slot, str]) -> str | None:
    """Return the name of the configuration with these packages, as the serving stack makes it."""
    if not slots.get("champion"):
        return None
    return "config" + "".join(f"-{slot[:2]}{version_of(slots[slot])}" for slot in SLOTS if slots.get(slot))


class Cloud:
    """AWS as the release function sees it.

    Args:
        health: what becomes of a version's update.
        otherwise: the same, while the endpoint is serverless; None: as with instances.
    """

    def __init__(self, health: dict[int, str], otherwise: dict[int, str] | None = None) -> None:
        self.of_kind: dict[Kind, dict[int, str]] = {"instances": health, "serverless": otherwise or health}
        self.kind: Kind = "instances"
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.approvals: dict[str, datetime] = {}
        self.meant: dict[str, tuple[Slot, datetime]] = {}
        self.slots: dict[Slot, str] = {}
        self.live: dict[Slot, str] = {}
        self.scaling: dict[str, bool] = {}  # registered variants, and whether scaling in is suspended
        self.weights = {"champion": 1.0, "challenger": 0.0}
        self.moving = False  # its weights, or instances: SageMaker refuses an update of the endpoint meanwhile
        self.updating: Attempt | None = None
        self.refused = False  # the update that is under way, by SageMaker
        self.updates: dict[str, Update] = {}
        self.attempts: list[Attempt] = []
        self.metrics: list[str] = []
        self.began: list[tuple[Slot, str, dict[str, bool]]] = []  # slot, package, scaling when an update began
        self.interruptions: list[int] = []
        self.depth = 0

    @property
    def health(self) -> dict[int, str]:
        return self.of_kind[self.kind]

    def becomes(self, kind: Kind) -> None:
        """A person takes the endpoint away, and deploys the stack as one of another kind."""
        while self.updating:
            self.stack_ends()
        self.kind, self.slots, self.live, self.scaling = kind, {}, {}, {}

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def interrupted(self) -> None:
        kind = self.interruptions.pop() if self.interruptions else NOTHING
        if kind == CRASH:
            raise CrashError
        if kind == STACK_ENDS:
            self.stack_ends()
        if kind == MOVES:
            self.moving = not self.moving
        if kind == ANOTHER_LOOK and self.depth < 3:
            self.look_again()

    def look_again(self) -> None:
        self.depth += 1
        # The other invocation crashes, not the one that is under way.
        with suppress(CrashError):
            reconcile(self, "flight-delays", "test")
        self.depth -= 1

    def stack_ends(self) -> None:
        if self.updating is None:
            return
        attempt, self.updating = self.updating, None
        if self.refused:
            self.updates[attempt.token], self.refused = Update("failed", f"Endpoint: {BUSY}"), False
            return
        outcome = self.health[version_of(attempt.package)] if attempt.package else "serves"
        if not attempt.package and attempt.slot in self.scaling:
            # SageMaker: variants must be deregistered as scalable targets before they can be removed.
            outcome = "fails"
        if outcome == "fails":
            self.updates[attempt.token] = Update("failed", "Endpoint: no capacity")
            return
        self.slots[attempt.slot] = attempt.package
        self.updates[attempt.token] = Update("succeeded")
        if attempt.package and attempt.slot in SCALED and self.kind == "instances":
            self.scaling.setdefault(attempt.slot, False)
        if outcome in ("serves", "serves errors"):
            self.live = dict(self.slots)

    def will_do(self, package: Package) -> bool:
        # Nobody sees how a shadow answers.
        health = self.health[version_of(package.arn)]
        return health == "serves" or (health == "serves errors" and package.slot == "shadow")

    @property
    def champion(self) -> str:
        return self.slots.get("champion", "")

    @property
    def serving(self) -> str:
        return self.live.get("champion", "")

    def approve(self, version: int, slot: Slot = "champion") -> None:
        at = self.tick()
        self.approvals[arn(version)] = at
        if self.meant.get(arn(version), ("champion",))[0] != slot:
            self.meant[arn(version)] = (slot, at)

    # What the release function calls

    def look(self, use_case: str) -> Observation:
        self.interrupted()
        attempts = tuple(reversed(self.attempts))
        status = "UPDATE_IN_PROGRESS" if self.updating else "UPDATE_COMPLETE"
        slots = {**self.slots, self.updating.slot: self.updating.package} if self.updating else dict(self.slots)
        seen = Observation(
            use_case=use_case,
            now=self.tick(),
            stack=Stack(
                status,
                slots,
                config_of(self.slots),
                frozenset(SCALED if self.champion and self.kind == "instances" else ()),
                missing=frozenset(SLOTS[1:] if self.kind == "serverless" else ()),
                guarded=self.kind == "instances",
            ),
            approved=frozenset(self.approvals),
            candidates=tuple(self.package(package) for package in self.approvals),
            attempts=attempts,
            scaling=dict(self.scaling),
        )
        attempt = seen.open_attempt
        if attempt is None or self.updating:
            return seen
        live = Live("InService", config_of(self.live) or "", dict(self.live.items())) if self.serving else None
        update = self.updates.get(attempt.token, Update("none"))
        begins = update.outcome == "none" and self.live
        standing = Standing("Updating" if self.moving else "InService", dict(self.weights)) if begins else None
        return replace(seen, update=update, live=live, standing=standing)

    def package(self, package: str) -> Package:
        slot, since = self.meant.get(package, ("champion", datetime(2025, 1, 1, tzinfo=UTC)))
        return Package(package, self.approvals[package], slot=slot, meant_at=since)

    def claim(self, attempt: Attempt) -> bool:
        self.interrupted()
        if any(known.number == attempt.number for known in self.attempts):
            return False
        self.attempts.append(attempt)
        return True

    def start(self, attempt: Attempt) -> Started:
        self.interrupted()
        if self.updating:
            return "busy"
        if self.slots.get(attempt.slot, "") == attempt.package:
            return "unchanged"
        if self.kind == "serverless" and attempt.slot != "champion":
            return "unchanged"  # there is no such parameter
        if attempt.package and self.health[version_of(attempt.package)] == "is refused":
            raise RefusedError("no such package")
        if self.attempts[attempt.number - 1].result == "started":
            self.began.append((attempt.slot, attempt.package, dict(self.scaling)))
        self.updating, self.refused = attempt, self.moving and bool(self.live)
        self.updates[attempt.token] = Update("running")
        return "started"

    def ask(self, attempt: Attempt, variant: str | None) -> Asked:
        self.interrupted()
        serves = self.live.get(attempt.slot) == attempt.package and self.health[version_of(attempt.package)] == "serves"
        return Asked("answered", "it answered") if serves else Asked("failed", "it answers with an error")

    def close(self, attempt: Attempt, result: Result, detail: str, at: datetime) -> bool:
        self.interrupted()
        index = attempt.number - 1
        if self.attempts[index].result != "started":
            return False
        self.attempts[index] = replace(self.attempts[index], result=result, detail=detail, finished_at=at)
        return True

    def hold(self, use_case: str, variants: Iterable[str], *, held: bool) -> None:
        self.interrupted()
        for variant in variants:
            if variant in self.scaling:
                self.scaling[variant] = held

    def deregister(self, use_case: str, variant: str) -> None:
        self.interrupted()
        self.scaling.pop(variant, None)

    def count(self, metric: str, use_case: str, detail: str) -> None:
        self.metrics.append(metric)


def settle(cloud: Cloud) -> None:
    """Look, and let the stack end, until nothing is left to do."""
    for _ in range(10):
        cloud.look_again()
        cloud.stack_ends()
