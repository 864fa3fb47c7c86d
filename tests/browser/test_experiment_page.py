"""The page of an experiment, as its reader sees it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from experiment.trial import Look, Stretch
from ops.experiment.report import Report
from tests.unit.experiment_cloud_kit import Cloud
from tests.unit.experiment_hours_kit import begun, record, run, world

HOSTILE = "<script>document.title='taken over'</script>"


def report_of(cloud: Cloud) -> Report:
    kept = [one for _, one in sorted(cloud.record.items())]
    looks = [one for one in kept if isinstance(one, Look)]
    trial = replace(record(cloud), started_by=HOSTILE, why="trained with May")
    return Report("dev-flight-delays", "Is it late?", trial, looks, [one for one in kept if isinstance(one, Stretch)])


@pytest.fixture
def opened(show: Callable[[Path], Page], tmp_path: Path) -> Callable[[Cloud], Page]:
    def page_of(cloud: Cloud) -> Page:
        path = tmp_path / "below" / "page.html"
        report_of(cloud).write(path)
        return show(path)

    return page_of


def table(page: Page, name: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("\t")] for row in page.locator(f"#{name} tr").all_inner_texts()]


def test_the_page_says_what_was_decided_and_from_which_numbers(opened: Callable[[Cloud], Page]) -> None:
    cloud = run("better")
    page = opened(cloud)
    cards = page.locator(".card b").all_inner_texts()
    assert cards[0] == "promoted"
    assert cards[1:3] == ["+0.05001", "+0.02097 to +0.07905"]  # an error rate that is lower is an advantage
    assert page.locator(".card b.good").count() == 3
    assert "The challenger is better" in page.locator("#verdict").inner_text()
    looks = table(page, "looks")
    assert [row[0] for row in looks[1:]] == [
        one.name for _, one in sorted(cloud.record.items(), reverse=True) if isinstance(one, Look)
    ]
    assert looks[1][5] == "promote"
    assert ["ramp", "10% for 500 records, 50% for 1,000 records"] in table(page, "terms")


def test_pictures_show_interval_exposure_and_guards(opened: Callable[[Cloud], Page]) -> None:
    page = opened(run("better"))
    boxes = [box.bounding_box() for box in page.locator("figure svg").all()]
    assert len(boxes) == 3
    assert all(box and box["width"] > 200 and box["height"] > 100 for box in boxes)
    text = " ".join(filter(None, (box.text_content() for box in page.locator("figure svg").all())))
    for said in ("95% interval", "advantage in error_rate", "challenger's records", "errors_5xx", "invalid"):
        assert said in text


def test_a_breach_is_marked_with_its_counts(opened: Callable[[Cloud], Page]) -> None:
    page = opened(run("broken"))
    assert page.locator(".card b").first.inner_text() == "withdrawn"
    rows = {row[0]: row for row in table(page, "guards")}
    assert rows["errors_5xx"][2].endswith("(10.00%)")
    assert page.locator("#guards td.bad").count() == 1


def test_thompson_sampling_shows_its_probability(opened: Callable[[Cloud], Page]) -> None:
    page = opened(run("better", method="thompson"))
    assert any("Thompson sampling" in text for text in page.locator("figcaption").all_inner_texts())


def test_one_that_has_just_begun_has_a_page_too(opened: Callable[[Cloud], Page], problems: list[str]) -> None:
    page = opened(begun(world("equal")))
    assert page.locator(".card b").first.inner_text() == "running"
    assert "No look has come to anything yet" in page.locator("#verdict").inner_text()
    assert problems == []


def test_the_page_needs_nothing_from_elsewhere_runs_nothing_and_fits_a_phone(
    opened: Callable[[Cloud], Page], problems: list[str]
) -> None:
    page = opened(run("equal", maximum_days=1))
    assert problems == []
    assert page.title().startswith("ML Loop: experiment 2026")
    assert HOSTILE in page.locator("main").inner_text()
    assert page.locator(".card b").first.inner_text() == "asks a person"
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_tables_fit_into_a_window_of_a_thousand_pixels(opened: Callable[[Cloud], Page]) -> None:
    page = opened(run("better"))
    page.set_viewport_size({"width": 1000, "height": 800})
    for table in page.locator(".table").all():
        assert table.evaluate("one => one.scrollWidth <= one.clientWidth"), table.inner_text()
