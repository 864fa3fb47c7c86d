"""What hides a change from a reader: functions that say nothing, conditions, macros, templates that are not here."""

from pathlib import Path
from typing import Any

import pytest

from ops.assembly.model import Assembly, Stack
from ops.assembly.templates import template_of
from ops.review.comparing import review
from ops.review.literals import defined, holds, literal
from ops.review.model import Action, Change, Class, Severity
from tests.unit.review_side_kit import resource, stack

ALARM = resource(
    "CloudWatch::Alarm",
    {"MetricName": "Errors", "Threshold": 1, "AlarmActions": ["arn:aws:sns:us-east-1:111111111111:on-call"]},
)
NAMED = {"C": {"Condition": "D"}}
NEVER, SOMETIMES = {"Fn::Equals": ["a", "b"]}, {"Fn::Equals": [{"Ref": "Model"}, ""]}


def changed(base: Stack, head: Stack) -> dict[str, Change]:
    return {one.logical_id: one for one in review(Assembly((base,)), Assembly((head,))).changes}


def template(document: dict[str, Any]) -> Stack:
    return Stack("prod", "prod-data", template_of(document, Path("prod-data.template.json"), {}))


@pytest.mark.parametrize(
    ("spelt", "said"),
    [
        ({"Fn::Sub": "false"}, "false"),
        ({"Fn::Sub": "a ${!b}"}, "a ${b}"),
        ({"Fn::Join": ["", ["fal", {"Fn::Sub": "se"}]]}, "false"),
        ({"Fn::Join": [":", ["iam", True, 1]]}, "iam:true:1"),
        ({"Fn::Select": ["1", ["on", "off"]]}, "off"),
        ({"Fn::Select": [0, {"Fn::Split": ["/", "a/b"]}]}, "a"),
        ({"Fn::FindInMap": ["Choices", "all", "public"]}, False),
    ],
)
def test_what_a_template_itself_says_is_a_value(spelt: Any, said: Any) -> None:
    there = stack("dev-data", Mappings={"Choices": {"all": {"public": False}}})
    bucket = stack("x", {"B": resource("S3::Bucket", {"Rules": [{"Value": spelt}]})}).template.resources["B"]
    assert literal(bucket, there).properties == {"Rules": [{"Value": said}]}


@pytest.mark.parametrize(
    "spelt",
    [
        {"Fn::Sub": "${Name}"},
        {"Fn::Join": ["", ["a", {"Ref": "Name"}]]},
        {"Fn::Select": [7, ["a"]]},
        {"Fn::FindInMap": ["Choices", {"Ref": "AWS::Region"}, "public"]},
        {"Fn::FindInMap": ["Choices", "all", "missing"]},
        {"Fn::Split": ["", "a"]},
        {"Fn::Sub": ["a", {}]},
        {"Fn::Select": "a"},
    ],
)
def test_what_only_a_deployment_knows_stays_as_it_is(spelt: Any) -> None:
    there = stack("dev-data", Mappings={"Choices": {"all": {}}})
    bucket = stack("x", {"B": resource("S3::Bucket", {"Value": spelt})}).template.resources["B"]
    assert literal(bucket, there) is bucket


