"""The assignment function and the collector in the control stack: private, told what they need, and watched."""

from collections.abc import Callable
from typing import Any

import pytest

from assignment.settings import Settings as AssignmentSettings
from collector.settings import Settings as CollectorSettings
from config import load_environment

Templates = dict[str, dict[str, Any]]
FUNCTION = "AWS::Lambda::Function"


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind}


def handlers(template: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Package of lambda/ -> logical id and properties of its function."""
    return {one["Handler"].partition(".")[0]: (name, one) for name, one in of_type(template, FUNCTION).items()}


@pytest.fixture(scope="module")
def control(templates: Templates) -> dict[str, Any]:
    return templates["dev-control"]


@pytest.fixture(scope="module")
def functions(control: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    return handlers(control)


def test_without_the_section_nothing_of_it_exists(synthesise: Callable[..., Templates]) -> None:
    local = load_environment("local").model_copy(update={"use_cases": ("handwritten_digits",)})
    control = synthesise(local)["local-control"]
    assert not handlers(control).keys() & {"assignment", "collector"}
    assert not any(name.startswith("Assignment") for name in control.get("Outputs", {}))


@pytest.mark.parametrize(
    ("package", "settings"), [("assignment", AssignmentSettings), ("collector", CollectorSettings)]
)
def test_functions_are_told_what_they_read(
    functions: dict[str, tuple[str, dict[str, Any]]], package: str, settings: type[AssignmentSettings]
) -> None:
    _, function = functions[package]
    assert set(function["Environment"]["Variables"]) == {field.alias for field in settings.model_fields.values()}


def test_how_requests_are_shared_is_what_the_use_case_declares(
    functions: dict[str, tuple[str, dict[str, Any]]], plain: Callable[[Any], Any]
) -> None:
    variables = functions["assignment"][1]["Environment"]["Variables"]
    settings = AssignmentSettings.model_validate({name: plain(value) for name, value in variables.items()})
    assert settings.use_cases == {"flight_delays": "random"}


def test_events_go_from_the_function_through_the_queue_to_the_collector(
    control: dict[str, Any], functions: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    queue = functions["assignment"][1]["Environment"]["Variables"]["ML_LOOP_QUEUE_URL"]["Ref"]
    collector = functions["collector"][0]
    sources = of_type(control, "AWS::Lambda::EventSourceMapping").values()
    [source] = [one for one in sources if one["FunctionName"] == {"Ref": collector}]
    assert source["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}
    # One bad message must not send a thousand good ones round again.
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    properties = of_type(control, "AWS::SQS::Queue")[queue]
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: at least six times the function's
    assert properties["VisibilityTimeout"] >= 6 * functions["collector"][1]["Timeout"]
    assert properties["KmsMasterKeyId"]
    assert properties["RedrivePolicy"]["deadLetterTargetArn"]


def test_nobody_but_by_identity_policies_may_invoke_it(
    control: dict[str, Any], functions: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    mine = {"Ref": functions["assignment"][0]}, {"Fn::GetAtt": [functions["assignment"][0], "Arn"]}
    assert not of_type(control, "AWS::Lambda::Url")
    assert not [one for one in of_type(control, "AWS::Lambda::Permission").values() if one["FunctionName"] in mine]


@pytest.mark.parametrize("package", ["assignment", "collector"])
def test_somebody_hears_when_it_fails(
    control: dict[str, Any], functions: dict[str, tuple[str, dict[str, Any]]], package: str
) -> None:
    dimension = [{"Name": "FunctionName", "Value": {"Ref": functions[package][0]}}]
    alarms = [one for one in of_type(control, "AWS::CloudWatch::Alarm").values() if one.get("Dimensions") == dimension]
    assert {one["MetricName"] for one in alarms} == {"Errors", "Throttles"}
    assert all(one["AlarmActions"] and "docs/runbooks/assignment.md" in one["AlarmDescription"] for one in alarms)


def test_programs_find_it_by_the_stacks_outputs(
    control: dict[str, Any], functions: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    outputs = control["Outputs"]
    assert outputs["AssignmentFunctionName"]["Value"] == {"Ref": functions["assignment"][0]}
    assert outputs["AssignmentQueueUrl"]["Value"]["Ref"].startswith("Exposures")
