"""The page that the demonstration writes, as its reader sees it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ops.demo.report import Report, StackState
from ops.pipeline import Step
from ops.predict import Prediction
from ops.target import Target

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
HOSTILE = "<script>document.title='taken over'</script>"


def interval(value: float) -> dict[str, float]:
    return {"value": value, "lower": value - 0.01, "upper": value + 0.01, "confidence": 0.95}


@pytest.fixture
def problems() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, tmp_path: Path, problems: list[str]) -> Page:
    report = Report(
        target=Target.of("local", "flight_delays"),
        stacks=[StackState("local-network", "CREATE_COMPLETE", 12)],
        steps=[
            Step(
                "Prepare", "Succeeded", BEGAN, BEGAN + timedelta(seconds=4), False, "", "arn:aws:x:1:2:processing-job/p"
            ),
            Step("Train", "Succeeded", BEGAN + timedelta(seconds=4), BEGAN + timedelta(seconds=9), True, "", ""),
        ],
        metrics={
            "rows": 28_000,
            "auc": interval(0.712),
            "baseline_auc": interval(0.65),
            "auc_over_baseline": interval(0.062),
        },
        curves={
            "roc.csv": b"forecast,false_positive_rate,true_positive_rate\nmodel,0,0\nmodel,1,1\nbaseline,0,0\n",
            "calibration.csv": b"forecast,forecast_mean,observed_rate\nmodel,0.1,0.12\nbaseline,0.2,0.2\n",
            "importance.csv": b"feature,share_of_gain\nscheduled_hour,0.7\ncarrier,0.3\n",
        },
        answers=[Prediction({"carrier": HOSTILE, "origin": "JFK"}, 0.27, 1, "champion")],
        capture="s3://bucket/key.jsonl",
        seconds={"Deploy": 20.0, "Predict": 1.0},
    )
    report.write_page(tmp_path / "report.html")
    opened = browser.new_page()
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("request", lambda request: None if request.url.startswith("file:") else problems.append(request.url))
    opened.goto((tmp_path / "report.html").as_uri())
    return opened


def test_the_page_shows_the_numbers(page: Page) -> None:
    cards = page.locator(".card b").all_inner_texts()
    assert cards == ["0.712", "0.650", "+0.062", "21 s"]


def test_the_page_shows_four_pictures_that_have_a_size(page: Page) -> None:
    boxes = [box.bounding_box() for box in page.locator("figure svg").all()]
    assert len(boxes) == 4
    assert all(box and box["width"] > 200 and box["height"] > 50 for box in boxes)
    assert "model, AUC 0.712" in (page.locator("figure svg").first.text_content() or "")


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(page: Page, problems: list[str]) -> None:
    assert problems == []
    assert page.title() == "ML Loop: local-flight-delays"
    assert HOSTILE in page.locator("table").nth(1).inner_text()


def test_the_page_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
