"""The hash that decides which variant a user gets: even, constant, and moving only those who must."""

import hashlib
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignment_client.sticky import CHALLENGER, CHAMPION, Split, assigned, point, pseudonym
from local_cloud.sagemaker.endpoints.live import Fleet

USERS = 100_000
SHARES = st.floats(0, 1)
SALT = "prod-flight-delays arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/prod-flight-delays/7"


def points(salt: str) -> list[float]:
    return [point(pseudonym(salt, f"user-{number}")) for number in range(USERS)]


@pytest.fixture(scope="module")
def some() -> list[float]:
    return points(SALT)


def within(count: int, share: float, of: int = USERS, deviations: float = 4) -> bool:
    """Whether a count is as the binomial distribution has it; beyond four deviations are 6 of 100,000."""
    return abs(count - of * share) <= deviations * math.sqrt(of * share * (1 - share))


@pytest.mark.parametrize("share", [0.01, 0.1, 0.25, 0.5, 0.9])
def test_a_hundred_thousand_users_are_shared_within_binomial_error(some: list[float], share: float) -> None:
    assert within(sum(at < share for at in some), share)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_a_hundred_thousand_requests_are_drawn_by_weight_within_binomial_error(share: float) -> None:
    # What is not sticky the endpoint draws; this one is the local cloud's.
    random.seed(20261126)
    fleet = Fleet({CHAMPION: CHAMPION, CHALLENGER: CHALLENGER}, None, {CHAMPION: 1 - share, CHALLENGER: share})  # type: ignore[dict-item]  # names do for variants
    assert within(sum(str(fleet.choose(None)) == CHALLENGER for _ in range(USERS)), share)


def test_points_are_uniform(some: list[float]) -> None:
    # Kolmogorov and Smirnov's distance, against its bound at 1 of 10,000: sqrt(ln(2 / 0.0001) / 2n).
    distance = max(abs((at + 1) / USERS - value) for at, value in enumerate(sorted(some)))
    assert distance < math.sqrt(math.log(2 / 1e-4) / (2 * USERS))


def test_another_challenger_meets_other_users_first(some: list[float]) -> None:
    others = points(f"{SALT[:-1]}8")
    both = sum(at < 0.1 and other < 0.1 for at, other in zip(some, others, strict=True))
    assert within(both, 0.01)
    mean = sum((at - 0.5) * (other - 0.5) for at, other in zip(some, others, strict=True)) / USERS
    assert abs(mean * 12) < 4 / math.sqrt(USERS)  # no correlation


@given(user=st.text(min_size=1), share=SHARES)
def test_a_user_keeps_the_variant(user: str, share: float) -> None:
    first = assigned(Split(share, SALT), user)
    assert {assigned(Split(share, SALT), user) for _ in range(3)} == {first}
    assert first == (CHALLENGER if point(pseudonym(SALT, user)) < share else CHAMPION)


@given(user=st.text(min_size=1), before=SHARES, after=SHARES)
def test_only_those_move_who_must(user: str, before: float, after: float) -> None:
    was, now = (assigned(Split(share, SALT), user) for share in (before, after))
    low, high = sorted((before, after))
    between = low <= point(pseudonym(SALT, user)) < high
    assert (was != now) is between
    if between:
        assert (was, now) == ((CHAMPION, CHALLENGER) if after > before else (CHALLENGER, CHAMPION))


def test_a_rise_moves_as_many_as_it_says(some: list[float]) -> None:
    moved = [at for at in some if (at < 0.1) != (at < 0.5)]
    assert within(len(moved), 0.4)
    assert all(0.1 <= at < 0.5 for at in moved)


@given(user=st.text(min_size=1))
def test_nobody_meets_a_challenger_without_a_share_and_everybody_one_with_all(user: str) -> None:
    assert assigned(Split(0.0, SALT), user) == CHAMPION
    assert assigned(Split(1.0, SALT), user) == CHALLENGER


def test_the_hash_is_as_documented() -> None:
    digest = hashlib.sha256(b"dev-flight-delays p/3\x00anna").digest()
    assert pseudonym("dev-flight-delays p/3", "anna") == digest.hex()[:32] == "8b57e29dc052761309bcb9c22855c320"
    assert point(digest.hex()[:32]) == (int.from_bytes(digest[:7]) >> 3) / 2**53


def test_halves_of_characters_are_users_too() -> None:
    assert point(pseudonym(SALT, "\ud800")) != point(pseudonym(SALT, "\ud801"))
