"""A single row is predicted as XGBoost predicts it, whatever model the built-in algorithm trained."""

import threading
from array import array
from typing import Any

import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipelines_src.steps import booster, row_predictor, tree_table
from pipelines_src.steps.links import LINKS
from pipelines_src.steps.tree_table import TreeTable

FEATURES = 4
DROP: dict[str, dict[str, Any]] = {"gbtree": {}, "dart": {"rate_drop": 0.3}}
VALUES = st.one_of(
    st.sampled_from([0.0, -0.0, 0.5, 1.0, 2.0, -3.0, float("nan")]),
    st.floats(-100, 100, width=32),
    st.floats(allow_infinity=False, width=32),
)
ROWS = st.lists(st.lists(VALUES, min_size=FEATURES, max_size=FEATURES), min_size=1, max_size=20)


def data(seed: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Few different values, so that rows meet thresholds exactly; some missing, which says something of the label."""
    random = np.random.default_rng(seed)
    rows = (random.integers(-6, 7, (400, FEATURES)) / 2).astype("float32")
    signal = rows[:, 0] * rows[:, 1] + np.sin(rows[:, 2]) + random.normal(0, 0.5, 400)
    rows[random.random(rows.shape) < 0.1 * (1 + (signal > 0)[:, None])] = np.nan
    return rows, signal


def trained(seed: int, rounds: int = 8, **parameters: Any) -> xgboost.Booster:
    rows, signal = data(seed)
    objective = parameters["objective"]
    label = (signal > 0).astype("float64") + (objective == "reg:gamma")
    if objective.startswith("multi"):
        label = np.digitize(signal, [-1, 1]).astype("float64")
    elif objective in {"reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror"}:
        label = signal * parameters.pop("scale", 1)
    return xgboost.train({"nthread": 1, "seed": seed, **parameters}, xgboost.DMatrix(rows, label), rounds)


def compare(model: xgboost.Booster, rows: NDArray[np.float32]) -> None:
    expected = booster.predict(model, rows)
    predict = row_predictor.of(model)
    found = np.array([predict(array("f", row)) for row in rows.tolist()])
    assert found.shape == expected.shape
    assert np.all(np.abs(found - expected) <= tree_table.TOLERANCE * np.maximum(1, np.abs(expected)))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(LINKS)),
    st.sampled_from(["gbtree", "dart"]),
    st.sampled_from(["depthwise", "lossguide"]),
    st.integers(1, 9),
    st.sampled_from([1, 2]),
    st.integers(0, 5),
    ROWS,
)
def test_any_model_of_one_output(
    objective: str, kind: str, grow: str, depth: int, parallel: int, seed: int, rows: list[list[float]]
) -> None:
    model = trained(
        seed, objective=objective, booster=kind, grow_policy=grow, max_depth=depth, min_child_weight=0,
        num_parallel_tree=parallel, subsample=0.8, **DROP[kind],
    )  # fmt: skip
    assert TreeTable.of(model)
    compare(model, np.array(rows, "float32"))
    compare(model, data(seed)[0][:50])


@pytest.mark.parametrize(
    "parameters",
    [
        {"objective": "multi:softprob", "num_class": 3},
        {"objective": "multi:softmax", "num_class": 3},
        {"objective": "binary:hinge"},
        {"objective": "binary:logistic", "booster": "gblinear"},
        {"objective": "binary:logistic", "feature_types": ["q", "q", "q", "c"], "max_cat_to_onehot": 1},
    ],
    ids=lambda parameters: "-".join(map(str, parameters.values())),
)
def test_what_the_table_cannot_say_xgboost_is_asked(parameters: dict[str, Any]) -> None:
    rows, signal = data(0)
    if "feature_types" in parameters:
        rows[:, 3] = np.abs(rows[:, 3]).round()
        matrix = xgboost.DMatrix(
            rows, signal > 0, feature_types=list(parameters.pop("feature_types")), enable_categorical=True
        )
        model = xgboost.train(parameters, matrix, 5)
    else:
        model = trained(0, **parameters)
    assert TreeTable.of(model) is None
    compare(model, rows[:40])


def test_sums_are_xgboosts_to_the_last_bit() -> None:
    model = trained(1, rounds=200, objective="reg:squarederror", scale=1000, max_depth=9, min_child_weight=0)
    rows = data(2)[0]
    table = TreeTable.of(model)
    assert table
    assert table.words.shape[1] > 1 + 200  # some trees have more leaves than a word has bits
    assert [table.predict(row) for row in rows.tolist()] == booster.predict(model, rows).tolist()


def test_a_model_that_stopped_early_predicts_with_the_trees_that_booster_predict_uses() -> None:
    rows, signal = data(0)
    parts = [xgboost.DMatrix(rows[half], signal[half] > 0) for half in (slice(200), slice(200, None))]
    for save_best in (False, True):
        stop = xgboost.callback.EarlyStopping(rounds=3, save_best=save_best)
        model = xgboost.train(
            {"objective": "binary:logistic", "eta": 1, "nthread": 1}, parts[0], 60, evals=[(parts[1], "validation")],
            callbacks=[stop], verbose_eval=False,
        )  # fmt: skip
        assert model.best_iteration < 59
        assert TreeTable.of(model)
        compare(model, rows)


@pytest.mark.parametrize("bound", ["MOST_BYTES", "MOST_MODEL_BYTES"])
def test_a_table_that_would_be_too_large_is_not_made(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = trained(0, objective="binary:logistic")
    monkeypatch.setattr(tree_table, bound, 100)
    assert TreeTable.of(model) is None
    compare(model, data(0)[0][:10])


def test_a_table_that_disagrees_with_xgboost_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    model = trained(0, objective="binary:logistic")
    link, margin = LINKS["binary:logistic"]
    monkeypatch.setitem(LINKS, "binary:logistic", (lambda total: link(total) + 2e-6, margin))
    assert TreeTable.of(model) is None
    compare(model, data(0)[0][:10])


def test_a_tree_that_was_pruned_keeps_nodes_that_nothing_reaches() -> None:
    model = trained(0, objective="binary:logistic", tree_method="exact", gamma=3.0, max_depth=6)
    assert TreeTable.of(model)
    compare(model, data(3)[0])


def test_threads_share_it() -> None:
    model = trained(0, objective="binary:logistic", max_depth=5)
    rows = data(4)[0]
    predict, expected = row_predictor.of(model), booster.predict(model, rows).tolist()
    wrong: list[Any] = []

    def work() -> None:
        for _ in range(5):
            found = [predict(array("f", row)) for row in rows.tolist()]
            wrong.extend(pair for pair in zip(found, expected, strict=True) if abs(pair[0] - pair[1]) > 1e-6)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
