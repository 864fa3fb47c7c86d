"""The area under the ROC curve from counts in bins, beside the records themselves and scikit-learn."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from benchmarks import experiments
from benchmarks.experiment_auc import AucWorld, walk
from experiment.auc import BINS, ScoreCounts, bin_of

SCORE = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.1, 0.5, 0.500001, 1.0]))
RECORDS = st.lists(st.tuples(st.booleans(), SCORE), max_size=60)
Records = list[tuple[bool, float]]
ALPHA = 0.05


def counted(records: Records) -> ScoreCounts:
    found = ScoreCounts()
    for positive, score in records:
        one = {bin_of(score): 1}
        found += ScoreCounts(one, {}) if positive else ScoreCounts({}, one)
    return found


def apart(records: Records) -> tuple[list[float], list[float]]:
    return [score for positive, score in records if positive], [score for positive, score in records if not positive]


def delong(positives: list[float], negatives: list[float]) -> tuple[float, float]:
    """Area and variance from all pairs, as DeLong, DeLong and Clarke-Pearson (1988) define them."""
    won = np.array([[(p > n) + (p == n) / 2 for n in negatives] for p in positives])
    of_positive, of_negative = won.mean(axis=1), won.mean(axis=0)
    return won.mean(), of_positive.var(ddof=1) / len(positives) + of_negative.var(ddof=1) / len(negatives)


@given(RECORDS)
def test_value_and_variance_are_those_of_all_pairs_of_binned_scores(records: Records) -> None:
    counts = counted(records)
    positives, negatives = apart([(positive, float(bin_of(score))) for positive, score in records])
    assert counts.n == len(records)
    assert counts.usable == (len(positives) > 1 and len(negatives) > 1)
    if not counts.usable:
        with pytest.raises(ValueError, match="ask `usable` first"):
            assert counts.value
        return
    value, variance = delong(positives, negatives)
    assert counts.value == pytest.approx(value, abs=1e-12)
    assert counts.value_variance == pytest.approx(variance, abs=1e-12)


@given(RECORDS)
def test_the_area_of_the_scores_is_within_the_error_of_the_bins(records: Records) -> None:
    counts = counted(records)
    assume(counts.usable)
    exact = roc_auc_score([positive for positive, _ in records], [score for _, score in records])
    assert abs(counts.value - exact) <= counts.error + 1e-12


def test_bins_lose_less_than_a_thousandth_of_the_area_of_a_model() -> None:
    source = np.random.default_rng(0)
    positive = source.random(20_000) < 0.2
    scores = 1 / (1 + np.exp(-(source.standard_normal(20_000) + positive - 2)))
    counts = counted(list(zip(positive.tolist(), scores.tolist(), strict=True)))
    exact = roc_auc_score(positive, scores)
    assert abs(counts.value - exact) <= counts.error < 0.005
    assert counts.value == pytest.approx(exact, abs=1e-4)


@given(RECORDS, RECORDS, RECORDS)
def test_counts_of_parts_are_the_counts_of_the_whole_in_any_order(one: Records, two: Records, three: Records) -> None:
    whole = counted([*one, *two, *three])
    for parts in itertools.permutations(map(counted, (one, two, three))):
        assert (parts[0] + parts[1]) + parts[2] == parts[0] + (parts[1] + parts[2]) == whole
    assert whole + ScoreCounts() == whole


@given(SCORE, SCORE)
def test_a_higher_score_is_in_no_lower_bin(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= bin_of(low) <= bin_of(high) < BINS


@pytest.mark.parametrize("score", [-0.1, 1.1, math.nan, math.inf])
def test_what_is_no_probability_has_no_bin(score: float) -> None:
    with pytest.raises(ValueError, match="bins are for probabilities"):
        bin_of(score)


@pytest.mark.parametrize("counts", [{BINS: 1}, {-1: 1}, {0: -1}, {0: math.nan}])
def test_impossible_counts_are_said(counts: dict[int, int]) -> None:
    assert "bins are 0 to 1023, counts not negative" in (ScoreCounts(counts, {}).problem() or "")
    assert "negatives" in (ScoreCounts({}, counts).problem() or "")
    assert ScoreCounts({0: 2}, {BINS - 1: 0}).problem() is None


def test_delongs_variance_is_that_of_many_samples() -> None:
    arm, _ = AucWorld("AUC").simulate(2000, 8, seed=3)
    found = [arm.kept(row, 0, 8) for row in range(2000)]
    spread = np.var([counts.value for counts in found], ddof=1)
    # The variance of a variance of 2,000 normal values: 2 / 1999 of its square.
    assert np.mean([counts.value_variance for counts in found]) == pytest.approx(spread, rel=3 * math.sqrt(2 / 1999))


@pytest.mark.parametrize("world", experiments.AUC_WORLDS, ids=lambda world: world.name)
def test_equal_areas_are_seldom_called_different_however_often_one_looks(world: AucWorld) -> None:
    looks, count = 60, 600
    arms, strata = world.simulate(count, looks, seed=5), world.strata(looks)
    seen = walk(*arms, strata)
    tuned = experiments.tuning(world)
    decided = experiments.crossed(seen, tuned)
    assert experiments.agrees(arms, strata, tuned, decided), "what ships decides alike"
    assert decided.any(axis=1).mean() <= ALPHA + 3 * math.sqrt(ALPHA * (1 - ALPHA) / count)
    assert experiments.repeated(seen).any(axis=1).mean() > 3 * ALPHA
