"""The area under the ROC curve, weighted and resampled, against scikit-learn and brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from pipelines_src.steps import auc
from pipelines_src.steps.auc import Floats
from pipelines_src.steps.errors import StepError

ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(-4, 4), st.integers(0, 3)), min_size=2, max_size=60).filter(
    lambda rows: {label for label, _, weight in rows if weight} == {0, 1}
)


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_the_area_is_scikit_learns_with_ties_and_weights(rows: list[tuple[int, int, int]]) -> None:
    label, score, weight = np.array(rows, dtype="float64").T
    ranked = auc.RankedScores(label, score)
    assert ranked.auc() == pytest.approx(roc_auc_score(label, score), abs=1e-12)
    assert ranked.auc(weight) == pytest.approx(roc_auc_score(label, score, sample_weight=weight), abs=1e-12)
    # A weight of n is the row n times: what a resample means.
    times = weight.astype(int)
    assert ranked.auc(weight) == pytest.approx(roc_auc_score(label.repeat(times), score.repeat(times)), abs=1e-12)


def test_one_outcome_has_no_area() -> None:
    assert np.isnan(auc.RankedScores(np.ones(3), np.arange(3.0)).auc())


def forecasts(rows: int, seed: int = 3) -> tuple[Floats, Floats, Floats]:
    random = np.random.default_rng(seed)
    label = (random.random(rows) < 0.3).astype("float64")
    return label, label + random.normal(0, 1, rows), label + random.normal(0, 3, rows)


def test_the_interval_is_that_of_a_plain_bootstrap() -> None:
    label, good, poor = forecasts(400)
    model, baseline, difference = auc.compare(label, (good, poor), np.arange(400), 400, 0.9, seed=1)
    random = np.random.default_rng(2)
    drawn = []
    for _ in range(400):
        rows = random.integers(0, 400, 400)
        drawn.append(roc_auc_score(label[rows], good[rows]) - roc_auc_score(label[rows], poor[rows]))
    lower, upper = np.quantile(drawn, [0.05, 0.95])
    assert difference.value == pytest.approx(model.value - baseline.value)
    assert (difference.lower, difference.upper) == pytest.approx((lower, upper), abs=0.02)
    assert model.lower < model.value < model.upper


def test_the_difference_is_paired() -> None:
    label, good, _ = forecasts(300)
    _, _, difference = auc.compare(label, (good, 2 * good), np.arange(300), 100, 0.95, seed=0)
    assert (difference.value, difference.lower, difference.upper) == (0, 0, 0)


def test_rows_that_repeat_within_a_cluster_do_not_narrow_the_interval() -> None:
    label, good, poor = forecasts(100)
    single = auc.compare(label, (good, poor), np.arange(100), 300, 0.95, seed=5)[0]
    rows = np.arange(100).repeat(20)
    repeated = auc.compare(label[rows], (good[rows], poor[rows]), rows, 300, 0.95, seed=5)[0]
    assert (repeated.lower, repeated.upper) == pytest.approx((single.lower, single.upper), abs=1e-9)


def test_the_seed_decides() -> None:
    label, good, poor = forecasts(200)
    first, again, other = (auc.compare(label, (good, poor), np.arange(200), 100, 0.95, seed) for seed in (1, 1, 2))
    assert first == again
    assert first[0].lower != other[0].lower


def test_too_few_clusters_are_refused() -> None:
    label, good, poor = forecasts(90)
    with pytest.raises(StepError, match="the test split has 9, fewer than 10"):
        auc.compare(label, (good, poor), np.arange(90) // 10, 100, 0.95, 0)
