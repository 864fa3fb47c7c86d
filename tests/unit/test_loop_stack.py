"""What closes the loop: rules of a use case's own stack, and a function once per environment."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from config import UseCase, load_environment, load_use_case
from config.use_case.retrain import Retrain, Window
from pipelines_src.definition import use_case_warm_start
from retrain import logic, pipelines, state
from retrain.events import Look, Terms
from shared.messages import Messages
from stacks import platform_stage
from tests.cfn_lint import problems

STACK = "dev-flight-delays-loop"
LOOP = Retrain(
    schedule="rate(30 days)", cool_down_hours=48, most_turns=2, window=Window(validation_days=14, test_days=7)
)


@pytest.fixture(scope="module")
def made(synthesise: Callable[..., Any]) -> dict[str, Any]:
    """The templates of dev whose use case is trained again."""
    case = load_use_case("flight_delays").model_copy(update={"retrain": LOOP})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform_stage, "load_use_case", lambda _: case)
        found: dict[str, Any] = synthesise(load_environment("dev"))
    return found


def rules(made: dict[str, Any]) -> dict[str, Any]:
    found = [one["Properties"] for one in made[STACK]["Resources"].values() if one["Type"] == "AWS::Events::Rule"]
    return {rule["Description"].partition(": ")[2]: rule for rule in found}


def test_without_the_section_nothing_of_it_exists(templates: dict[str, Any]) -> None:
    assert STACK not in templates
    assert not [name for name in templates["dev-control"]["Resources"] if "Retrain" in name or "Turns" in name]


def test_every_rule_sends_what_the_function_reads(made: dict[str, Any]) -> None:
    found = rules(made)
    assert set(found) == {"a training is over", "an hour has passed", "it is time to train again"}
    assert found["it is time to train again"]["ScheduleExpression"] == "rate(30 days)"
    for description, rule in found.items():
        [target] = rule["Targets"]
        text = target.get("Input") or target["InputTransformer"]["InputTemplate"].replace(
            "<time>", json.dumps("2026-11-28T03:00:00Z")
        )
        [look] = Messages.of(Look, {"Records": [{"messageId": "m", "body": text}]}).looks.values()
        assert look.terms == Terms(cool_down_hours=48, most_turns=2, window=(14, 7))
        assert [cause.kind for cause in look.causes] == (["schedule"] if "time to" in description else [])
        assert {"DeadLetterConfig", "RetryPolicy"} <= target.keys()


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


def test_the_templates_have_no_findings(made: dict[str, Any]) -> None:
    assert problems({name: made[name] for name in (STACK, "dev-control")}) == []


def test_the_function_knows_the_pipelines_names(templates: dict[str, Any]) -> None:
    [pipeline] = [
        one for one in templates["dev-flight-delays-training"]["Resources"].values() if one["Type"].endswith("Pipeline")
    ]
    text = json.dumps(pipeline)
    assert all(f'\\"{name}\\"' in text for name in (state.RAW_VERSION, state.SPLIT_UNTIL, state.CHAMPION))
    assert pipelines.REGISTER in text
    assert logic.GATE in text
    assert state.WARM_START == use_case_warm_start.PARAMETER


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "challenger without an experiment": ({}, {"experiment": None}, "no section experiment that would compare it"),
    "window of another split": (
        {"window": {"validation_days": 1, "test_days": 1}},
        {"split": {"by": "random", "train": 0.5, "validation": 0.2, "test": 0.2}},
        "is for a split by time",
    ),
    "another engine": ({}, {"prepare": {"engine": "glue"}}, "whose state machine starts the pipeline"),
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
    document = load_use_case("flight_delays").model_dump(mode="json", exclude_unset=True) | changes
    with pytest.raises(ValidationError, match=said):
        UseCase.model_validate({**document, "retrain": section})
