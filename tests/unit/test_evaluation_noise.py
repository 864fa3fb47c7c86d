"""Clusters must explain more than clusters of noise: noise does not pass, groups do."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs

from config.errors import RuleError
from config.use_case import gate_agreement
from config.use_case.evaluate import GateCondition
from ops.new_use_case.defaults import LEAST_GAIN
from pipelines_src.steps.evaluation import noise
from pipelines_src.steps.evaluation.bootstrap import Floats
from tests.use_cases import use_case

SHAPES = ("uniform", "normal", "correlated")
K = {1: (2, 5), 2: (3, 8), 3: (2, 6), 10: (2, 10)}


def over_noise(rows: Floats, clusters: int, seed: int) -> float:
    """Return what clusters of seven tenths of some rows explain of the rest, over noise."""
    rows = np.random.default_rng(seed).permutation(rows)
    train, test = np.split(rows, [7 * len(rows) // 10])
    found = KMeans(clusters, n_init=3, random_state=seed).fit(train).transform(test).min(axis=1)
    explained = 1 - (found**2).sum() / ((test - test.mean(axis=0)) ** 2).sum()
    of_noise = noise.explained(test, clusters, len(train), seed)
    assert of_noise is not None
    return float(explained - of_noise)


def drawn(shape: str, rows: int, columns: int, random: np.random.Generator) -> Floats:
    if shape == "uniform":
        return random.uniform(size=(rows, columns))
    return random.normal(size=(rows, columns)) + (shape == "correlated") * 2 * random.normal(size=(rows, 1))


@pytest.mark.parametrize("rows", [200, 2000])
@pytest.mark.parametrize("columns", K)
@pytest.mark.parametrize("shape", SHAPES)
def test_noise_does_not_pass(shape: str, columns: int, rows: int) -> None:
    random = np.random.default_rng(columns)
    for clusters in K[columns]:
        assert over_noise(drawn(shape, rows, columns, random), clusters, seed=rows) < LEAST_GAIN


def test_groups_pass_in_few_and_in_many_columns() -> None:
    for columns in (1, 2, 3, 10, 64):
        rows, _ = make_blobs(1000, columns, centers=3, cluster_std=0.8, random_state=1)
        assert over_noise(rows, 3, seed=0) > LEAST_GAIN


def test_two_groups_in_one_of_several_columns_pass() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(3000, 3))
    rows[::2, 0] += 8
    assert over_noise(rows, 2, seed=0) > LEAST_GAIN


def test_noise_in_one_column_explains_what_the_theory_says() -> None:
    test = np.random.default_rng(0).uniform(5, 9, (2000, 1))
    for clusters in (2, 3, 5):  # 1 - 1 / k**2; the highest of 39 draws lies a little above
        assert noise.explained(test, clusters, 10**6, seed=0) == pytest.approx(1 - clusters**-2, abs=0.03)


def test_a_far_row_and_the_unit_do_not_change_what_noise_explains() -> None:
    rows = np.random.default_rng(0).normal(size=(1000, 2))
    known = noise.explained(rows, 4, 1000, seed=0)
    assert noise.explained(rows * 1000 + 7, 4, 1000, seed=0) == pytest.approx(known)
    assert noise.explained(np.vstack([rows, [[30, 0]]]), 4, 1000, seed=0) == pytest.approx(known, abs=0.1)
    assert noise.explained(rows, 4, 1000, seed=0) == known, "the same in every run"


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_rows_that_are_all_alike_or_fewer_than_clusters_are_judged() -> None:
    assert np.isnan(noise.explained(np.ones((5, 2)), 2, 10, seed=0) or 0)
    assert noise.explained(np.eye(3), 5, 3, seed=0) is not None


def test_more_clusters_than_are_compared_are_refused_where_a_gate_asks() -> None:
    assert noise.explained(np.eye(3), noise.CLUSTERS + 1, 1000, seed=0) is None
    gate = [GateCondition(metric="rows", at_least=1), GateCondition(metric="variance_explained_over_noise", at_least=0)]
    most, more = (use_case({"algorithm": "kmeans", "k": noise.CLUSTERS + one}, "clustering") for one in (0, 1))
    gate_agreement.noise_has_as_many(most.train, gate)
    with pytest.raises(RuleError, match=r"gate\.1\.metric: .* at most 100 clusters, and train\.k is 101; choose"):
        gate_agreement.noise_has_as_many(more.train, gate)
    gate_agreement.noise_has_as_many(more.train, gate[:1])
