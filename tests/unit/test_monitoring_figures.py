"""Quality, bias and explanations: figures as reckoned plainly, and violations of what is worse by more than chance."""

from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error, ndcg_score, r2_score, roc_auc_score

from pipelines_src.steps.monitoring import bias, explanations, quality
from pipelines_src.steps.monitoring.answered import Arrays, member
from pipelines_src.steps.monitoring.bias_measures import MEASURES, Cells
from pipelines_src.steps.monitoring.request import Facet, Request
from tests.unit.outcomes_kit import case

SITE, AGE = Facet("site", ("south", "east")), Facet("age", at_least=10.0)


def events(rows: int, skill: float = 2.0, seed: int = 0, facet_shift: float = 0.0) -> Arrays:
    """Predictions of an event whose probabilities are right, but for those of the facet."""
    random = np.random.default_rng(seed)
    facet = (random.random(rows) < 0.3).astype("float64")
    true = 1 / (1 + np.exp(-skill * random.normal(size=rows)))
    label = (random.random(rows) < true).astype("float64")
    score = np.clip(true + facet_shift * facet, 0, 1)
    return Arrays(label, score, (score >= 0.5).astype("float64"), (facet,))


def baseline(arrays: Arrays, problem: str = "binary_classification") -> Any:
    return quality.result(arrays, case(problem), None, Request.of({})).files["statistics.json"]


def violations(result: Any) -> set[str]:
    return {one["metric_name"] for one in result.files["constraint_violations.json"]["violations"]}


def test_quality_of_an_event_is_as_scikit_learn_has_it() -> None:
    arrays = events(4000)
    result = quality.result(arrays, case("binary_classification"), None, Request.of({}))
    found = result.files["statistics.json"]["binary_classification_metrics"]
    assert found["auc"]["value"] == pytest.approx(roc_auc_score(arrays.label, arrays.score))
    assert found["accuracy"]["value"] == pytest.approx(accuracy_score(arrays.label, arrays.decided))
    assert found["f1"]["value"] == pytest.approx(f1_score(arrays.label, arrays.decided))
    drawn = [roc_auc_score(one.label, one.score) for one in (events(4000, seed=seed) for seed in range(1, 60))]
    figure = result.report["figures"]["auc"]
    assert (figure["upper"] - figure["lower"]) / 2 / 1.96 == pytest.approx(float(np.std(drawn)), rel=0.3)


def test_quality_is_a_violation_where_it_falls_by_more_than_chance() -> None:
    before = baseline(events(20_000))
    request = Request.of({})
    alarms = [
        violations(quality.result(events(800, seed=seed), case("binary_classification"), before, request))
        for seed in range(1, 60)
    ]
    assert sum(map(bool, alarms)) <= 2  # stated: one in a hundred at most, before the tolerance
    worse = quality.result(events(4000, skill=0.5, seed=3), case("binary_classification"), before, request)
    assert "auc" in violations(worse)
    [auc] = [v for v in worse.files["constraint_violations.json"]["violations"] if v["metric_name"] == "auc"]
    assert auc["constraint_check_type"] == "LessThanThreshold"
    few = quality.result(events(12, skill=0.5, seed=3), case("binary_classification"), before, request)
    assert violations(few) <= {"log_loss"}  # a dozen forecasts that say nothing, each of them, are no chance


def test_quality_of_numbers() -> None:
    random = np.random.default_rng(0)
    label = random.normal(10, 3, 5000)
    good = Arrays(label, label + random.normal(size=5000), label)
    poor = Arrays(label, label + random.normal(0, 2, 5000), label)
    regression = case("regression")
    result = quality.result(good, regression, None, Request.of({}))
    found = result.files["statistics.json"]["regression_metrics"]
    assert found["mae"]["value"] == pytest.approx(mean_absolute_error(label, good.score))
    assert found["r2"]["value"] == pytest.approx(r2_score(label, good.score))
    before = result.files["statistics.json"]
    assert violations(quality.result(poor, regression, before, Request.of({}))) == {"mae", "rmse", "r2"}
    again = Arrays(label, label + random.normal(size=5000), label)
    assert violations(quality.result(again, regression, before, Request.of({}))) == set()


def test_few_outcomes_say_nothing() -> None:
    few = events(9)
    result = quality.result(few, case("binary_classification"), None, Request.of({}), invalid=2)
    assert result.files == {}
    assert "9 outcomes" in result.report["why"]
    assert {one.name: one.value for one in result.metrics}["invalid_predictions"] == 2


