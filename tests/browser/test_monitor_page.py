"""The page of the monitors, as its reader sees it: what the analyser really found in months of flights."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from typer.testing import CliRunner

from ops.__main__ import app
from ops.monitor.report import Report
from ops.monitor.runs import Run
from tests.browser.colours_kit import contrast
from tests.unit import monitored_months_kit


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What runs of three months left, the last of two variants."""
    return monitored_months_kit.season(tmp_path_factory.mktemp("season"), [4, 5, 7])


@pytest.fixture(scope="module")
def written(months: list[Path]) -> Path:
    """The page of all of them, by the command."""
    page = months[0].parent / "page.html"
    command = ["monitor", "report", "dev", "flight_delays", *map(str, months), "--to", str(page)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    return page


def table(page: Page, name: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("\t")] for row in page.locator(f"{name} tr").all_inner_texts()]


def test_the_page_says_what_has_changed_and_what_to_do(show: Callable[[Path], Page], written: Path) -> None:
    page = show(written)
    assert page.title() == "ML Loop: monitoring of dev-flight-delays, 2013-07-01 00:00 to 2013-08-01 00:00"
    verdict = page.locator("#verdict").inner_text()
    assert "champion: wind_dir, its values have moved" in verdict
    assert "challenger: humid, the column is not sent at all" in verdict
    rows = table(page, "#challenger .violations")
    assert rows[0] == ["what is not as it was, and what to do", "measured", "tolerated", "beyond by", "p"]
    by_column = {row[0].partition(":")[0]: row for row in rows[1:]}
    assert list(by_column)[:2] == ["humid", "visib"]  # the worst first
    assert by_column["humid"][1:] == ["1", "0", "1", "< 0.0001"]
    assert "ask for the field again" in by_column["humid"][0]
    assert float(by_column["visib"][1]) == pytest.approx(0.75, abs=0.01)
    assert float(by_column["wind_dir"][3]) > 0.1
    bias = [row[0] for row in table(page, "#champion .violations") if row[0].startswith("origin=JFK")]
    assert len(bias) > 3
    assert sum("See which columns" in row for row in bias) == 1  # what is to be done is said once
    assert "order of features" in table(page, "#champion .violations")[-1][0]


def test_pictures_show_the_window_beside_the_baseline(show: Callable[[Path], Page], written: Path) -> None:
    page = show(written)
    captions = page.locator("#challenger figcaption").all_inner_texts()
    assert [caption.partition(":")[0] for caption in captions[:3]] == ["wind_dir", "carrier", "visib"]
    assert "lie" in captions[0]
    assert "271 values are of new ones" in captions[1]
    for figure in page.locator("figure svg").all():
        box = figure.bounding_box()
        assert box and box["width"] > 300 and box["height"] > 100
    said = " ".join(page.locator("#champion figure svg").all_text_contents())
    for word in ("baseline", "window", "auc", "accuracy", "visib (4 → 1)", "test data"):
        assert word in said
    assert table(page, "#challenger .new-categories")[1][0] == "carrier"


def test_columns_open_by_keyboard_and_say_how_complete_they_are(show: Callable[[Path], Page], written: Path) -> None:
    page = show(written)
    assert not page.locator("#challenger .columns").is_visible()
    page.locator("#challenger summary").focus()
    page.keyboard.press("Enter")
    rows = {row[0]: row for row in table(page, "#challenger .columns")}
    assert rows["humid"][1] == "0.00 %"
    assert rows["humid"][2] == "99.90 %"
    assert float(rows["wind_dir"][5]) > 0.2
    page.locator("nav a", has_text="over time").focus()
    page.keyboard.press("Enter")
    assert page.locator("#over-time h2").is_visible()
    assert page.url.endswith("#over-time")


def test_several_runs_are_a_heat_map_and_a_line(show: Callable[[Path], Page], written: Path) -> None:
    page = show(written)
    rows = table(page, ".heat")
    assert rows[0] == ["column", "2013-04-01", "2013-05-01", "2013-07-01"]
    assert [cell.endswith("!") for cell in rows[1][1:]] == [True, True, True]
    distances = [max(float(cell.strip(" !")) for cell in row[1:] if cell) for row in rows[1:]]
    assert distances == sorted(distances, reverse=True)
    colours = page.locator(".heat td.cell").evaluate_all("cells => cells.map(cell => cell.style.background)")
    assert len(set(colours)) > 5
    assert "auc in each window" in page.locator("#over-time figcaption").first.inner_text()


def test_one_run_has_no_course_of_time_and_nothing_found_is_said(
    show: Callable[[Path], Page], months: list[Path]
) -> None:
    report = json.loads((months[0] / "report.json").read_text())
    for monitor in report["variants"]["champion"]["monitors"].values():
        for one in monitor["findings"]:
            one["violated"] = False
    path = months[0].parent / "calm.html"
    Report("dev-flight-delays", "Late?", "dev flight_delays", [Run("calm", report, months[0])]).write(path)
    page = show(path)
    assert "Nothing differs from its baseline" in page.locator("#verdict").inner_text()
    assert "once in 100 windows at most" in page.locator("#verdict").inner_text()
    assert page.locator("#over-time").count() == 0
    assert page.locator(".card b.good").first.inner_text() == "0"
    assert page.locator("#champion .columns").is_visible()  # nothing else is to be seen


def test_it_needs_nothing_from_elsewhere_runs_nothing_and_fits_a_phone(
    show: Callable[[Path], Page], written: Path, problems: list[str]
) -> None:
    page = show(written)
    assert problems == []
    assert page.title().startswith("ML Loop")
    assert monitored_months_kit.HOSTILE in page.locator("#challenger .new-categories").inner_text()
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(browser: Browser, written: Path, scheme: Any) -> None:
    page = browser.new_context(color_scheme=scheme).new_page()
    page.goto(written.as_uri())
    found = page.evaluate(
        """() => [...document.querySelectorAll("h1, p, td, th, figcaption, a, summary, .card b, svg text")].map(one => {
            const panel = one.closest("figure, .table, .card") || document.body;
            const colour = one instanceof SVGElement ? getComputedStyle(one).fill : getComputedStyle(one).color;
            return [colour, getComputedStyle(panel).backgroundColor];
        })"""
    )
    pairs = {(text, behind) for text, behind in found}
    assert len(pairs) > 4
    assert all(contrast(text, behind) >= 4.5 for text, behind in pairs), pairs
