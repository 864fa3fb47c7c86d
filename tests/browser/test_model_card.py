"""The model card, as its reader sees it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page

from pipelines_src.steps.evaluation import card, gate, slices
from pipelines_src.steps.evaluation.binary import Binary
from pipelines_src.steps.evaluation.bootstrap import Resampling
from pipelines_src.steps.evaluation.judged import Judged
from pipelines_src.steps.evaluation.shown import figure
from pipelines_src.steps.evaluation.threshold import Costs
from pipelines_src.steps.use_case import UseCase

HOSTILE = "<script>document.title='taken over'</script>"
SPLIT = {"records": 500, "used": 400, "left_out": {"cancelled": 100}, "label_mean": 0.3, "first": "a", "last": "b"}
REPORT = {
    "split": {"by": "group", "column": "owner", "train": 0.7, "validation": 0.15, "test": 0.15, "seed": 0},
    "splits": {"train": SPLIT, "test": SPLIT},
    "cleaning": [{"rule": "known", "columns": ["load"], "why": HOSTILE, "left_out": 3, "changed": 0}],
}
FEATURES = [
    {"name": "load", "type": "number", "fill": 0.5, "offset": 0.0, "divisor": 1.0, "clip": False},
    {"name": "site", "type": "category", "codes": {"a": 0.0, "b": 1.0}, "missing_code": None},
]


def judged() -> Judged:
    random = np.random.default_rng(0)
    label = (random.random(400) < 0.3).astype("float64")
    model, champion = (np.clip(0.5 * label + 0.5 * random.random(400) * scale, 0, 1) for scale in (1, 1.6))
    table = pd.DataFrame({"site": np.where(random.random(400) < 0.5, HOSTILE, "b")})
    time = pd.Series(pd.date_range("2024-01-01", periods=400, freq="h"))
    matrix = random.random((400, 2)).astype("float32")
    return Judged(label, time, matrix, np.full(400, 0.3), model, champion, None, table, ["load", "site"])


def evaluated() -> tuple[dict[str, Any], Binary, UseCase]:
    condition = {"metric": "auc_over_incumbent.lower", "at_least": 0.5, "at_most": None}
    evaluate = {
        "slices": ["site"], "slice_min_rows": 10, "resample": "row", "bootstrap_samples": 100, "confidence": 0.995,
        "seed": 0, "costs": None,
    }  # fmt: skip
    features = [
        {"name": "load", "type": "number"},
        {"name": "site", "type": "category", "levels": None},
        {"name": "kind", "type": "category", "levels": ["a", "b"]},
    ]
    use_case = UseCase(
        name="pumps", description=f"Will a pump fail? {HOSTILE}", problem="binary_classification", record=(),
        data={"label": "failed", "raw": {"pumps": []}, "features": features, "category_min_rows": 30, "classes": []},
        prepare={}, split={"by": "random"},
        train={"algorithm": "xgboost", "hyperparameters": {"eta": 0.1, "num_round": 40}},
        evaluate=evaluate, gate=[condition],
    )  # fmt: skip
    rows = judged()
    judge = Binary(rows, 0.4, Costs())
    intervals = Resampling.of(evaluate, rows.time).intervals(judge.figures, judge.chances())
    evaluation: dict[str, Any] = {
        **{name: vars(interval) for name, interval in intervals.items()}, **judge.single(), "rows": 400,
        "incumbent": "champion", "champion": "s3://models/package/model.tar.gz", "rows_known_to_champion": 100,
        "first": "a", "last": "b",
        "resample": "row", "bootstrap_samples": 100, **slices.slices(rows.slices, judge, 10),
    }  # fmt: skip
    return evaluation | {"gate": gate.judge(use_case.gate, evaluation)}, judge, use_case


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    evaluation, _, use_case = evaluated()
    found = {
        "tuning": {
            "training_job": "best-of-all", "objective": "validation:auc", "goal": "Maximize", "value": 0.75,
            "hyperparameters": {"eta": "0.3125", "booster": HOSTILE},
        },
        "model": {"rounds": 31, "trees": 31, "best_iteration": 30},
    }  # fmt: skip
    return card.document(use_case, {"features": FEATURES, "reduction": None}, REPORT, evaluation, found)


@pytest.fixture(scope="module")
def path(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    _, judge, _ = evaluated()
    importance = pd.DataFrame({"feature": ["load", "site"], "total_gain": [3.0, 1.0], "share_of_gain": [0.75, 0.25]})
    tables = {**judge.tables(), "importance.csv": importance}
    path = tmp_path_factory.mktemp("card") / "card.html"
    path.write_text(card.page(document, tables, judge.predictions()), encoding="utf-8")
    return path


@pytest.fixture
def page(path: Path, show: Callable[[Path], Page]) -> Page:
    return show(path)


def test_the_card_says_what_failed_at_the_gate_and_shows_the_figures(page: Page, document: dict[str, Any]) -> None:
    assert "auc_over_incumbent.lower must be at least 0.5" in page.locator(".gate").inner_text()
    rows = page.locator("#figures tr").all_inner_texts()
    auc = document["figures"]["auc"]
    expected = ["auc", *(figure(auc[part]) for part in ("value", "lower", "upper"))]
    assert rows[1].split("\t") == expected
    assert "s3://models/package/model.tar.gz" in page.locator("main").inner_text()


def test_the_worst_slice_is_named_and_marked(page: Page, document: dict[str, Any]) -> None:
    worst = document["worst_slice"]["value"]
    assert worst in page.locator("#worst").inner_text()
    assert page.locator("tr.worst td").first.inner_text() == worst


def test_the_pictures_have_a_size_and_show_the_champion(page: Page) -> None:
    boxes = [box.bounding_box() for box in page.locator("figure svg").all()]
    assert len(boxes) == 3
    assert all(box and box["width"] > 200 and box["height"] > 150 for box in boxes)
    assert "champion" in (page.locator("figure svg").first.text_content() or "")


def test_the_card_needs_nothing_from_elsewhere_and_runs_nothing(page: Page, problems: list[str]) -> None:
    assert problems == []
    assert page.title() == "Model card: pumps"
    assert HOSTILE in page.locator("#cleaning").inner_text()


def test_limits_and_features_are_told(page: Page) -> None:
    assert "20.0% of the records of train were left out (cancelled)" in page.locator("#limits").inner_text()
    assert "0.5 where missing" in page.locator("#features").inner_text()


def test_levels_that_count_as_missing_are_those_not_declared_or_rare(document: dict[str, Any]) -> None:
    said = [text for text in document["limits"] if text.startswith("Levels of")]
    assert said == [
        "Levels of site that training never saw, or on fewer than 30 records, count as missing.",
        "Levels of kind other than those that use_case.yaml declares count as missing.",
    ]


def test_the_card_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    lines = page.locator("#gate code").evaluate_all("codes => codes.map(code => code.getClientRects().length)")
    assert lines == [1], "the name of a figure stands on one line"


def test_confidence_split_and_threshold_are_told_in_full(page: Page) -> None:
    said = page.locator("main").inner_text()
    assert "99.5 % intervals" in said
    assert "Split by group owner: train 70 %, validation 15 %, test 15 %." in said
    threshold = page.locator("#threshold").inner_text()
    assert "cost per record if none counts as positive" in threshold
    assert "threshold that calibrated probabilities would need" in threshold


def test_what_a_search_found_takes_the_place_of_the_settings(page: Page) -> None:
    settings = page.locator("#training").inner_text()
    assert "num_round\t40" in settings and "eta" not in settings
    assert "rounds in the model\t31" in settings and "best iteration, counted from 0\t30" in settings
    assert page.locator("#tuning").inner_text().split("\n") == ["eta\t0.3125", f"booster\t{HOSTILE}"]
    assert "kept best-of-all, whose validation:auc of 0.75 is the highest" in page.locator("main").inner_text()
