"""The experiment function's events, commands and settings."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from experiment import handler
from experiment.events import Look, Start, Stop, parse
from experiment.settings import Settings
from experiment.steps import Alarm, Rest, Step, Told, Weigh
from shared.messages import Messages
from tests.unit.experiment_cloud_kit import TERMS, terms


def message(body: Any, identity: str = "m1") -> dict[str, Any]:
    return {"messageId": identity, "body": body if isinstance(body, str) else json.dumps(body)}


def test_messages_are_one_look_a_use_case_for_the_latest_time() -> None:
    at = ["2026-01-01T02:00:00Z", "2026-01-01T03:00:00Z", "2026-01-01T01:00:00Z"]
    bodies: list[Any] = [{"use_case": "flight_delays", "time": time} for time in at]
    parsed = parse(
        {"Records": [*map(message, bodies, "abc"), message({"use_case": "digits"}, "d"), message("nonsense", "e")]}
    )
    assert isinstance(parsed, Messages)
    assert parsed.looks["flight_delays"].time == datetime(2026, 1, 1, 3, tzinfo=UTC)
    assert (parsed.looks["digits"].time, parsed.messages["flight_delays"]) == (None, ["a", "b", "c"])
    assert list(parsed.refused) == ["e"]


def test_commands_are_told_apart() -> None:
    by: dict[str, Any] = {"use_case": "flight_delays", "by": "ann", "why": "May"}
    assert isinstance(parse({**by, "start": TERMS, "request": "r1"}), Start)
    assert isinstance(parse({**by, "stop": True, "keep": True}), Stop)
    assert isinstance(parse({"use_case": "flight_delays", "time": "2026-01-01T00:00:00Z"}), Look)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"use_case": "../x"},
        {"use_case": "flight_delays", "time": "2026-01-01T00:00:00"},
        {"use_case": "flight_delays", "start": {**TERMS, "minimum": 1}, "by": "a", "why": "b", "request": "r"},
        {"use_case": "flight_delays", "start": {**TERMS, "ramp": []}, "by": "a", "why": "b", "request": "r"},
        {"use_case": "flight_delays", "start": TERMS, "by": "", "why": "b", "request": "r"},
    ],
)
def test_what_is_no_event_of_ours_is_refused(event: Any) -> None:
    with pytest.raises(ValidationError):
        parse(event)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"guards": {"latency": {"margin": 0.01, "alpha": 0.01}}}, "needs above_ms"),
        ({"method": "thompson", "metric": "auc"}, "single records"),
        ({"at_maximum": "promote"}, "needs non_inferiority"),
        ({"guards": {"speed": {"margin": 0.01, "alpha": 0.01}}}, "latency"),
    ],
)
def test_terms_that_cannot_be_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        terms(**change)


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        (Rest("nothing is due"), "nothing is due"),
        (Weigh(0.1), "the challenger's share moves to 10.0%"),
        (Alarm(Told("ExperimentBlocked", "the endpoint is Failed")), "the endpoint is Failed"),
    ],
)
def test_people_are_told_in_words_where_it_came_to_rest(monkeypatch: pytest.MonkeyPatch, rest: Step, says: str) -> None:
    known = SimpleNamespace(name="e1", result="running")
    world: Any = SimpleNamespace(records=SimpleNamespace(newest=lambda _: known))
    monkeypatch.setattr("experiment.handler.reconcile", lambda *_: rest)
    assert handler.command(world, Look(use_case="flight_delays")) == {"experiment": "e1", "rest": says}


def test_settings_name_what_is_missing() -> None:
    with pytest.raises(ValidationError, match="ML_LOOP_EXPERIMENTS_TABLE"):
        Settings.load({"ML_LOOP_ENVIRONMENT": "dev"})


def test_settings_say_how_requests_are_shared() -> None:
    given = {"ML_LOOP_ENVIRONMENT": "dev", "ML_LOOP_EXPERIMENTS_TABLE": "t", "ML_LOOP_PROCESSED_BUCKET": "b"}
    settings = Settings.load(given | {"ML_LOOP_ASSIGNMENTS": '{"flight_delays": "sticky"}'})
    assert settings.assignments == {"flight_delays": "sticky"}
    with pytest.raises(ValidationError):
        Settings.load(given | {"ML_LOOP_ASSIGNMENTS": '{"flight_delays": "drawn"}'})


def test_trouble_with_one_use_case_does_not_keep_the_others_messages() -> None:
    def act(look: Look) -> str:
        if look.use_case == "first":
            raise OSError("unreachable")
        return "fine"

    asked = Messages(Look, [("a", '{"use_case": "first"}'), ("b", '{"use_case": "second"}'), ("c", "{}")])
    assert asked.each(act, handler.logger) == {"batchItemFailures": [{"itemIdentifier": "c"}, {"itemIdentifier": "a"}]}


def test_the_parameter_is_the_pipelines_own() -> None:
    from experiment.aws import LOOK as PARAMETER
    from pipelines_src.definition import outcomes_pipeline

    assert outcomes_pipeline.LOOK == PARAMETER
