"""The figures of each problem are scikit-learn's, for weighted rows too; threshold, gate, slices, calibration."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression

from pipelines_src.steps.evaluation import gate, noise, slices
from pipelines_src.steps.evaluation.binary import Binary
from pipelines_src.steps.evaluation.bootstrap import Floats
from pipelines_src.steps.evaluation.calibration import binned, error
from pipelines_src.steps.evaluation.clustering import Clustering
from pipelines_src.steps.evaluation.judged import Judged
from pipelines_src.steps.evaluation.multiclass import Multiclass
from pipelines_src.steps.evaluation.regression import Regression
from pipelines_src.steps.evaluation.threshold import Costs, least_cost

SEEDS = st.integers(0, 10**6)
CHECKED = settings(max_examples=40, deadline=None)


def judged(label: Floats, model: Floats, baseline: Floats, champion: Floats | None = None, **given: Any) -> Judged:
    rows = len(label)
    return Judged(
        label=label,
        time=pd.Series(pd.NaT, index=range(rows)),
        matrix=given.get("matrix", np.zeros((rows, 1), "float32")),
        baseline=baseline,
        model=model,
        champion=champion,
        champion_report=None,
        slices=given.get("slices", pd.DataFrame(index=range(rows))),
        names=["x"],
    )


def repeated(weights: Floats, *columns: Floats) -> list[Floats]:
    return [column.repeat(weights.astype(int), axis=0) for column in columns]


def drawn(seed: int, rows: int = 60) -> tuple[np.random.Generator, Floats]:
    random = np.random.default_rng(seed)
    weights = random.integers(0, 3, rows).astype("float64")
    weights[:4] = 1
    return random, weights


@CHECKED
@given(SEEDS)
def test_binary_skills_are_of_scikit_learns_losses(seed: int) -> None:
    random, weights = drawn(seed)
    label = (random.random(60) < 0.4).astype("float64")
    label[:2] = (0, 1)
    model, baseline = random.random(60), random.uniform(0.2, 0.6, 60)
    found = Binary(judged(label, model, baseline), 0.5, Costs(1, 3)).figures(weights)
    truth, first, second = repeated(weights, label, model, baseline)
    for name, loss in (("brier_skill", metrics.brier_score_loss), ("log_loss_skill", metrics.log_loss)):
        assert found[name] == pytest.approx(1 - loss(truth, first) / loss(truth, second))
    (_, alarms), (misses, _) = metrics.confusion_matrix(truth, first >= 0.5, labels=[0, 1])
    simplest = min(3 * truth.sum(), (1 - truth).sum())
    assert found["expected_cost_skill"] == pytest.approx(1 - (alarms + 3 * misses) / simplest)
    assert found["auc_over_incumbent"] == found["auc_over_baseline"]


@CHECKED
@given(SEEDS, st.integers(3, 6))
def test_multiclass_figures_are_scikit_learns(seed: int, size: int) -> None:
    random, weights = drawn(seed)
    label = random.integers(0, size, 60).astype("float64")
    model, champion = random.dirichlet(np.ones(size), 60), random.dirichlet(np.ones(size), 60)
    baseline = random.integers(0, size, 60).astype("float64")
    found = Multiclass(judged(label, model, baseline, champion), list("abcdef"[:size])).figures(weights)
    truth, first, second, third = repeated(weights, label, model, baseline, champion)
    guess = first.argmax(axis=1)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, guess))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(truth, guess, average="macro", zero_division=0))
    assert found["accuracy_over_baseline"] == pytest.approx((guess == truth).mean() - (second == truth).mean())
    assert found["accuracy_over_incumbent"] == pytest.approx(
        (guess == truth).mean() - (third.argmax(axis=1) == truth).mean()
    )
    shares = np.bincount(truth.astype(int), minlength=size) / len(truth)
    loss, constant = (
        metrics.log_loss(truth, one, labels=range(size)) for one in (first, np.tile(shares, (len(truth), 1)))
    )
    assert found["log_loss_skill"] == pytest.approx(1 - loss / constant)


@CHECKED
@given(SEEDS, st.sampled_from([0.0, 1e6]))
def test_regression_figures_are_scikit_learns(seed: int, far: float) -> None:
    random, weights = drawn(seed)
    label = random.normal(far, 1, 60)
    model, baseline, champion = (label + random.normal(0, scale, 60) for scale in (0.5, 1, 0.7))
    found = Regression(judged(label, model, baseline, champion)).figures(weights)
    truth, first, second, third = repeated(weights, label, model, baseline, champion)
    errors = [metrics.mean_absolute_error(truth, one) for one in (first, second, third)]
    assert found["mae"] == pytest.approx(errors[0])
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(truth, first))
    assert found["r2"] == pytest.approx(metrics.r2_score(truth, first), abs=1e-6)
    assert found["mae_skill"] == pytest.approx(1 - errors[0] / errors[1])
    assert found["mae_skill_over_incumbent"] == pytest.approx(1 - errors[0] / errors[2])


@CHECKED
@given(SEEDS)
def test_clustering_figures_are_sums_of_squares(seed: int) -> None:
    random, weights = drawn(seed)
    points = random.normal(5, 1, (60, 3)).astype("float32")
    centres = points[:4].astype("float64")
    distance = np.sqrt(((points[:, None] - centres) ** 2).sum(axis=2))
    model = np.stack([distance.argmin(axis=1).astype("float64"), distance.min(axis=1)], axis=1)
    champion = np.stack([random.integers(0, 2, 60).astype("float64"), np.ones(60)], axis=1)
    label = random.integers(0, 3, 60).astype("float64")
    rows_judged = judged(label, model, np.full(60, np.nan), champion, matrix=points)
    judge = Clustering(rows_judged, seed=0, trained=60, clusters=4)
    found = judge.figures(weights)
    rows, groups, theirs = repeated(weights, points.astype("float64"), model[:, 0], champion[:, 0])
    (squared,) = repeated(weights, model[:, 1] ** 2)
    whole = ((rows - rows.mean(axis=0)) ** 2).sum()
    assert found["variance_explained"] == pytest.approx(1 - squared.sum() / whole, rel=1e-6)

    def within(which: Floats) -> float:
        groups = [rows[which == one] for one in np.unique(which)]
        return float(sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups))

    expected = (within(theirs) - within(groups)) / whole
    assert found["variance_explained_over_incumbent"] == pytest.approx(expected, abs=1e-6)
    with pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(noise, "DRAWS", 2)
        single = judge.single()
    assert single["silhouette"] == pytest.approx(metrics.silhouette_score(points, model[:, 0]), abs=1e-5)
    of_noise = single["noise_variance_explained"]
    assert single["variance_explained_over_noise"] == judge.figures(np.ones(60))["variance_explained"] - of_noise
    assert single["adjusted_rand"] == pytest.approx(metrics.adjusted_rand_score(label, model[:, 0]))


SCORED = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])), min_size=1, max_size=40
)
COSTS = st.builds(Costs, st.sampled_from([0.5, 1.0, 4.0]), st.sampled_from([0.5, 1.0, 7.0]))


@settings(max_examples=200, deadline=None)
@given(SCORED, COSTS)
def test_no_threshold_costs_less_than_the_chosen_one(rows: list[tuple[int, float]], costs: Costs) -> None:
    label, score = np.array(rows, dtype="float64").T
    chosen = least_cost(label, score, costs)

    def cost(threshold: float) -> float:
        return float(costs.of_rows(label, (score >= threshold).astype("float64")).sum())

    assert cost(chosen) == pytest.approx(min(cost(other) for other in [*np.linspace(0, 1, 201), 1.1]))


def test_the_threshold_of_least_cost_is_the_theory_after_isotonic_calibration() -> None:
    random = np.random.default_rng(0)
    chance = random.random(3000)
    label = (random.random(3000) < chance).astype("float64")
    score, costs = chance**3, Costs(1, 4)  # as good a ranking, and no probability any more
    chosen = score >= least_cost(label, score, costs)
    calibrated = IsotonicRegression(out_of_bounds="clip").fit_transform(score, label) >= costs.theory
    assert costs.of_rows(label, chosen.astype("float64")).sum() == pytest.approx(
        costs.of_rows(label, calibrated.astype("float64")).sum()
    )
    assert (
        costs.of_rows(label, (score >= costs.theory).astype("float64")).sum()
        > 1.05 * costs.of_rows(label, chosen.astype("float64")).sum()
    )


def test_calibrated_forecasts_have_a_small_error_and_others_a_large_one() -> None:
    random = np.random.default_rng(0)
    chance = random.random(20_000)
    label = (random.random(20_000) < chance).astype("float64")
    assert error(binned(chance, label)) < 0.02
    assert error(binned(np.clip(chance + 0.2, 0, 1), label)) > 0.1
    assert len(binned(np.full(100, 0.3), label[:100])) == 1
    assert binned(chance, label)["rows"].tolist() == [2000] * 10


@pytest.mark.parametrize(("answered", "positive"), [({}, 2), ({"answered": 0.3}, 3)])
def test_quality_is_that_of_the_answers_with_which_monitoring_compares_it(
    answered: dict[str, float], positive: int
) -> None:
    # Judged at 0.1, where costs are least; answers without a decision are one for the event from a half on.
    rows = judged(np.array([0.0, 1, 0, 1]), np.array([0.2, 0.4, 0.5, 0.9]), np.full(4, 0.5))
    found = Binary(rows, 0.1, Costs(), **answered).quality()["binary_classification_metrics"]["confusion_matrix"]
    assert sum(row["1"] for row in found.values()) == positive


def test_slices_name_the_worst_and_count_what_is_too_small_or_missing() -> None:
    label = np.array([0, 1] * 20, dtype="float64")
    score = np.where(np.arange(40) < 20, label, 1 - label)
    table = pd.DataFrame({"site": ["a"] * 20 + ["b"] * 16 + [None] * 4})
    judge = Binary(judged(label, score, np.full(40, 0.5)), 0.5, Costs())
    found = slices.slices(table, judge, fewest=10)
    assert {name: one["auc"] for name, one in found["slices"]["site"].items()} == {"a": 1.0, "b": 0.0}
    assert found["slices_not_judged"] == {"site": {"missing": 4}}
    assert (found["worst_slice"]["value"], found["worst_slice_auc"]) == ("b", 0.0)
    assert slices.slices(pd.DataFrame(index=range(40)), judge, 10)["worst_slice_auc"] is None


def condition(metric: str, at_least: float | None = None, at_most: float | None = None) -> dict[str, Any]:
    return {"metric": metric, "at_least": at_least, "at_most": at_most}


def test_the_gate_names_only_what_failed_and_by_how_much() -> None:
    evaluation = {"auc": {"value": 0.58, "lower": 0.5}, "calibration_error": 0.07, "empty": None, "rows": 5}
    found = gate.judge(
        [condition("auc.value", 0.6), condition("auc.lower", 0.5), condition("calibration_error", None, 0.05)],
        evaluation,
    )
    assert found["result"] == "failed"
    assert found["message"] == (
        "auc.value must be at least 0.6 and is 0.58, 0.02 too little; "
        "calibration_error must be at most 0.05 and is 0.07, 0.02 too much"
    )
    assert [one["passed"] for one in found["conditions"]] == [False, True, False]
    assert gate.judge([condition("auc.lower", 0.5), condition("rows", 5)], evaluation)["message"] == (
        "auc.lower is 0.5, at least 0.5 as it must be; rows is 5, at least 5 as it must be"
    )


@pytest.mark.parametrize("path", ["empty", "absent.value", "auc.absent"])
def test_a_figure_without_a_value_passes_no_gate(path: str) -> None:
    found = gate.judge([condition(path, at_most=1)], {"empty": None, "auc": {"value": float("nan")}})
    assert (found["result"], found["conditions"][0]["missed_by"]) == ("failed", None)
    assert "has no value" in found["message"]


def test_the_gate_tells_value_and_bound_apart() -> None:
    conditions = [
        {"metric": "auc.value", "at_least": 0.6, "at_most": None},
        {"metric": "rows", "at_least": 1234567, "at_most": None},
    ]
    found = gate.judge(conditions, {"auc": {"value": 0.599999}, "rows": 1234566})
    assert "auc.value must be at least 0.6 and is 0.599999, " in found["message"]
    assert "rows must be at least 1,234,567 and is 1,234,566, 1 too little" in found["message"]


def test_a_long_list_of_failures_is_cut() -> None:
    found = gate.judge([condition("absent", 1)] * 100, {})
    assert len(found["message"]) == 1000
    assert found["message"].endswith("...")
