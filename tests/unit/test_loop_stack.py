"""What closes the loop: rules of a use case's own stack, and a function once per environment."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from config import UseCase, load_use_case
from config.use_case.retrain import Retrain, Sample, Window
from pipelines_src.definition import use_case_warm_start
from retrain import logic, pipelines, state
from retrain.events import Look, Sampling, Terms
from retrain.settings import Settings
from shared.messages import Messages
from stacks import platform_stage
from tests import labelling
from tests.cfn_lint import problems

STACK, MONITORING = "dev-flight-delays-loop", "dev-flight-delays-monitoring"
LAMBDA = "AWS::Lambda::Function"
LOOP = Retrain(
    schedule="rate(30 days)", on_drift="label", cool_down_hours=48, most_turns=2,
    window=Window(validation_days=14, test_days=7), sample=Sample(records=50, schedule="rate(7 days)"),
)  # fmt: skip
TERMS = Terms(
    on_drift="label",
    cool_down_hours=48,
    most_turns=2,
    window=(14, 7),
    sample=Sampling(records=50, days=14, ending=".png"),
)


@pytest.fixture(scope="module")
def made(synthesise: Callable[..., Any]) -> dict[str, Any]:
    """The templates of dev whose use case is labelled and trained again."""
    case = labelling.use_case().model_copy(update={"retrain": LOOP})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform_stage, "load_use_case", lambda _: case)
        found: dict[str, Any] = synthesise(labelling.environment())
    return found


def rules(made: dict[str, Any], stack: str = STACK) -> dict[str, Any]:
    found = [one["Properties"] for one in made[stack]["Resources"].values() if one["Type"] == "AWS::Events::Rule"]
    return {rule["Description"].partition(": ")[2]: rule for rule in found}


def look_of(rule: dict[str, Any], given: dict[str, str]) -> Look:
    """What a rule sends, as the function reads it; texts of the event, by their names in the template."""
    [target] = rule["Targets"]
    assert {"DeadLetterConfig", "RetryPolicy"} <= target.keys()
    text = target.get("Input") or target["InputTransformer"]["InputTemplate"]
    for name, value in given.items():
        text = text.replace(f"<{name}>", json.dumps(value))  # EventBridge puts quotes around a text
    [look] = Messages.of(Look, {"Records": [{"messageId": "m", "body": text}]}).looks.values()
    return look


def test_every_rule_sends_what_the_function_reads(made: dict[str, Any]) -> None:
    found = rules(made)
    assert set(found) == {
        "a training is over", "an hour has passed", "it is time to train again", "it is time to label a sample",
        "dev-flight-delays-sample is over", "dev-flight-delays-deliver is over", "labelling has answered",
    }  # fmt: skip
    assert found["it is time to train again"]["ScheduleExpression"] == "rate(30 days)"
    assert found["it is time to label a sample"]["ScheduleExpression"] == "rate(7 days)"
    for description, rule in found.items():
        look = look_of(rule, {"time": "2026-11-28T03:00:00Z"})
        assert look.terms == TERMS
        timed = {"it is time to train again": ["schedule"], "it is time to label a sample": ["sample"]}
        assert [cause.kind for cause in look.causes] == timed.get(description, [])


def test_alarms_of_the_monitor_turn_the_loop_as_they_mean(made: dict[str, Any], plain: Callable[[Any], Any]) -> None:
    monitoring = made[MONITORING]["Resources"]
    metrics = {
        name: one["Properties"]["MetricName"] for name, one in monitoring.items() if one["Type"].endswith("Alarm")
    }
    drift = {name for name, metric in metrics.items() if metric.startswith(("data_quality", "explainability", "bias"))}
    quality = {name for name, metric in metrics.items() if metric.startswith("model_quality")}
    found = rules(made, MONITORING)
    for kind, alarms in {"drift": drift, "quality": quality}.items():
        rule = found[f"an alarm on {kind} rings"]
        pattern = rule["EventPattern"]
        assert {one["Fn::GetAtt"][0] for one in pattern["resources"]} == alarms
        assert {**pattern, "resources": []} == {
            "source": ["aws.cloudwatch"],
            "detail-type": ["CloudWatch Alarm State Change"],
            "resources": [],
            "detail": {"state": {"value": ["ALARM"]}},
        }
        paths = rule["Targets"][0]["InputTransformer"]["InputPathsMap"]
        assert paths == {"began": "$.detail.state.timestamp", "name": "$.detail.alarmName"}
        look = look_of(rule, {"began": "2026-11-28T03:00:00.123+0000", "name": "an-alarm"})
        [cause] = look.causes
        assert (cause.kind, cause.source, look.terms) == (kind, "an-alarm", TERMS)
    # Each hour the function asks the same alarms.
    asked = found["an hour has passed; do alarms ring?"]
    text = plain(asked["Targets"][0]["Input"])
    look = Look.model_validate_json(text)
    assert {kind: len(names) for kind, names in look.alarms.items()} == {"drift": len(drift), "quality": len(quality)}


def test_the_end_of_the_training_pipeline_alone_is_heard(made: dict[str, Any]) -> None:
    pattern = rules(made)["a training is over"]["EventPattern"]
    [pipeline] = pattern["detail"]["pipelineArn"]
    assert json.dumps(pipeline).endswith('pipeline/dev-flight-delays"]]}') or str(pipeline).endswith(
        "pipeline/dev-flight-delays"
    )


def test_alarms_tell_people_what_to_do(made: dict[str, Any]) -> None:
    alarms = [one["Properties"] for one in made[STACK]["Resources"].values() if one["Type"].endswith("::Alarm")]
    assert {alarm["MetricName"] for alarm in alarms} == {"RetrainFailed", "RetrainRefused", "RetrainBudgetSpent"}
    assert all("docs/runbooks/retraining.md" in alarm["AlarmDescription"] for alarm in alarms)


def test_the_function_is_told_what_it_reads(made: dict[str, Any]) -> None:
    functions = [one["Properties"] for one in made["dev-control"]["Resources"].values() if one["Type"] == LAMBDA]
    [function] = [one for one in functions if one["Handler"] == "retrain.handler.lambda_handler"]
    assert set(function["Environment"]["Variables"]) == {field.alias for field in Settings.model_fields.values()}


def test_the_templates_have_no_findings(made: dict[str, Any]) -> None:
    assert problems({name: made[name] for name in (STACK, MONITORING, "dev-control")}) == []


def test_the_function_knows_the_pipelines_names(templates: dict[str, Any]) -> None:
    [pipeline] = [
        one for one in templates["dev-flight-delays-training"]["Resources"].values() if one["Type"].endswith("Pipeline")
    ]
    text = json.dumps(pipeline)
    assert all(f'\\"{name}\\"' in text for name in (state.RAW_VERSION, state.SPLIT_UNTIL, state.CHAMPION))
    assert pipelines.REGISTER in text
    assert logic.GATE in text
    assert state.WARM_START == use_case_warm_start.PARAMETER


FLIGHTS = load_use_case("flight_delays")
LABELLED: dict[str, Any] = {
    "data": {**FLIGHTS.data.model_dump(mode="json", exclude_unset=True), "label_from": "both"},
    "label": {**labelling.GROUND_TRUTH, "task": {**labelling.TASK, "categories": ["0", "1"]}},
}
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "challenger without an experiment": ({}, {"experiment": None}, "no section experiment that would compare it"),
    "window of another split": (
        {"window": {"validation_days": 1, "test_days": 1}},
        {"split": {"by": "random", "train": 0.5, "validation": 0.2, "test": 0.2}},
        "is for a split by time",
    ),
    "labels that nobody makes": ({"on_drift": "label"}, {}, "found 'label', which needs retrain.sample"),
    "a sample that nobody labels": ({"sample": {}}, {}, "needs a section label with backend ground_truth"),
    "a sample of several categories": (
        {"sample": {}},
        {"label": {**labelling.GROUND_TRUTH, "task": {**labelling.TASK, "type": "bounding_box"}}},
        "is for one category of an object",
    ),
    "a sample whose labels no training reads": (
        {"sample": {}},
        {"label": labelling.GROUND_TRUTH},
        "data.label_from is raw, so that no training reads the labels",
    ),
    "outcomes that come when all is judged": (
        {"sample": {}, "on_drift": "label", "propose": "person"},
        {**LABELLED, "experiment": None, "monitor": {}},
        "retrain.on_drift has people label requests for the monitor, which would have judged their window before",
    ),
    "a schedule of outcomes that come when all is judged": (
        {"sample": {"schedule": "rate(7 days)"}},
        {**LABELLED, "monitor": {"outcome_hours": 0}},
        "retrain.sample.schedule has people label",
    ),
    "another model to go on from": (
        {},
        {"train": {"warm_start": "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/elsewhere/1"}},
        "is copied by whoever starts the pipeline",
    ),
    "an odd schedule": ({"schedule": "rate(1 days)"}, {}, "allowed is a unit in the singular"),
    "no turns": ({"most_turns": 0}, {}, "greater than or equal to 1"),
}


@pytest.mark.parametrize(("section", "changes", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused(section: dict[str, Any], changes: dict[str, Any], said: str) -> None:
    document = FLIGHTS.model_dump(mode="json", exclude_unset=True) | changes
    with pytest.raises(ValidationError, match=said):
        UseCase.model_validate({**document, "retrain": section})


def test_labels_that_come_in_time_are_outcomes() -> None:
    section = {"sample": {"schedule": "rate(7 days)"}, "on_drift": "label"}
    document = FLIGHTS.model_dump(mode="json", exclude_unset=True) | LABELLED | {"monitor": {"outcome_hours": 72}}
    assert UseCase.model_validate({**document, "retrain": section}).retrain
