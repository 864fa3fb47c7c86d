"""What watches an endpoint: a pipeline, rules and alarms of a use case's own stack, and the function."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config import load_environment, load_use_case
from monitor.events import Look, Terms
from monitor.published import VIOLATIONS, Place, data
from shared.messages import Messages
from stacks import platform_stage
from tests.unit.monitor_client_kit import NOW, RUN

STACK = "dev-flight-delays-monitoring"
RUNBOOK = Path(__file__).resolve().parents[2] / "docs" / "runbooks" / "monitoring.md"


@pytest.fixture(scope="module")
def resources(templates: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = templates[STACK]["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def test_without_the_section_nothing_of_it_exists(synthesise: Callable[..., Any]) -> None:
    case = load_use_case("flight_delays").model_copy(update={"monitor": None})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform_stage, "load_use_case", lambda _: case)
        found = synthesise(load_environment("dev"))
    assert STACK not in found
    assert not [name for name in found["dev-control"]["Resources"] if name.startswith("Monitor")]


def test_every_rule_sends_what_the_function_reads(resources: dict[str, Any]) -> None:
    every = {one["Description"].partition(": ")[2]: one for one in of_type(resources, "AWS::Events::Rule").values()}
    rules = {description: rule for description, rule in every.items() if "alarm" not in description}  # not the loop's
    assert set(rules) == {
        "time to look at captured requests", "an hour has passed", "a look at captured requests is over",
        "its endpoint came to rest",
    }  # fmt: skip
    for description, rule in rules.items():
        [target] = rule["Targets"]
        [look] = Messages.of(Look, {"Records": [{"messageId": "m", "body": target["Input"]}]}).looks.values()
        assert look.begin == ("time to" in description)
        monitors = ("data_quality", "model_quality", "explainability")
        weeks = {"window_hours": 672, "overdue_hours": 2 * 672}
        assert look.terms == Terms(monitors=monitors, outcome_hours=24, capture_days=30, **weeks)
        assert {"DeadLetterConfig", "RetryPolicy"} <= target.keys()
        assert len(target["Input"]) < 8192
    pattern = rules["a look at captured requests is over"]["EventPattern"]
    assert "pipeline/dev-flight-delays-monitoring" in json.dumps(pattern)


def test_alarms_tell_people_what_to_do(resources: dict[str, Any]) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    headings = {line.removeprefix("## ") for line in RUNBOOK.read_text().splitlines() if line.startswith("## ")}
    named = {one["AlarmName"].rpartition("-")[2] for one in alarms.values()}
    assert named == {
        "DataQualityViolations", "ModelQualityViolations", "ExplainabilityViolations", "NoCaptures", "MonitorFailed",
        "MonitorOverdue",
    }  # fmt: skip
    assert named | {"BiasViolations"} <= headings
    assert all("docs/runbooks/monitoring.md" in one["AlarmDescription"] for one in alarms.values())


def test_alarms_look_at_what_the_function_publishes_of_the_champion(resources: dict[str, Any]) -> None:
    measured = [{"name": name, "value": 1, "unit": "Count"} for name in (*VIOLATIONS, "captured_records")]
    run = type(RUN)(**{**RUN.__dict__, "use_case": "flight_delays"})
    published = {
        (one["MetricName"], tuple(sorted((pair["Name"], pair["Value"]) for pair in one["Dimensions"])))
        for one in data(measured, run, Place("dev", "dev-flight-delays"), 0, NOW)
    }
    watched = [one for one in of_type(resources, "AWS::CloudWatch::Alarm").values() if len(one["Dimensions"]) > 2]
    assert len(watched) == 4
    for one in watched:
        dimensions = tuple(sorted((pair["Name"], pair["Value"]) for pair in one["Dimensions"]))
        assert (one["MetricName"], dimensions) in published
        assert one["TreatMissingData"] == "ignore"  # a window's figures hold until the next one's


def test_silence_is_told_once_there_was_a_word(resources: dict[str, Any]) -> None:
    [alarm] = [
        one for one in of_type(resources, "AWS::CloudWatch::Alarm").values() if one["MetricName"] == "MonitorOverdue"
    ]
    # A new alarm has no data and tells nobody; one that had data and has none any more does.
    assert alarm["TreatMissingData"] == "missing"
    assert alarm["InsufficientDataActions"] == alarm["AlarmActions"]
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (3600, 3, 1)


def test_the_loop_is_told_which_alarms_mean_drift_and_which_quality() -> None:
    import aws_cdk as cdk

    from app import SETTINGS

    app = cdk.App(analytics_reporting=False, context=SETTINGS)
    stage = platform_stage.PlatformStage(app, load_environment("dev"))
    [stack] = [child for child in stage.node.children if child.node.id == "FlightDelaysMonitoring"]
    metrics = {name: [one.metric_name for one in getattr(stack, name)] for name in ("drift_alarms", "quality_alarms")}
    assert metrics == {
        "drift_alarms": ["data_quality_violations", "explainability_violations"],
        "quality_alarms": ["model_quality_violations"],
    }
