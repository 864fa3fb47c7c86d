"""The page of what an environment costs, as its reader sees it."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from ops.assembly.model import Assembly
from ops.cost.amounts import dollars
from ops.cost.billing import Expected
from ops.cost.choices import Reckoning
from ops.cost.report import Report
from ops.cost.shown import page as write
from ops.cost.tables import tables_of
from tests.unit.cost_kit import REGION, resource, stack

HOSTILE = "<script>document.title='taken over'</script><img src=https://evil.example>"
TODAY = datetime.date(2026, 11, 28)


@pytest.fixture(scope="module")
def report() -> Report:
    keys = stack(resource("AWS::KMS::Key", "A"), resource("AWS::KMS::Key", "B"), name=f"security{HOSTILE}")
    variant = {"VariantName": "champion", "InstanceType": HOSTILE, "InitialInstanceCount": 1}
    unknown = resource("AWS::SageMaker::EndpointConfig", "C", ProductionVariants=[variant])
    known = resource(
        "AWS::SageMaker::EndpointConfig", "D", ProductionVariants=[variant | {"InstanceType": "ml.m5.large"}]
    )
    serving = stack(unknown, known, name="flights-serving", use_case=HOSTILE)
    reckoning = Reckoning.of(Assembly((keys, serving)), "dev", Expected(), tables_of(REGION))
    return Report.of(reckoning, 150, TODAY)


@pytest.fixture
def page(report: Report, tmp_path: Path, show: Callable[[Path], Page]) -> Page:
    path = tmp_path / "cost.html"
    write(report, path)
    return show(path)


def test_the_dearest_comes_first_with_the_longest_bar_and_the_unpriced_last(page: Page, report: Report) -> None:
    rows = page.locator("#lines tr").all()[1:]
    texts = [row.inner_text() for row in rows]
    assert "ml.m5.large" in texts[0]
    assert dollars(report.rows[0].usd) in texts[0]
    assert "unpriced" in texts[-1]
    widths = [box["width"] if (box := row.locator(".bar").bounding_box()) else 0 for row in rows]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 50


def test_sums_budget_and_sources_are_told(page: Page, report: Report) -> None:
    cards = page.locator(".card").all_inner_texts()
    assert any(dollars(report.bill.usd()) in text and "150" in text for text in cards)
    assert "Unpriced, and in no sum" in page.locator("#remarks").inner_text()
    days = {cells.split("\t")[0] for cells in page.locator("#sources tr").all_inner_texts()[1:]}
    assert days == set(report.bill.dates)
    titles = page.locator("h2").all_inner_texts()
    assert {"By stack", "By use case", "What further choices add"} <= set(titles)


def test_the_page_needs_nothing_from_elsewhere_and_shows_text_as_text(page: Page, problems: list[str]) -> None:
    assert problems == []
    assert page.title() == "ML Loop: what dev costs"
    assert page.locator("img").count() == 0
    assert HOSTILE in (page.locator("main").text_content() or "")


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_runs_out_of_the_page(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
