"""Areas under curves of ranked scores, weighted, against scikit-learn and brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from pipelines_src.steps.evaluation.ranking import RankedScores

ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(-4, 4), st.integers(0, 3)), min_size=2, max_size=60).filter(
    lambda rows: {label for label, _, weight in rows if weight} == {0, 1}
)


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_the_areas_are_scikit_learns_with_ties_and_weights(rows: list[tuple[int, int, int]]) -> None:
    label, score, weight = np.array(rows, dtype="float64").T
    ranked = RankedScores(label, score)
    times = weight.astype(int)
    for ours, theirs in ((ranked.auc, roc_auc_score), (ranked.average_precision, average_precision_score)):
        assert ours() == pytest.approx(theirs(label, score), abs=1e-12)
        assert ours(weight) == pytest.approx(theirs(label, score, sample_weight=weight), abs=1e-12)
        # A weight of n is the row n times: what a resample means.
        assert ours(weight) == pytest.approx(theirs(label.repeat(times), score.repeat(times)), abs=1e-12)


def test_one_outcome_has_no_area() -> None:
    assert np.isnan(RankedScores(np.ones(3), np.arange(3.0)).auc())
    assert np.isnan(RankedScores(np.zeros(3), np.arange(3.0)).average_precision())
