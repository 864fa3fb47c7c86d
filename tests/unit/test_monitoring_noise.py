"""Probabilities of differences: they bound how often chance alone shows so much, and no more."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipelines_src.steps.monitoring import noise

COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, COUNTS, st.floats(0.001, 0.3))
def test_the_probability_of_a_share_bounds_that_of_the_binomial_at_the_edge(
    live: tuple[int, int], baseline: tuple[int, int], tolerance: float
) -> None:
    found = noise.of_excess(live, baseline, tolerance)
    assert 0 <= found <= 1
    if live[0] / live[1] - baseline[0] / baseline[1] <= tolerance:
        assert found == 1
        return
    # Whatever the baseline's true share is, both are at least as improbable as is said.
    for true in np.linspace(0, 1 - tolerance, 20):
        seen = stats.binom.sf(live[0] - 1, live[1], true + tolerance)
        low = stats.binom.cdf(baseline[0], baseline[1], true)
        assert found >= seen * low * (1 - 1e-6)


def test_a_baseline_of_nothing_is_taken_at_its_word() -> None:
    assert noise.of_excess((5, 100), None, 0.01) == pytest.approx(
        math.exp(-100 * (0.05 * math.log(5) + 0.95 * math.log(0.95 / 0.99)))
    )
    assert noise.of_excess((1, 1000), None, 0.01) == 1
    assert noise.of_excess((1, 1_000_000), None, 0.0) == 0


@pytest.mark.parametrize(("baseline", "live"), [(1000, 100), (300, 300), (20_000, 50)])
def test_distances_exceed_their_tolerance_by_chance_as_often_as_is_said_at_most(baseline: int, live: int) -> None:
    random = np.random.default_rng(11)
    alpha, tolerance, alarms, runs = 0.1, 0.05, 0, 400
    for _ in range(runs):
        first = random.random(baseline)
        second = np.minimum(random.random(live) + tolerance, 1)  # exactly as far apart as is tolerated
        distance = stats.ks_2samp(first, second).statistic
        alarms += noise.of_distance(distance, tolerance, baseline, live) <= alpha
    assert alarms <= stats.binom.ppf(0.999, runs, alpha)
    assert noise.of_distance(0.9, tolerance, baseline, live) < 1e-3  # what is far apart is seen


def test_no_number_of_records_makes_a_tolerated_distance_improbable() -> None:
    assert noise.of_distance(0.099, 0.1, 1e9, 1e9) == 1
    assert noise.of_categories({"a": 500_000_000, "b": 500_000_000}, {"a": 450_000_000, "b": 550_000_000}, 0.1) == 1
    assert noise.of_distance(0.2, 0.1, 1e6, 1e6) < 1e-9
    assert noise.of_categories({"a": 500, "b": 500}, {"a": 900, "b": 100}, 0.1) < 1e-9
    assert noise.of_distance(0.2, 0.1, 30, 30) == 1  # and few show nothing


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_is_that_of_the_textbook(probabilities: list[float]) -> None:
    found = noise.holm(probabilities)
    for alpha in (0.01, 0.05, 0.3):
        rejected = set()
        for step, place in enumerate(sorted(range(len(probabilities)), key=probabilities.__getitem__)):
            if probabilities[place] * (len(probabilities) - step) > alpha:
                break
            rejected.add(place)
        assert {place for place, one in enumerate(found) if one <= alpha} == rejected


@pytest.mark.parametrize(("baseline", "live"), [(20, 20), (50, 2000), (2000, 200)])
def test_values_that_a_small_baseline_did_not_meet_are_no_surprise(baseline: int, live: int) -> None:
    random = np.random.default_rng(2)
    shares = 0.8 ** np.arange(60)
    shares /= shares.sum()
    alpha, runs, alarms = 0.1, 300, 0
    for _ in range(runs):
        first, second = (np.bincount(random.choice(60, n, p=shares), minlength=60) for n in (baseline, live))
        counted = [{str(v): int(n) for v, n in enumerate(one) if n} for one in (first, second)]
        alarms += noise.of_unseen(counted[0], counted[1]) <= alpha
    assert alarms <= stats.binom.ppf(0.999, runs, alpha)
    assert noise.of_unseen({"a": 1000}, {"a": 900, "b": 100}) < 1e-6
    assert noise.of_unseen({"a": 1000}, {"a": 900}) == 1
