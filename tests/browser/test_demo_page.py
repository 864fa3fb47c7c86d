"""The page that the demonstration writes, as its reader sees it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from config import load_environment, load_use_case
from ops.answers import Prediction
from ops.demo.report import Report, StackState
from ops.pipeline import Step
from ops.target import Target

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
HOSTILE = "<script>document.title='taken over'</script>"
IMPORTANCE = b"feature,total_gain,share_of_gain\nscheduled_hour,7,0.7\ncarrier,3,0.3\n"
STEPS = [
    Step("Prepare", "Succeeded", BEGAN, BEGAN + timedelta(seconds=4), False, "", "arn:aws:x:1:2:processing-job/p"),
    Step("Train", "Succeeded", BEGAN + timedelta(seconds=4), BEGAN + timedelta(seconds=9), True, "", ""),
]


def interval(value: float) -> dict[str, float]:
    return {"value": value, "lower": value - 0.01, "upper": value + 0.01, "confidence": 0.95}


def names(*columns: str) -> bytes:
    return (",".join(columns) + "\n").encode()


# Use case -> what its evaluation found, and answers of its endpoint.
FOUND: dict[str, tuple[dict[str, Any], dict[str, bytes], list[Prediction]]] = {
    "flight_delays": (
        {"auc": interval(0.712), "baseline_auc": interval(0.65), "auc_over_baseline": interval(0.062)},
        {
            "roc.csv": b"forecast,false_positive_rate,true_positive_rate\nmodel,0,0\nmodel,1,1\nbaseline,0,0\n",
            "calibration.csv": b"forecast,forecast_mean,observed_rate\nmodel,0.1,0.12\nbaseline,0.2,0.2\n",
        },
        [Prediction({"carrier": HOSTILE, "origin": "JFK"}, {"probability": 0.27}, True, "champion")],
    ),
    "handwritten_digits": (
        {
            "accuracy": interval(0.976),
            "baseline_accuracy": interval(0.1),
            "accuracy_over_baseline": interval(0.876),
        },
        {
            "confusion.csv": b"label,predicted,rows\n0,0,27\n0,NA,1\nNA,0,0\nNA,NA,25\n",
            "calibration.csv": b"forecast,forecast_mean,observed_rate\nmodel,0.5,0.6\nmodel,0.9,0.95\n",
        },
        [Prediction({"pixel0": 0.0}, {"label": 7, "probabilities": {"3": 0.2, "7": 0.8}}, 3, "champion")],
    ),
    "digit_clusters": (
        {
            "variance_explained": interval(0.44),
            "noise_variance_explained": 0.27,
            "clusters_used": 10,
            "silhouette": 0.21,
            "silhouette_rows": 270,
        },
        {"clusters.csv": b"cluster,mean_squared_distance,rows\n0,1.5,20\n3,2.5,30\n"},
        [Prediction({"pixel0": 0.0}, {"cluster": 3, "distance": 1.25}, None, "champion")],
    ),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each use case."""
    folder = tmp_path_factory.mktemp("pages")
    return {use_case: written(use_case, folder / f"{use_case}.html") for use_case in FOUND}


def written(use_case: str, path: Path) -> Path:
    metrics, tables, predictions = FOUND[use_case]
    report = Report(
        target=Target(load_environment("local"), load_use_case(use_case)),
        stacks=[StackState("local-network", "CREATE_COMPLETE", 12)],
        steps=STEPS,
        metrics={"rows": 28_000, **metrics},
        tables={**tables, "importance.csv": IMPORTANCE, "predictions.csv": names("time", "label", "model")},
        predictions=predictions,
        capture="s3://bucket/key.jsonl",
        seconds={"Deploy": 20.0, "Predict": 1.0},
    )
    report.write_page(path)
    return path


@pytest.fixture
def opened(pages: dict[str, Path], show: Callable[[Path], Page]) -> Callable[[str], Page]:
    return lambda use_case: show(pages[use_case])


@pytest.fixture
def page(opened: Callable[[str], Page]) -> Page:
    return opened("flight_delays")


def answers_on(page: Page) -> list[list[str]]:
    rows = page.locator("#answers tr").all_inner_texts()
    return [[cell.strip() for cell in row.split("\t")] for row in rows]


def test_the_page_shows_the_numbers(page: Page) -> None:
    cards = page.locator(".card b").all_inner_texts()
    assert cards == ["0.712", "0.650", "+0.062", "21 s"]
    assert "the rate by carrier and scheduled_hour" in page.locator(".card").nth(1).inner_text()


def test_the_page_shows_four_pictures_that_have_a_size(page: Page) -> None:
    boxes = [box.bounding_box() for box in page.locator("figure svg").all()]
    assert len(boxes) == 4
    assert all(box and box["width"] > 200 and box["height"] > 50 for box in boxes)
    assert "model, AUC 0.712" in (page.locator("figure svg").first.text_content() or "")


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(page: Page, problems: list[str]) -> None:
    assert problems == []
    assert page.title() == "ML Loop: local-flight-delays"
    assert answers_on(page) == [
        ["arrived_late, predicted", "happened", "carrier", "origin"],
        ["27%", "yes", HOSTILE, "JFK"],
    ]


def test_several_classes_have_their_own_figures_pictures_and_answers(opened: Callable[[str], Page]) -> None:
    page = opened("handwritten_digits")
    assert page.locator(".card b").all_inner_texts()[:3] == ["0.976", "0.100", "+0.876"]
    assert "the training split's most frequent class" in page.locator(".card").nth(1).inner_text()
    confusion = page.locator("figure svg").first
    assert {"0", "NA", "27", "25"} <= set(confusion.locator("text").all_text_contents())
    assert [row[:3] for row in answers_on(page)] == [["digit, predicted", "probability", "happened"], ["7", "80%", "3"]]


def test_clusters_have_their_own_too(opened: Callable[[str], Page]) -> None:
    page = opened("digit_clusters")
    assert page.locator(".card b").all_inner_texts()[:3] == ["0.440", "10 of 10", "0.21"]
    assert len(page.locator("figure svg").all()) == 3
    assert [row[:2] for row in answers_on(page)] == [["cluster", "distance"], ["3", "1.25"]]


def test_the_page_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
