"""The built-in K-means in this process: its mathematics, its hyperparameters and its channels."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits

from local_cloud.sagemaker.images import kmeans_data
from local_cloud.sagemaker.images.channels import UserError
from local_cloud.sagemaker.images.kmeans_centers import Lloyd, MiniBatchCenters, nearest
from local_cloud.sagemaker.images.kmeans_fit import train
from local_cloud.sagemaker.images.kmeans_hyperparameters import parse

DIGITS = load_digits().data.astype(np.float32)
POINTS = hnp.array_shapes(min_dims=2, max_dims=2, max_side=8).flatmap(
    lambda shape: hnp.arrays(np.float32, shape, elements=st.floats(-1000, 1000, width=32))
)


def clusters(rows: Any, **hyperparameters: str) -> Any:
    given_ = {"k": "10", "feature_dim": str(rows.shape[1]), **hyperparameters}
    return train(rows, parse(given_), "algo-1")


@pytest.fixture(scope="module")
def best() -> float:
    """The sum of squared distances that scikit-learn reaches with ten beginnings."""
    return float(KMeans(10, n_init=10, random_state=0).fit(DIGITS).inertia_)


@pytest.mark.parametrize(
    ("changes", "factor"),
    [
        ({}, 1.03),
        ({"init_method": "kmeans++"}, 1.03),
        ({"mini_batch_size": "300", "epochs": "3", "half_life_time_size": "1000"}, 1.03),
        ({"local_lloyd_init_method": "random"}, 1.06),
        ({"extra_center_factor": "1"}, 1.3),  # one pass over the data, and nothing that mends what it ends with
    ],
)
def test_clusters_are_nearly_as_tight_as_those_of_scikit_learn(
    best: float, changes: dict[str, str], factor: float
) -> None:
    assert nearest(DIGITS, clusters(DIGITS, **changes))[1].sum() <= factor * best


def test_the_same_rows_give_the_same_centers() -> None:
    assert np.array_equal(clusters(DIGITS), clusters(DIGITS))


def test_clusters_that_lie_apart_are_found_exactly() -> None:
    random = np.random.default_rng(0)
    middles = np.array([[0, 0], [100, 0], [0, 100]])
    rows = np.concatenate([middle + random.normal(size=(200, 2)) for middle in middles]).astype(np.float32)
    found = clusters(rows, k="3")
    order = [int(nearest(middles[[i]], found)[0][0]) for i in range(3)]
    means = [rows[i * 200 : (i + 1) * 200].mean(axis=0) for i in range(3)]
    assert found[order] == pytest.approx(np.array(means), abs=0.5)


def test_rows_that_are_all_alike_give_that_row() -> None:
    assert np.array_equal(clusters(np.ones((100, 3), np.float32)), np.ones((10, 3)))


@given(POINTS, st.data())
def test_the_nearest_center_is_the_nearest(points: Any, data: Any) -> None:
    elements = st.floats(-1000, 1000, width=32)
    centers = data.draw(hnp.arrays(np.float32, (3, points.shape[1]), elements=elements))
    distances = ((points[:, None].astype(float) - centers[None].astype(float)) ** 2).sum(axis=2)
    labels, squared = nearest(points, centers)
    assert squared == pytest.approx(distances[range(len(points)), labels])
    assert squared == pytest.approx(distances.min(axis=1), abs=1e-6)


def test_far_from_zero_the_nearest_center_is_still_found() -> None:
    points = np.array([[1e7], [1e7 + 1], [1e7 + 2]])
    assert nearest(points, points)[0].tolist() == [0, 1, 2]


@settings(max_examples=30)
@given(POINTS.filter(lambda points: len(points) > 1), st.integers(1, 4))
def test_without_half_life_a_center_is_the_mean_of_all_it_was_given(points: Any, size: int) -> None:
    state = MiniBatchCenters(points[:1], 0)
    for start in range(0, len(points), size):
        state.update(points[start : start + size])
    assert state.counts.tolist() == [len(points)]
    assert state.centers[0] == pytest.approx(points.mean(axis=0, dtype=float), abs=1e-3)


def test_after_a_half_life_a_row_weighs_half() -> None:
    state = MiniBatchCenters(np.array([[0.0]]), half_life=4)
    state.update(np.zeros((4, 1)))
    state.update(np.ones((4, 1)))
    assert state.counts.tolist() == [2 + 4]
    assert state.centers[0, 0] == pytest.approx(4 / 6)


def test_lloyd_weighs_centers_by_their_rows() -> None:
    points, weights = np.array([[0.0], [1.0], [50.0]]), np.array([3.0, 1.0, 1.0])
    found, loss = Lloyd("kmeans++", 300, 0.0001).run(points, weights, 2, np.random.RandomState(0))
    assert sorted(found[:, 0]) == [0.25, 50]
    assert loss == pytest.approx((3 * 0.25**2 + 0.75**2) / 5)


def test_defaults_are_those_that_the_containers_log_shows() -> None:
    values = parse({"k": "8", "feature_dim": "7", "force_dense": "True"})
    assert (values.extra_center_factor, values.local_lloyd_num_trials, values.mini_batch_size) == (10, 10, 5000)
    assert (values.init_method, values.local_lloyd_init_method, values.eval_metrics) == ("random", "kmeans++", ("msd",))


def test_the_metric_that_tuning_looks_at_is_computed() -> None:
    assert parse({"k": "8", "feature_dim": "7", "_tuning_objective_metric": "test:ssd"}).eval_metrics == ("msd", "ssd")


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({}, "No value\\(s\\) were specified for 'k', 'feature_dim' which are required hyperparameter"),
        ({"k": "3", "feature_dim": "2", "kk": "1"}, "Additional properties are not allowed \\('kk' was unexpected\\)"),
        ({"k": "0", "feature_dim": "2"}, "'0' is not valid under any of the given schemas(.|\n)*k is a whole number"),
        ({"k": "3", "feature_dim": "2", "eval_metrics": "msd"}, "must be valid json, but found eval_metrics"),
        ({"k": "3", "feature_dim": "2", "eval_metrics": '["mse"]'}, "eval_metrics is a JSON list"),
    ],
)
def test_wrong_hyperparameters_are_told(given_: dict[str, str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        parse(given_)


def test_more_first_centers_than_rows_are_refused_with_the_remedy() -> None:
    with pytest.raises(
        UserError, match=r"has 50 rows, fewer than the 100 initial centers(.*)Lower extra_center_factor"
    ):
        clusters(DIGITS[:50])


@pytest.mark.parametrize(
    ("content", "content_type", "words"),
    [
        (b"1,2,3\n", "text/csv", "has 2 features, feature_dim is 3. With text/csv, say label_size=0"),
        (b"1,2,3\n", "text/csv;label_size=2", "label_size is 0 or 1"),
        (b"a,b,c\n1,2,3\n", "text/csv;label_size=0", "without a header"),
        (b"1,2,3\n1,2\n", "text/csv;label_size=0", "Unable to read part of channel train as text/csv"),
        (b"1,2,nan\n", "text/csv;label_size=0", "not finite"),
        (b"1,2,3\n", None, "as application/x-recordio-protobuf: byte 0|within the head"),
        (b"1,2,3\n", "application/json", "is not supported; allowed are"),
        (b"", "text/csv;label_size=0", "No data in train channel"),
    ],
)
def test_a_wrong_channel_is_told(tmp_path: Path, content: bytes, content_type: str | None, words: str) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "part").write_bytes(content)
    with pytest.raises(UserError, match=words):
        kmeans_data.read(tmp_path / "train", content_type, 3)


def test_files_of_a_channel_follow_each_other_and_a_label_is_left_out(tmp_path: Path) -> None:
    for name, content in {"b": b"9,3,4\n", "a": b"9,1,2\n\n", "_SUCCESS": b""}.items():
        (tmp_path / name).write_bytes(content)
    assert kmeans_data.read(tmp_path, "text/csv", 2).tolist() == [[1, 2], [3, 4]]