def plainly(arrays: Arrays) -> dict[str, float]:
    """The measures from the rows, each as its definition reads."""
    d, a = (arrays.facets[0] == of for of in (1, 0))
    y, p = arrays.label > 0, arrays.decided > 0
    share = lambda some: np.array([1 - y[some].mean(), y[some].mean()])  # noqa: E731
    benefit = p.astype(float) - y.astype(float) + 1
    return {
        "CI": (a.sum() - d.sum()) / len(y),
        "DPL": y[a].mean() - y[d].mean(),
        "KL": entropy(share(a), share(d)),
        "JS": jensenshannon(share(a), share(d)) ** 2,
        "LP": float(np.linalg.norm(share(a) - share(d))),
        "TVD": np.abs(share(a) - share(d)).sum() / 2,
        "KS": np.abs(share(a) - share(d)).max(),
        "DPPL": p[a].mean() - p[d].mean(),
        "DI": p[d].mean() / p[a].mean(),
        "DCAcc": y[a].sum() / p[a].sum() - y[d].sum() / p[d].sum(),
        "DCR": (~y[d]).sum() / (~p[d]).sum() - (~y[a]).sum() / (~p[a]).sum(),
        "RD": p[a & y].mean() - p[d & y].mean(),
        "SD": (~p[d & ~y]).mean() - (~p[a & ~y]).mean(),
        "DAR": y[a & p].mean() - y[d & p].mean(),
        "DRR": (~y[d & ~p]).mean() - (~y[a & ~p]).mean(),
        "AD": (y == p)[a].mean() - (y == p)[d].mean(),
        "TE": (y & ~p & d).sum() / (~y & p & d).sum() - (y & ~p & a).sum() / (~y & p & a).sum(),
        "GE": float(((benefit / benefit.mean()) ** 2 - 1).mean() / 2),
    }


def test_measures_of_bias_are_those_of_their_definitions() -> None:
    arrays = events(3000, facet_shift=0.2)
    result = bias.result(arrays, None, Request.of({"facets": [{"name": "site", "values": ["south", "east"]}]}))
    found = {name: one["value"] for name, one in result.report[SITE.label].items()}
    assert found.keys() == MEASURES.keys()
    for name, value in plainly(arrays).items():
        assert found[name] == pytest.approx(value, abs=1e-12), name
    assert result.files["constraint_violations.json"]["violations"] == []


def test_nothing_of_nothing_is_as_in_clarify() -> None:
    cells = Cells(np.array([[[5.0, 0.0], [3.0, 0.0]], [[4.0, 0.0], [2.0, 0.0]]]))  # nobody is predicted
    assert MEASURES["DI"].of(cells) == 0
    assert MEASURES["TE"].of(cells) == 0  # two infinite ratios
    assert MEASURES["DAR"].of(cells) == 0


def test_bias_that_grows_by_more_than_chance_is_a_violation() -> None:
    request = Request.of({"facets": [{"name": "site", "values": ["south", "east"]}]})
    before = events(20_000)
    grown = bias.result(events(5000, seed=1, facet_shift=0.3), before, request)
    listed = grown.files["constraint_violations.json"]["violations"]
    assert {"DPPL", "DI"} <= {one["metric_name"] for one in listed}
    assert listed[0].keys() == {"facet", "facet_value", "metric_name", "constraint_check_type", "description"}
    assert listed[0]["facet_value"] == "south|east"
    alarms = [bias.result(events(1000, seed=seed), before, request) for seed in range(2, 30)]
    assert sum(bool(one.files["constraint_violations.json"]["violations"]) for one in alarms) <= 1


def test_without_outcomes_measures_of_answers_remain() -> None:
    arrays = events(500)
    unlabelled = Arrays(np.full(500, np.nan), arrays.score, arrays.decided, arrays.facets)
    found = bias.result(unlabelled, None, Request.of({"facets": [{"name": "site", "values": ["south"]}]}))
    assert found.report["site=south"].keys() == {"CI", "DPPL", "DI"}


@pytest.mark.parametrize(
    ("facet", "record", "is_in"),
    [
        (SITE, {"site": "east"}, 1), (SITE, {"site": "north"}, 0), (SITE, {}, -1), (SITE, None, -1),
        (AGE, {"age": 10}, 1), (AGE, {"age": 9.5}, 0), (AGE, {"age": "10"}, -1), (AGE, {"age": True}, -1),
    ],
)  # fmt: skip
def test_who_is_of_a_facet(facet: Facet, record: Any, is_in: float) -> None:
    assert member(facet, record) == is_in


def test_the_order_of_explanations() -> None:
    random = np.random.default_rng(0)
    names = ["a", "b", "c", "d"]
    before = np.abs(random.normal([8, 4, 2, 1], 1, (400, 4)))
    same = np.abs(random.normal([8, 4, 2, 1], 1, (300, 4)))
    other = np.abs(random.normal([1, 2, 4, 8], 1, (300, 4)))
    request = Request.of({})
    kept = explanations.result(names, same, before, request)
    assert kept.files["constraint_violations.json"]["violations"] == []
    assert kept.report["ndcg"] == pytest.approx(1.0)
    turned = explanations.result(names, other, before, request)
    assert turned.report["ndcg"] == pytest.approx(ndcg_score([before.mean(axis=0)], [other.mean(axis=0)]))
    [violation] = turned.files["constraint_violations.json"]["violations"]
    assert violation["constraint_check_type"] == "feature_attribution_drift_check"
    assert [turned.report["features"][name]["rank"] for name in names] == [4, 3, 2, 1]
    assert "why" in explanations.result(names, other[:5], before, request).report
