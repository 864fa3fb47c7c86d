"""What serves right now: endpoints, their fleets of variants, and the choice of a variant for a request."""

import random
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.endpoints.capture import Capture
from local_cloud.sagemaker.endpoints.connection import Pool
from local_cloud.sagemaker.endpoints.containers import Containers
from local_cloud.sagemaker.endpoints.process import ModelProcess
from local_cloud.sagemaker.endpoints.telemetry import Telemetry

_POLL_SECONDS = 0.01


@dataclass(eq=False)
class LiveVariant:
    """One variant that serves."""

    name: str
    process: ModelProcess
    telemetry: Telemetry
    capture: Capture | None
    pool: Pool
    containers: Containers | None = None  # of a serverless variant
    in_flight: int = 0

    def end(self) -> None:
        """End its process for good."""
        (self.containers.end if self.containers else self.process.stop)()

    def wait_until_idle(self, seconds: float) -> None:
        """Wait for the requests that it still works on."""
        deadline = time.monotonic() + seconds
        while self.in_flight and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)


@dataclass(eq=False)
class Fleet:
    """The variants of one endpoint configuration, and how requests are shared between them."""

    production: Mapping[str, LiveVariant]
    shadow: LiveVariant | None
    weights: Mapping[str, float]
    shadow_share: float = 1.0

    def variants(self) -> Iterator[LiveVariant]:
        """All variants, the shadow last."""
        yield from self.production.values()
        if self.shadow:
            yield self.shadow

    def choose(self, target: str | None) -> LiveVariant | None:
        """Return the variant asked for, or one at random by weight; None if there is no such variant."""
        if target is not None:
            return self.production.get(target)
        names = list(self.weights)
        return self.production[random.choices(names, [self.weights[name] for name in names])[0]]  # noqa: S311


@dataclass(eq=False)
class LiveEndpoint:
    """An endpoint that serves. While an update shifts traffic, `incoming` gets `share` of the requests."""

    name: str
    fleet: Fleet
    incoming: Fleet | None = None
    share: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def acquire(self, target: str | None) -> tuple[LiveVariant | None, LiveVariant | None]:
        """Choose the variant that answers, and the shadow that gets a copy; give each back with `release`.

        Choosing and counting is one step, so that no variant is ended between them.
        """
        with self._lock:
            fleet = self.fleet
            if self.incoming and random.random() < self.share:  # noqa: S311 - a share of traffic, no secret
                fleet = self.incoming
            variant = fleet.choose(target)
            mirrored = fleet.shadow_share >= 1 or random.random() < fleet.shadow_share  # noqa: S311
            shadow = fleet.shadow if variant and mirrored else None
            for chosen in (variant, shadow):
                if chosen:
                    chosen.in_flight += 1
            return variant, shadow

    def release(self, variant: LiveVariant) -> None:
        """Give a variant back."""
        with self._lock:
            variant.in_flight -= 1

    def shift(self, incoming: Fleet, share: float) -> None:
        """Send a share of the requests to another fleet, in 0 to 1."""
        with self._lock:
            self.incoming, self.share = incoming, share

    def replace(self, fleet: Fleet) -> Fleet:
        """Send all requests to a fleet and return the one before."""
        with self._lock:
            before, self.fleet = self.fleet, fleet
            self.incoming, self.share = None, 0.0
            return before

    def withdraw(self) -> Fleet | None:
        """Send all requests to the fleet that served before a shift, and return the other."""
        with self._lock:
            incoming, self.incoming, self.share = self.incoming, None, 0.0
            return incoming

    def reweigh(self, weights: Mapping[str, float], instances: Mapping[str, int]) -> None:
        """Change the weights of variants, and how many instances each has; the others keep theirs."""
        with self._lock:
            self.fleet.weights = {**self.fleet.weights, **weights}
            for name, count in instances.items():
                self.fleet.production[name].telemetry.instances = count


Key = tuple[str, str, str]
ENDPOINTS: dict[Key, LiveEndpoint] = {}


def key(name: str, call: Call) -> Key:
    """Where an endpoint stands in `ENDPOINTS`; the folder of state tells local clouds in one process apart."""
    return str(call.platform.state_dir), call.store.scope, name
