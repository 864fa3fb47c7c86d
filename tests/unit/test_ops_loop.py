"""What `ops loop` shows of turns: a line each, and a page."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from config.use_case.retrain import Retrain
from ops import loop, loop_report
from ops.target import OperationError, Target
from retrain.events import Cause, Terms
from retrain.state import SPLIT_UNTIL, Turn
from tests.preparation_engines import environment, use_case
from tests.unit.ops_stub_kit import Stubs
from tests.unit.retrain_cloud_kit import NOW

CAUSE = Cause(kind="quality", at=NOW, source="dev-flight-delays-monitoring-ModelQuality")
UNTIL = "2026-01-01T00:00:00/2026-01-15T00:00:00/2026-01-22T00:00:00"
PROPOSED = Turn(
    "toys", 4, (CAUSE,), NOW, 2, {SPLIT_UNTIL: UNTIL}, labels="40 labelled", package="arn/7", result="proposed",
    detail="version 7 is the challenger", finished_at=NOW, decision="promoted: better <by 0.02>",
)  # fmt: skip
LABELLED = Turn("toys", 3, (CAUSE,), NOW, does="label", result="labelled", labels="9 labelled", detail="9 labelled")


def test_a_line_says_why_what_with_and_what_came_of_it() -> None:
    assert loop.described(PROPOSED) == (
        "turn 4, try 2, 2026-01-01 00:00, proposed: version 7 is the challenger; quality "
        f"(dev-flight-delays-monitoring-ModelQuality); data until {UNTIL}; labels: 40 labelled; then promoted: better "
        "<by 0.02>"
    )
    assert "labels:" not in loop.described(LABELLED)


def test_the_page_has_a_row_for_each_turn_and_counts_what_came_of_them(tmp_path: Path) -> None:
    failed = replace(
        PROPOSED, number=2, attempt=1, labels="", package="", result="failed", detail="no disk", decision=""
    )
    loop_report.write(tmp_path / "page.html", "dev-toys", "Which toy?", [PROPOSED, LABELLED, failed])
    page = (tmp_path / "page.html").read_text()
    rows = [
        [html.unescape(cell) for cell in re.findall(r"<td[^>]*>([^<]*)</td>", row)]
        for row in re.findall(r"<tr>(<td>.*?)</tr>", page, re.DOTALL)
    ]
    assert rows[0] == [
        "4, try 2", "2026-01-01 00:00", "quality: dev-flight-delays-monitoring-ModelQuality",
        "2026-01-01, 2026-01-15, 2026-01-22", "40 labelled", "version 7",
        "2026-01-01 00:00 proposed: version 7 is the challenger", "promoted: better <by 0.02>",
    ]  # fmt: skip
    assert [row[0] for row in rows] == ["4, try 2", "3", "2"]
    counted = {text: value for value, text in re.findall(r"<b[^>]*>(\d+)</b><span>([^<]*)</span>", page)}
    assert counted == {
        "turns that trained": "2", "models promoted": "1", "models withdrawn": "0", "turns failed or refused": "1",
        "turns that labelled alone": "1",
    }  # fmt: skip
    assert "<script" not in page


def test_a_turn_by_command_is_told_of_the_machine_that_prepares() -> None:
    stubs = Stubs()
    case = use_case("glue").model_copy(update={"retrain": Retrain(cool_down_hours=3)})
    target = Target(environment(), case)
    target.__dict__["cloudformation"] = stubs.target.cloudformation
    output = {"OutputKey": "StateMachineArn", "OutputValue": "arn:aws:states:r:1:stateMachine:m"}
    stack = {"StackName": "s", "CreationTime": NOW, "StackStatus": "UPDATE_COMPLETE", "Outputs": [output]}
    stub = stubs.stub("cloudformation", "cloudformation")
    target.__dict__["cloudformation"] = stubs.target.__dict__["cloudformation"]
    stub.add_response("describe_stacks", {"Stacks": [stack]})
    assert loop._terms(target) == Terms(cool_down_hours=3, machine="arn:aws:states:r:1:stateMachine:m")


def test_a_use_case_that_is_not_trained_again_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    without = Target(environment(), use_case("processing").model_copy(update={"retrain": None}))
    monkeypatch.setattr(Target, "of", classmethod(lambda *_: without))
    with pytest.raises(OperationError, match="has no section retrain"):
        loop._target("dev", "flight_delays")
