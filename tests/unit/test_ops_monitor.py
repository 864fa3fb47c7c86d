"""`python -m ops monitor`: what it asks the function, and what it says where nothing can begin."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from config import load_environment, load_use_case
from monitor.events import Look
from ops import control_function, monitor
from ops.target import OperationError, Target
from tests.unit import native_monitor_kit
from tests.unit.monitor_client_kit import RUN

ENDED = replace(
    RUN, result="succeeded", detail="violations: 2 of data_quality", report="s3://p/report.json",
    figures={"captured_records": 1500.0, "bad_records": 3.0}, attempt=2,
)  # fmt: skip


class Asked:
    """A use case in an environment, and a function that begins one run, or none."""

    def __init__(self, patch: pytest.MonkeyPatch, run: Any = ENDED, began: bool = True, **changes: Any) -> None:
        self.looks: list[Look] = []
        use_case = load_use_case("flight_delays").model_copy(update=changes)
        target = SimpleNamespace(
            use_case=use_case,
            environment=load_environment("dev"),
            name="dev-flight-delays",
            sts=SimpleNamespace(get_caller_identity=lambda: {"Arn": "arn:aws:iam::111122223333:user/ann"}),
        )

        def ask(_target: Any, output: str, event: Any, _runbook: str) -> dict[str, Any]:
            assert output == "MonitorFunctionName"
            self.looks.append(Look.model_validate(event))
            return {"rest": "no endpoint yet", "began": [run.name] if began else []}

        patch.setattr(Target, "of", lambda *_: target)
        patch.setattr(control_function, "ask", ask)
        patch.setattr(monitor.looks, "records", lambda _: SimpleNamespace(runs=lambda *_: (run,)))


def run(*words: str) -> Any:
    return CliRunner().invoke(monitor.app, [*words], catch_exceptions=True)


def test_a_window_is_asked_for_by_its_ends_in_utc_and_what_came_of_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(monkeypatch)
    window = ("--from", "2026-11-01", "--until", "2026-11-08", "--outcome-hours", "0", "--history")
    done = run("start", "dev", "flight_delays", *window)
    [look] = asked.looks
    assert done.exit_code == 0
    assert look.ask
    ends = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC))
    assert (look.ask.start, look.ask.until, look.ask.history) == (*ends, True)
    assert (look.terms.outcome_hours, look.terms.window_hours, look.begin) == (0, 672, False)
    said = done.output.replace("\n", " ")
    assert "run 7, try 2, champion (version 3), requests of 2026-11-27 00:00 to 2026-11-28 00:00, succeeded" in said
    assert "2 of data_quality; captured records: 1500; s3://p/report.json" in said


def test_a_look_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    Asked(monkeypatch, replace(RUN, result="failed", detail="Monitor: out of memory"))
    assert run("start", "dev", "flight_delays").exit_code == 1
    Asked(monkeypatch, replace(RUN, result="failed"))
    assert run("start", "dev", "flight_delays", "--no-wait").exit_code == 0


@pytest.mark.parametrize(
    ("words", "changes", "says"),
    [
        (("--from", "2026-11-01"), {}, "allowed are both"),
        (("--from", "2026-11-08", "--until", "2026-11-01"), {}, "allowed are both"),
        ((), {"monitor": None}, "no section monitor"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_asked(
    words: tuple[str, ...], changes: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(monkeypatch, **changes)
    done = run("start", "dev", "flight_delays", *words)
    assert isinstance(done.exception, OperationError)
    assert says in str(done.exception)
    assert asked.looks == []


def test_why_nothing_begins_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Asked(monkeypatch, began=False)
    done = run("start", "dev", "flight_delays")
    assert "Nothing begins: no endpoint yet" in str(done.exception)
    assert "--outcome-hours" in str(done.exception)


def test_what_model_monitor_found_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    Asked(monkeypatch, monitor=native_monitor_kit.use_case().monitor)
    done = run("report", "dev", "flight_delays")
    assert isinstance(done.exception, OperationError)
    assert "`python -m ops monitor status dev flight_delays` says" in str(done.exception)


def test_the_status_shows_the_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    Asked(monkeypatch)
    assert "succeeded: violations: 2 of data_quality" in run("status", "dev", "flight_delays").output.replace("\n", " ")
