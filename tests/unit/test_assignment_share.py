"""A hundred thousand requests through the client, to the router of the endpoint: who answers how many of them."""

import io
import math
import random
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from assignment_client import Client
from assignment_client.sticky import CHALLENGER, CHAMPION, point, pseudonym
from local_cloud.sagemaker.endpoints.live import Fleet, LiveEndpoint, LiveVariant
from tests.unit.assignment_kit import PACKAGE, World

REQUESTS = 100_000
SALT = f"dev-flight-delays {PACKAGE}"


class Endpoint(World):
    """Answers by the local cloud's own router, whose weights are those that it says it has."""

    def __init__(self, share: float) -> None:
        super().__init__()
        made: Any = {name: LiveVariant(name, *[None] * 4) for name in (CHAMPION, CHALLENGER)}  # type: ignore[arg-type] # no process
        self.router = LiveEndpoint("dev-flight-delays", Fleet(made, None, {}))
        self.share(share)

    def share(self, share: float) -> None:
        self.weights = {CHAMPION: 1 - share, CHALLENGER: share}
        self.router.reweigh(self.weights, {})

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        variant, _ = self.router.acquire(request.get("TargetVariant"))
        assert variant
        self.router.release(variant)
        return {"Body": io.BytesIO(), "InvokedProductionVariant": variant.name}


def client(endpoint: Endpoint, *, sticky: bool) -> Client:
    return Client("dev", "flight_delays", sticky=sticky, clients=endpoint.clients, seconds=0)


def asked(asking: Client) -> list[str]:
    """Return who answers each user, in the order of the users."""
    return [asking.ask(b"1", user=f"user-{number}", inference_id="r").variant for number in range(REQUESTS)]


def assert_share(answered: list[str], share: float) -> None:
    """Four standard errors of the binomial distribution: a right one is beyond them in 6 of 100,000 runs."""
    count = Counter(answered)[CHALLENGER]
    assert abs(count - REQUESTS * share) <= 4 * math.sqrt(REQUESTS * share * (1 - share)), count


@pytest.mark.parametrize("share", [0.01, 0.3])
def test_requests_are_shared_by_weight(share: float) -> None:
    random.seed(20261128)
    answered = asked(client(Endpoint(share), sticky=False))
    assert_share(answered, share)
    # Each is drawn by itself: who answers one says nothing about the next.
    pairs = sum(one == other == CHALLENGER for one, other in pairwise(answered))
    assert abs(pairs - REQUESTS * share**2) <= 5 * math.sqrt(REQUESTS * share**2) + 5


def test_users_keep_their_variant_and_after_weights_moved_only_those_are_others_who_must_be() -> None:
    endpoint = Endpoint(0.1)
    asking = client(endpoint, sticky=True)
    answered = {0.1: asked(asking)}
    assert asked(asking) == answered[0.1]
    for share in (0.5, 0.2):
        endpoint.share(share)
        answered[share] = asked(asking)
    for share, variants in answered.items():
        assert_share(variants, share)
    points = [point(pseudonym(SALT, f"user-{number}")) for number in range(REQUESTS)]
    for before, after in ((0.1, 0.5), (0.5, 0.2)):
        moved = [at for at, *pair in zip(points, answered[before], answered[after], strict=True) if len({*pair}) > 1]
        low, high = sorted((before, after))
        assert sorted(moved) == sorted(at for at in points if low <= at < high)
