"""The page of a loop, as its reader sees it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page

from ops import loop_report
from tests.unit.test_ops_loop import LABELLED, PROPOSED

HOSTILE = "<script>document.title='taken over'</script>"


def test_turns_are_read_from_the_newest_on_and_fit_a_phone(show: Callable[[Path], Page], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    loop_report.write(path, "dev-toys", "Which toy?", [replace(PROPOSED, decision=f"promoted: {HOSTILE}"), LABELLED])
    page = show(path)
    assert page.title() == "ML Loop: the loop of dev-toys"
    cells = page.locator("#turns tr").nth(1).locator("td").all_inner_texts()
    assert (cells[0], cells[5], cells[7]) == ("4, try 2", "version 7", f"promoted: {HOSTILE}")
    assert page.locator("#turns td.good").count() == 1
    page.set_viewport_size({"width": 390, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
