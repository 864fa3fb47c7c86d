"""Every alarm of the project has a name, and a heading of a runbook that says what to do."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config import load_use_case
from config.use_case.retrain import Retrain
from stacks import platform_stage
from tests import labelling
from tests.serverless import environment as serverless
from tests.unit import dashboard_kit

ROOT = Path(__file__).resolve().parents[2]
_COMMAND = re.compile(r"\b(aws|python -m ops|cdk) [a-z]")


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and GitLab make it.

    >>> slug("The release function has errors, or is throttled")
    'the-release-function-has-errors-or-is-throttled'
    """
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def sections(path: Path) -> dict[str, str]:
    """The text below each heading of a file, by its anchor."""
    parts = re.split(r"^## (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {slug(heading): text for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def alarms(templates: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        resource["Properties"]
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]


@pytest.fixture(scope="module")
def more(synthesise: Callable[..., Any]) -> dict[str, Any]:
    """The templates of an environment with what no committed one has: labels, turns, a serverless endpoint."""
    page = labelling.label(task=labelling.PAGE | {"pre_annotation": None})
    case = labelling.use_case(page).model_copy(
        update={"retrain": Retrain(schedule="rate(30 days)"), "experiment": None}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            platform_stage, "load_use_case", lambda name: case if name == "flight_delays" else load_use_case(name)
        )
        patch.setattr("stacks.labeling_stack.require_template", lambda *_: None)
        patch.setattr("stacks.labeling_stack.worker_page", lambda *_: "<p></p>")
        environment = serverless(name="more").model_copy(update={"workforce": "people"})
        found: dict[str, Any] = synthesise(environment)
    return found


def test_every_alarm_names_a_heading_that_has_a_command(templates: Any, more: Any) -> None:
    found = [*alarms(templates), *alarms(more)]
    assert len(found) > 100
    for alarm in found:
        text = alarm["AlarmDescription"]
        named = re.search(r"(docs/runbooks/[\w-]+\.md)#([\w-]+)$", text)
        assert named, f"{text}: it has to end with docs/runbooks/<file>.md#<heading>"
        path, heading = ROOT / named.group(1), named.group(2)
        assert path.exists(), text
        assert heading in sections(path), f"{path.name} has no heading for {text}"
        assert _COMMAND.search(sections(path)[heading]), f"{path.name}, {heading} says no command"
        assert len(text) <= 1024


def test_names_of_alarms_are_of_their_own(templates: Any, more: Any) -> None:
    names = [alarm["AlarmName"] for alarm in (*alarms(templates), *alarms(more))]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert all(re.fullmatch(r"[a-z0-9]+-[\w-]{3,200}", name) for name in names)
    assert {"dev-flight-delays-ReleaseFailed", "more-control-FailedRetrainLooksNotEmpty"} <= set(names)
    assert "more-flight-delays-labeling-AnnotationAlarmsErrors" in names


def test_every_finding_that_is_watched_is_one_that_a_function_counts() -> None:
    assert len(dashboard_kit.findings()) >= 12
    assert set(dashboard_kit.findings()) <= dashboard_kit.counted()


def test_no_heading_of_an_alarm_is_left_over(templates: Any, more: Any) -> None:
    named = {alarm["AlarmDescription"].partition("#")[2] for alarm in (*alarms(templates), *alarms(more))}
    for path in (ROOT / "docs" / "runbooks").glob("*.md"):
        for heading in sections(path):
            if re.search(r"-function-has-errors|^failed\w+$|alarms(errors|latency|memory|concurrency)$", heading):
                assert heading in named, f"{path.name}: no alarm leads to {heading}"
