"""What an environment gets of experiments: only where a use case has the section, and whole."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from config import UseCase, load_environment, load_use_case
from experiment import steps
from experiment.events import Look
from experiment.settings import Settings
from ops.experiment import function
from stacks import platform_stage

STACK = "dev-flight-delays-experiment"
Templates = dict[str, dict[str, Any]]


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind}


@pytest.fixture(scope="module")
def control(templates: Templates) -> dict[str, Any]:
    return templates["dev-control"]


@pytest.fixture(scope="module")
def rules(templates: Templates) -> dict[str, dict[str, Any]]:
    found = of_type(templates[STACK], "AWS::Events::Rule")
    return {rule["Description"].partition(": ")[2]: rule for rule in found.values()}


def test_without_the_section_nothing_of_it_exists(synthesise: Callable[..., Templates]) -> None:
    local = load_environment("local")
    others = synthesise(local.model_copy(update={"use_cases": ("handwritten_digits",)}))
    assert not any(name.endswith("-experiment") for name in others)
    assert "xperiment" not in json.dumps(others["local-control"])
    # Nor is it trained again by itself, as this one is not either.
    assert not any(name.endswith("-loop") for name in others)
    assert not [name for name in others["local-control"]["Resources"] if "Retrain" in name or "Turns" in name]


def test_the_schedule_sends_the_time_and_what_happens_sends_none(rules: dict[str, dict[str, Any]]) -> None:
    assert len(rules) == 3
    timed = rules["time to look at the experiment"]
    assert timed["ScheduleExpression"] == "rate(1 hour)"
    [target] = timed["Targets"]
    transformer = target["InputTransformer"]
    assert transformer["InputPathsMap"] == {"time": "$.time"}
    # EventBridge puts quotes around a text.
    message = transformer["InputTemplate"].replace("<time>", '"2026-01-01T00:00:00Z"')
    # What the loop proposes is compared by itself, on what the use case declares.
    declared = function.declared(load_use_case("flight_delays"))
    assert Look.model_validate_json(message).time is not None
    assert Look.model_validate_json(message).declared == declared
    untimed = [rule["Targets"][0]["Input"] for rule in rules.values() if "EventPattern" in rule]
    assert [Look.model_validate_json(text) for text in untimed] == [
        Look(use_case="flight_delays", declared=declared)
    ] * 2


def test_rules_are_about_this_use_case_and_keep_what_they_cannot_deliver(
    rules: dict[str, dict[str, Any]], control: dict[str, Any], plain: Callable[[Any], Any]
) -> None:
    queue = next(one for name, one in of_type(control, "AWS::SQS::Queue").items() if name.startswith("ExperimentLooks"))
    for rule in rules.values():
        [target] = rule["Targets"]
        assert plain(target["Arn"]).endswith(f":{queue['QueueName']}")
        assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0
        assert "Arn" in target["DeadLetterConfig"]
    sums = rules["the sums of a look are made, or will not be"]["EventPattern"]["detail"]
    assert plain(sums["pipelineArn"][0]).endswith(":pipeline/dev-flight-delays-outcomes")
    assert rules["its endpoint came to rest"]["EventPattern"]["detail"]["EndpointName"] == ["dev-flight-delays"]


def test_both_functions_that_rules_send_to_may_share_the_queue_of_what_was_not_delivered(
    control: dict[str, Any],
) -> None:
    for policy in of_type(control, "AWS::SQS::QueuePolicy").values():
        names = [one.get("Sid") for one in policy["PolicyDocument"]["Statement"] if one.get("Sid")]
        assert len(names) == len(set(names))


def test_the_function_is_told_what_it_reads_and_hears_soon(control: dict[str, Any]) -> None:
    functions = of_type(control, "AWS::Lambda::Function").values()
    [function] = [one for one in functions if one["Handler"] == "experiment.handler.lambda_handler"]
    assert set(function["Environment"]["Variables"]) == {field.alias for field in Settings.model_fields.values()}
    sources = of_type(control, "AWS::Lambda::EventSourceMapping").values()
    [source] = [one for one in sources if "ExperimentLooks" in json.dumps(one["EventSourceArn"])]
    assert source["MaximumBatchingWindowInSeconds"] == 5
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    queue = next(one for name, one in of_type(control, "AWS::SQS::Queue").items() if name.startswith("ExperimentLooks"))
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_alarms_find_what_the_function_counts(
    templates: Templates, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from shared.metrics import count

    alarms = of_type(templates[STACK], "AWS::CloudWatch::Alarm").values()
    assert {alarm["MetricName"] for alarm in alarms} == {steps.ASKS, steps.NO_SUMS, steps.BLOCKED}
    for alarm in alarms:
        assert "docs/runbooks/experiments.md" in alarm["AlarmDescription"]
        count(alarm["MetricName"], environment="dev", use_case="flight-delays")
        written = json.loads(capsys.readouterr().out)
        [dimensions] = written["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
        assert {name: written[name] for name in dimensions} == {d["Name"]: d["Value"] for d in alarm["Dimensions"]}


def test_exposures_are_read_where_users_keep_a_variant(
    synthesise: Callable[..., Templates], templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sticky(name: str) -> UseCase:
        found = load_use_case(name)
        assert found.experiment is not None
        return found.model_copy(update={"experiment": found.experiment.model_copy(update={"assignment": "sticky"})})

    monkeypatch.setattr(platform_stage, "load_use_case", sticky)
    dev = load_environment("dev").model_copy(update={"use_cases": ("flight_delays",)})
    for found, reads in ((synthesise(dev), True), (templates, False)):
        [pipeline] = of_type(found[STACK], "AWS::SageMaker::Pipeline").values()
        assert ("/flight_delays/exposures" in json.dumps(pipeline["PipelineDefinition"])) == reads
