"""The ramp goes from step to step, each with its minimum of records, whatever comes in."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiment import ramp
from experiment.state import Observed
from experiment.strata import Stratum
from experiment.sums import Moments
from experiment.terms import Step
from tests.unit.test_experiment_statistics import START


@st.composite
def ramps(draw: st.DrawFn) -> tuple[Step, ...]:
    percents = sorted(draw(st.sets(st.integers(1, 99), min_size=1, max_size=6)))
    return tuple(Step(percent / 100, draw(st.integers(1, 50))) for percent in percents)


def observed(weight: float, strata: list[tuple[float, int]]) -> Observed:
    found = [Stratum(share, Moments(n), Moments(n)) for share, n in strata]
    return Observed(START, START, weight, strata=found)


def single(weight: float) -> float:
    """Return a weight as SageMaker keeps it."""
    return float(struct.unpack("f", struct.pack("f", weight))[0])


@given(ramps(), st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_a_ramp_takes_every_step_after_its_minimum_and_never_one_back(steps: tuple[Step, ...], come: list[int]) -> None:
    weight, strata, shares = 0.0, list[tuple[float, int]](), list[float]()
    exposed = dict.fromkeys(range(len(steps)), 0)
    for records in come:
        before = ramp.position(steps, weight)
        following, reason = ramp.following(steps, observed(weight, strata))
        after = [step.weight for step in steps].index(following)
        assert after in ((0,) if before is None else (before, before + 1))
        if before is not None and after > before:
            assert exposed[before] >= steps[before].minimum, reason
        elif before is not None and before < len(steps) - 1:
            assert exposed[before] < steps[before].minimum, reason
        weight = single(following)
        strata.append((weight, records))
        shares.append(following)
        exposed[after] += records
        done = after == len(steps) - 1 and exposed[after] >= steps[after].minimum
        assert ramp.through(steps, observed(weight, strata)) is done
    assert shares == sorted(shares)


@given(ramps(), st.floats(0, 1), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 99)), max_size=5))
def test_from_any_share_it_goes_at_most_to_the_step_after_the_one_that_is_reached(
    steps: tuple[Step, ...], weight: float, strata: list[tuple[float, int]]
) -> None:
    # A share that somebody set between two steps, or above the last, goes back to the one below it.
    at = ramp.position(steps, weight)
    following, reason = ramp.following(steps, observed(weight, strata))
    allowed = steps[:1] if at is None else steps[at : at + 2]
    assert following in [step.weight for step in allowed]
    assert reason
    assert not ramp.through(steps, observed(weight, [])), "without records no ramp is through"


RAMP = (Step(0.1, 500), Step(0.5, 1000))


@pytest.mark.parametrize(
    ("weight", "strata", "share", "says"),
    [
        (0.0, [], 0.1, "the ramp begins"),
        (0.1, [(0.1, 499)], 0.1, "499 of 500 records at this share"),
        (0.1, [(0.1, 300), (0.1, 200)], 0.5, "no guard objects to a share of 0.5"),
        # Records at a lower share say little of a higher one; those at a higher one do the other way round.
        (0.5, [(0.1, 5000), (0.5, 999)], 0.5, "999 of 1000 records at this share"),
        (0.1, [(0.5, 500)], 0.5, "no guard objects"),
        (0.5, [(0.1, 500), (0.5, 1000)], 0.5, "the ramp is through"),
    ],
)
def test_what_comes_next_and_why(weight: float, strata: list[tuple[float, int]], share: float, says: str) -> None:
    following, reason = ramp.following(RAMP, observed(weight, strata))
    assert following == share
    assert reason.startswith(says)
