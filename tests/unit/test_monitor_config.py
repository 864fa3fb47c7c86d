"""The section `monitor`: what it refuses, what it means left out, and that the function understands what it is told."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from config import ConfigError, UseCase, load_environment, load_use_case
from config.environment_agreement import require_window
from config.serverless_agreement import require_no_monitor
from config.use_case.monitor import Monitor
from config.use_case.monitor_agreement import MADE_UP, monitor_terms
from config.use_case.schedule import gaps
from monitor import windows
from monitor.events import Terms
from pipelines_src.steps.monitoring import request
from pipelines_src.steps.monitoring.request import Request

CASE: UseCase = load_use_case("flight_delays")
JFK = {"name": "origin", "values": ["JFK"]}


def with_monitor(monitor: dict[str, Any], case: str = "flight_delays", **more: Any) -> UseCase:
    document = load_use_case(case).model_dump(exclude_unset=True)
    return UseCase.model_validate(document | {"monitor": monitor} | more)


def terms(case: UseCase, days: int = 30) -> Terms:
    assert case.monitor
    return Terms.model_validate(monitor_terms(case, case.monitor, days))


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a facet that is no field": ({"facets": [{"name": "orign", "values": ["a"]}]}, "facets.0.name", "did you mean"),
    "a feature is no field": ({"facets": [{"name": "weekday", "at_least": 1.0}]}, "facets.0.name", "allowed"),
    "texts of a number": ({"facets": [{"name": "distance", "values": ["1"]}]}, "facets.0.values", "type text"),
    "a bound of a text": ({"facets": [{"name": "origin", "at_least": 1.0}]}, "facets.0.at_least", "type number"),
    "neither texts nor bound": ({"facets": [{"name": "origin"}]}, "facets.0.values", "write one of them"),
    "facets twice": ({"facets": [JFK, JFK]}, "facets", "each once"),
    "bias without facets": ({"monitors": ["bias"]}, "facets", "write both or neither"),
    "facets without bias": ({"monitors": ["data_quality"], "facets": [JFK]}, "monitors", "write both or neither"),
    "too many values": (
        {"facets": [{"name": "origin", "values": ["\u5cf6" * 100] * 20}]}, "facets", "characters",
    ),
    "more often than captures": ({"schedule": "rate(5 minutes)"}, "schedule", "once an hour at most"),
    "many minutes of an hour": ({"schedule": "cron(0,30 * * * ? *)"}, "schedule", "once an hour at most"),
    "too rarely": ({"schedule": "cron(0 3 1 * ? *)"}, "schedule", "are not made up for"),
    "no schedule": ({"schedule": "daily"}, "schedule", "pattern"),
    "nothing": ({"monitors": []}, "monitors", "at least 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_nonsense_is_refused_with_its_key_and_a_remedy(name: str) -> None:
    monitor, key, says = REFUSED[name]
    with pytest.raises(ValidationError) as caught:
        with_monitor(monitor)
    text = str(caught.value)
    assert says in text
    assert key.rpartition(".")[2] in text


@pytest.mark.parametrize(
    ("monitor", "says"),
    [
        ({"monitors": ["model_quality"]}, "no outcomes to judge by"),
        ({"monitors": ["data_quality", "explainability"]}, "not kmeans"),
        ({"facets": [{"name": "pixel0", "at_least": 1.0}]}, "decided about"),
        ({"outcome_hours": 24}, "nothing for clustering"),
    ],
)
def test_clusters_have_neither_outcomes_nor_explanations(monitor: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        with_monitor(monitor, "digit_clusters")


def test_left_out_it_is_whatever_the_use_case_can_have() -> None:
    assert terms(with_monitor({})).monitors == ("data_quality", "model_quality", "explainability")
    assert "bias" in terms(with_monitor({"facets": [JFK]})).monitors
    assert terms(with_monitor({}, "digit_clusters")).monitors == ("data_quality",)


def test_outcomes_are_waited_for_as_by_experiments_unless_it_says_otherwise() -> None:
    assert CASE.experiment
    assert terms(with_monitor({})).outcome_hours == CASE.experiment.outcome_hours == 24
    assert terms(with_monitor({"outcome_hours": 3})).outcome_hours == 3
    assert terms(with_monitor({}, experiment=None, retrain=None)).outcome_hours == 0


@pytest.mark.parametrize(
    ("monitor", "hours"), [({}, 48), ({"window_hours": 1}, 2), ({"schedule": "rate(3 days)"}, 144)]
)
def test_two_intervals_without_a_look_are_too_many(monitor: dict[str, Any], hours: int) -> None:
    assert terms(with_monitor(monitor)).overdue_hours == hours


def test_the_job_understands_what_the_function_is_told() -> None:
    tolerances = {"types": 0.02, "ndcg": 0.8, "quality": 0.0}
    told = terms(with_monitor({"facets": [JFK, {"name": "distance", "at_least": 1000.0}], "tolerances": tolerances}))
    found = Request.of({"tolerances": told.tolerances, "facets": list(told.facets), "monitors": list(told.monitors)})
    assert [facet.label for facet in found.facets] == ["origin=JFK", "distance>=1000"]
    assert {name: found.tolerances[name] for name in tolerances} == tolerances
    assert set(Monitor().tolerances.model_dump()) == set(found.tolerances)
    # Left out, they are the job's own.
    assert Monitor().tolerances.model_dump() == Request.of({}).tolerances
    assert Monitor().alpha == Request.of({}).alpha
    assert set(request.MONITORS) == {"data_quality", "model_quality", "bias", "explainability"}


def test_the_function_makes_up_for_as_many_windows_as_the_rule_believes() -> None:
    assert windows.MADE_UP == MADE_UP


@pytest.mark.parametrize(
    ("schedule", "shortest", "longest"),
    [
        ("rate(90 minutes)", timedelta(minutes=90), timedelta(minutes=90)),
        ("cron(30 4 * * ? *)", timedelta(days=1), timedelta(days=1)),
        ("cron(0 8 ? * MON-FRI *)", timedelta(days=1), timedelta(days=3)),
        ("cron(0 22,23 ? * MON *)", timedelta(hours=1), timedelta(days=6, hours=23)),
        ("cron(0/20 * * * ? *)", timedelta(minutes=20), timedelta(minutes=20)),
    ],
)
def test_the_gaps_of_a_schedule(schedule: str, shortest: timedelta, longest: timedelta) -> None:
    assert gaps(schedule) == (shortest, longest)


def test_captures_must_stay_until_they_have_been_looked_at() -> None:
    dev = load_environment("dev")
    require_window(dev, with_monitor({"window_hours": 24, "outcome_hours": 28 * 24}))
    with pytest.raises(ConfigError, match=r"capture_days: found 30, .* goes back 31 days .* allowed is 31 or more"):
        require_window(dev, with_monitor({"window_hours": 24, "outcome_hours": 28 * 24 + 1}))


def test_what_captures_nothing_is_not_watched() -> None:
    dev = load_environment("dev")
    serving = dev.serving.model_copy(update={"serverless": object()})
    require_no_monitor(dev, with_monitor({}))
    with pytest.raises(ConfigError, match="captures nothing; allowed is one of them"):
        require_no_monitor(dev.model_copy(update={"serving": serving}), with_monitor({}))
