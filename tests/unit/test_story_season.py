"""The story's seasons: what is asked by hand of the monitor."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.events import Look
from ops import control_function
from ops.monitor import looks
from ops.story import season_month
from ops.target import Target
from tests.unit.monitor_client_kit import RUN


def test_the_monitor_looks_until_everything_that_was_asked_is_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    captured, asked = [40.0, 100.0], list[Look]()
    target: Any = Target.of("local", "flight_delays")
    monkeypatch.setattr(season_month, "_CAPTURED", 0.0)

    def ask(_target: Any, _output: str, event: Any, _runbook: str) -> dict[str, Any]:
        asked.append(Look.model_validate(event))
        return {"rest": "", "began": [RUN.name]}

    def runs(*_: Any) -> tuple[Any, ...]:
        return (replace(RUN, result="succeeded", figures={"captured_records": captured[len(asked) - 1]}),)

    monkeypatch.setattr(control_function, "ask", ask)
    monkeypatch.setattr(looks, "records", lambda _: SimpleNamespace(runs=runs))
    began = datetime.now(UTC) - timedelta(minutes=1)
    assert season_month._look(target, began, 100).figures["captured_records"] == 100
    assert [look.ask and look.ask.start for look in asked] == [began, began]
    assert {look.terms.outcome_hours for look in asked} == {0}