def test_conditions_that_a_template_decides() -> None:
    ring = {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    there = stack("dev-data", Conditions={
        "Never": NEVER,
        "Sometimes": SOMETIMES,
        "Always": {"Fn::Not": [{"Condition": "Never"}]},
        "Neither": {"Fn::And": [{"Condition": "Sometimes"}, {"Condition": "Never"}]},
        "Either": {"Fn::Or": [{"Condition": "Sometimes"}, {"Condition": "Always"}]},
        "Perhaps": {"Fn::Or": [{"Condition": "Sometimes"}, {"Condition": "Never"}]},
        **ring,
    })  # fmt: skip
    expected = {"Never": False, "Sometimes": None, "Always": True, "Neither": False, "Either": True, "Perhaps": None}
    assert {name: holds(there, name) for name in expected} == expected
    assert holds(there, "A") is None and holds(there, "Missing") is None and defined(there, "A")


def test_conditions_that_many_ways_lead_to_are_worked_out_once() -> None:
    many = {f"C{at}": {"Fn::Or": [{"Condition": f"C{at + 1}"}, {"Condition": f"C{at + 2}"}]} for at in range(40)}
    assert holds(stack("d", Conditions={**many, "C40": NEVER, "C41": NEVER}), "C0") is False
    deep = {f"C{at}": {"Fn::Not": [{"Condition": f"C{at + 1}"}]} for at in range(5_000)}
    assert holds(stack("d", Conditions=deep), "C0") is None


def test_a_protection_that_is_turned_off_by_a_function_is_off() -> None:
    def side(value: Any) -> Stack:
        return stack(
            "prod-data", {"B": resource("S3::Bucket", {"PublicAccessBlockConfiguration": {"BlockPublicAcls": value}})}
        )

    [found] = changed(side(True), side({"Fn::Sub": "false"}))["B"].found
    assert (found.kind, found.severity) == (Class.EXPOSURE, Severity.HIGH) and "from true to false" in found.text


@pytest.mark.parametrize(
    ("before", "after", "conditions"),
    [
        ({}, {"Condition": "Never"}, ({"Never": NEVER}, {"Never": NEVER})),
        ({"Condition": "C"}, {"Condition": "C"}, ({"C": SOMETIMES}, {"C": NEVER})),
        ({"Condition": "C"}, {"Condition": "C"}, ({**NAMED, "D": SOMETIMES}, {**NAMED, "D": NEVER})),
    ],
)  # fmt: skip
def test_an_alarm_behind_a_condition_that_never_holds_is_gone(before: Any, after: Any, conditions: Any) -> None:
    base, head = (
        stack("prod-data", {"Alarm": {**ALARM, **side}, "Topic": resource("SNS::Topic")}, Conditions=said)
        for side, said in zip((before, after), conditions, strict=True)
    )
    [found] = [one for one in changed(base, head)["Alarm"].found if one.kind is Class.MONITORING_WEAKENED]
    assert found.severity is Severity.HIGH and "Alarm is removed" in found.text


def test_an_alarm_that_is_never_there_watches_for_no_other() -> None:
    base = stack("prod-data", {"Alarm": ALARM, "Topic": resource("SNS::Topic")})
    twin = {"Twin": {**ALARM, "Condition": "Never"}, "Topic": resource("SNS::Topic")}
    head = stack("prod-data", twin, Conditions={"Never": NEVER})
    found = [one.severity for change in changed(base, head).values() for one in change.found]
    assert Severity.HIGH in found


def test_a_refusal_behind_a_condition_that_no_longer_holds_refuses_nothing() -> None:
    statement = {
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    policy = {"Bucket": {"Ref": "B"}, "PolicyDocument": {"Statement": [statement]}}
    there = {"B": resource("S3::Bucket"), "P": resource("S3::BucketPolicy", policy, Condition="C")}
    always = {"Fn::Not": [NEVER]}
    found = changed(stack("d", there, Conditions={"C": always}), stack("d", there, Conditions={"C": NEVER}))["P"]
    assert {Class.EXPOSURE, Class.PERMISSIONS_WIDENED} <= set(found.classes)


@pytest.mark.parametrize("condition", [SOMETIMES, NEVER])
def test_a_condition_that_stays_hides_nothing_and_finds_nothing(condition: Any) -> None:
    there = {"Alarm": {**ALARM, "Condition": "C"}, "Topic": resource("SNS::Topic")}
    assert changed(*(stack("d", there, Conditions={"C": condition}) for _ in range(2))) == {}


SNIPPET = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://b/part.yaml"}}}


@pytest.mark.parametrize(
    ("more", "whole", "says"),
    [
        ({}, {"Transform": ["Evil"]}, "the macro Evil makes of it"),
        ({}, {"Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://b/part.yaml"}}}, "s3://b/part.yaml"),
        ({}, SNIPPET, "AWS::Include of s3://b/part.yaml"),
        ({"N": resource("S3::Bucket", {"Rules": [SNIPPET]})}, {}, "writes a part of N"),
        ({"N": resource("CloudFormation::Stack", {"TemplateURL": "https://b.s3.amazonaws.com/t"})}, {}, "not here"),
        ({"N": resource("CloudFormation::Macro", {"Name": "M"})}, {}, "N is a macro"),
        ({"Fn::Transform": SNIPPET["Fn::Transform"]}, {}, "writes resources of prod-data"),
    ],
)  # fmt: skip
def test_what_lies_elsewhere_is_told_and_closes_a_gate(more: Any, whole: Any, says: str) -> None:
    queue = {"Queue": resource("SQS::Queue")}
    head = template({"Resources": {**queue, **more}, **whole})
    found = changed(template({"Resources": queue}), head)
    [told] = [one for change in found.values() for one in change.found]
    assert (told.kind, told.severity) == (Class.PERMISSIONS_UNKNOWN, Severity.HIGH) and says in told.text
    assert changed(head, head) == {}
    new = review(Assembly(()), Assembly((head,))).changes
    assert any(says in one.text for change in new for one in change.found)


def test_transforms_of_aws_itself_and_descriptions_are_no_danger() -> None:
    queue = {"Resources": {"Queue": resource("SQS::Queue")}}
    head = template({**queue, "Transform": "AWS::LanguageExtensions", "Description": "new"})
    [change] = changed(template(queue), head).values()
    assert (change.action, change.severity) == (Action.ADD, Severity.INFO)


def test_a_custom_resource_runs_a_function_of_its_stack_or_says_so() -> None:
    function = {"F": resource("Lambda::Function", {"Runtime": "python3.12"})}

    def added(token: Any) -> list[str]:
        custom = {"C": {"Type": "Custom::Thing", "Properties": {"ServiceToken": token}}}
        found = changed(stack("d", function), stack("d", {**function, **custom}))
        return [one.text for one in found["C"].found if one.kind is Class.PERMISSIONS_UNKNOWN]

    assert added({"Fn::GetAtt": ["F", "Arn"]}) == []
    assert "function that is not in this stack" in added("arn:aws:lambda:us-east-1:9:function:evil")[0]
