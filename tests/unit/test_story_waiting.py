"""The story's waiting: what it waits for, and what it says when that does not come about."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from config import load_environment, load_use_case
from ops.story import USE_CASE, waiting
from ops.target import OperationError, Target
from tests.unit.release_stub_kit import stubbed

RINGS = {"MetricAlarms": [{"AlarmName": "local-flight-delays-serving-ChallengerAlarmsErrors"}]}
SILENT: dict[str, Any] = {"MetricAlarms": []}
WANTED = {"AlarmNamePrefix": "local-flight-delays-serving-", "StateValue": "ALARM"}


@pytest.mark.parametrize("still", [0, 2])
def test_an_alarm_that_rings_is_waited_for(monkeypatch: pytest.MonkeyPatch, still: int) -> None:
    # Not of the module `time` itself, with which others sleep.
    monkeypatch.setattr(waiting, "time", SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic))
    target = Target(load_environment("local"), load_use_case(USE_CASE))
    with stubbed("cloudwatch") as (client, stub):
        for answer in [RINGS] * still + [SILENT]:
            stub.add_response("describe_alarms", answer, WANTED)
        target.__dict__["cloudwatch"] = client
        waiting.alarms_are_silent(target)
        stub.assert_no_pending_responses()


def test_an_alarm_that_rings_on_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_RINGS", -1.0)
    target = Target(load_environment("local"), load_use_case(USE_CASE))
    with stubbed("cloudwatch") as (client, stub):
        for _ in range(2):
            stub.add_response("describe_alarms", RINGS, WANTED)
        target.__dict__["cloudwatch"] = client
        with pytest.raises(OperationError, match="ChallengerAlarmsErrors still rings"):
            waiting.alarms_are_silent(target)
