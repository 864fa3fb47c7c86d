"""The page of the long demonstration, as its reader sees it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from config import load_environment, load_use_case
from experiment.trial import Look, Stretch
from ops.records import Release
from ops.story.report import Report
from ops.story.trial import Outcome
from ops.target import Target
from tests.unit.experiment_cloud_kit import Cloud
from tests.unit.experiment_hours_kit import record, run
from tests.unit.season_kit import season

FUNCTION = "arn:aws:sts::000000000000:assumed-role/role/local-control-Experiment3487FA37-74828E998B8AB"


def outcome(cloud: Cloud, failed: int = 0) -> Outcome:
    kept = [one for _, one in sorted(cloud.record.items())]
    looks, stretches = ([one for one in kept if isinstance(one, kind)] for kind in (Look, Stretch))
    answered = {"champion": 1200, "challenger": 300}
    return Outcome(record(cloud), tuple(looks), tuple(stretches), 21, answered, failed)  # type: ignore[arg-type] # by kind


@pytest.fixture(scope="module")
def report() -> Report:
    releases = [
        Release(1, "champion", "", "1", "approval", "succeeded", "it serves", "2026-01-01T00:01:02+00:00",
                "arn:aws:iam::000000000000:root", "the <b>first</b> model"),
        Release(2, "champion", "1", "2", "promotion", "succeeded", "it serves", "2026-01-01T00:02:03+00:00", FUNCTION,
                "The challenger is better"),
    ]  # fmt: skip
    target = Target(load_environment("local"), load_use_case("flight_delays"))
    seconds = {"Deploy": 60.0, "Experiment": 240.0}
    return Report(target, outcome(run("better")), outcome(run("broken"), 17), "plane_year", season(), releases, seconds)


@pytest.fixture(scope="module")
def path(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("story") / "story.html"
    report.write_page(path)
    return path


@pytest.fixture
def page(path: Path, show: Callable[[Path], Page], problems: list[str]) -> Page:
    page = show(path)
    assert problems == []
    return page


def test_the_top_says_how_both_experiments_ended(page: Page) -> None:
    cards = page.locator("#cards .card").all_inner_texts()
    assert [card.split("\n")[-1] for card in cards[:2]] == ["was promoted", "was withdrawn"]
    assert "turn in 3 months: the loop turned by itself" in cards[2]
    assert "3,017" in cards[4]
    assert "17 of them" in cards[4]
    assert cards[5].startswith("5.0 min")
    assert page.locator("#cards b.good").count() == 4


def test_each_experiment_has_its_verdict_pictures_and_guards(page: Page) -> None:
    verdicts = page.locator(".verdict").all_inner_texts()
    assert "The challenger is better" in verdicts[0]
    assert "breaches guard errors_5xx" in verdicts[1]
    assert "1,500 requests" in page.locator("main").inner_text()
    boxes = [box.bounding_box() for box in page.locator("figure svg").all()]
    assert len(boxes) >= 5
    assert all(box and box["width"] > 200 for box in boxes)
    assert page.locator("table.guards").count() == 2
    assert page.locator("table.guards td.bad").count() == 1


def test_the_seasons_stand_on_one_line_with_both_models_and_what_happened(page: Page) -> None:
    line = page.locator("#timeline svg")
    said = line.inner_html()
    for text in (
        "2013-06",
        "2013-08",
        "left alone",
        "retrained by the loop",
        "turn 1: proposed",
        "version 4: promoted",
    ):
        assert text in said
    box = line.bounding_box()
    assert box
    assert box["width"] > 800
    months = page.locator("#months tr").all_inner_texts()
    assert "f1" in months[2]
    assert page.locator("#months td.good").count() == 1
    assert "quality: the alarm" in page.locator("#turns").inner_text()


def test_the_record_says_who_and_why_and_nothing_is_taken_for_markup(page: Page) -> None:
    rows = page.locator("#releases tr").all_inner_texts()
    assert "root" in rows[1]
    assert "the <b>first</b> model" in rows[1]
    assert "local-control-Experiment\t" in rows[2]
    # Nothing has to be scrolled for.
    box, table = page.locator(".table:has(#releases)").bounding_box(), page.locator("#releases").bounding_box()
    assert box
    assert table
    assert table["width"] <= box["width"]


def test_a_terminal_gets_the_same(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    report.print_summary()
    said = " ".join(capsys.readouterr().out.split())
    assert "version 3" not in said
    for text in (
        "was promoted",
        "was withdrawn",
        "plane_year is missing",
        "17 that failed",
        "The challenger is better",
    ):
        assert text in said
