"""What differs between two states of a resource, and what is the same to CloudFormation."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.assembly.model import Resource
from ops.assembly.reading import read_template
from ops.review.comparing import review
from ops.review.model import Updates
from ops.review.properties import differences
from ops.review.sameness import same, text_of
from tests.unit.review_side_kit import resource, reviewed, stack

NO_VALUE = {"Ref": "AWS::NoValue"}


def differing(before: Any, after: Any, kind: str = "AWS::S3::Bucket") -> list[tuple[str, Any, Any]]:
    sides = [Resource("Raw", kind, {"X": value} if value is not None else {}) for value in (before, after)]
    return [(one.path, one.before, one.after) for one in differences(sides[0], sides[1])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (10, "10"),
        (1.0, 1),
        (True, "true"),
        (NO_VALUE, None),
        ({"A": 1, "B": NO_VALUE}, {"A": 1}),
        ({"A": 1, "B": 2}, {"B": 2, "A": 1}),
        (
            [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
            [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}],
        ),
        (
            {
                "Statement": {
                    "Effect": "Allow",
                    "Action": "s3:*",
                    "Resource": ["b", "a"],
                    "Principal": {"AWS": ["2", "1"]},
                }
            },
            {
                "Statement": [
                    {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["a", "b"], "Principal": {"AWS": ["1", "2"]}}
                ]
            },
        ),
        (
            {
                "Statement": [
                    {"Effect": "Deny", "NotAction": "a:b", "Resource": "*"},
                    {
                        "Effect": "Allow",
                        "Action": "a:c",
                        "Resource": "*",
                        "Condition": {"StringEquals": {"k": ["1", "2"]}},
                    },
                ]
            },
            {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "a:c",
                        "Resource": "*",
                        "Condition": {"StringEquals": {"k": ["2", "1"]}},
                    },
                    {"Effect": "Deny", "NotAction": ["a:b"], "Resource": ["*"]},
                ]
            },
        ),
    ],
)
def test_what_is_the_same_to_cloudformation_does_not_differ(one: Any, other: Any) -> None:
    assert same(one, other)
    assert text_of(one) == text_of(other)
    assert differing(one, other) == differing(other, one) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (False, 0),
        ("1.10", "1.1"),
        ("8.10", "8.1"),
        ("a", "A"),
        ("", None),
        ([], None),
        (["a", "b"], ["b", "a"]),
        ([{"Key": "a", "Value": "1"}], [{"Key": "a", "Value": "2"}]),
        ({"Ref": "A"}, {"Ref": "B"}),
        ({"Effect": "Allow", "Action": ["x"]}, {"Effect": "Allow", "Action": ["y"]}),
        (
            {"Statement": [{"Effect": "Allow", "Action": "a:b", "Resource": "*"}]},
            {"Statement": [{"Effect": "Deny", "Action": "a:b", "Resource": "*"}]},
        ),
    ],
)
def test_what_is_not_the_same_differs(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert differing(one, other)
    assert differing(other, one)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"A": {"B": 1}}, {"A": {"B": 2}}, [("Properties.X.A.B", 1, 2)]),
        ({"A": 1}, {"B": 1}, [("Properties.X.A", 1, None), ("Properties.X.B", None, 1)]),
        (["a", "b", "c"], ["a", "c"], [("Properties.X.1", "b", None)]),
        (["a", "c"], ["a", "b", "c"], [("Properties.X.1", None, "b")]),
        (["a", "b"], ["a", "x"], [("Properties.X.1", "b", "x")]),
        (
            [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}],
            [{"Key": "a", "Value": "3"}, {"Key": "c", "Value": "4"}],
            [("Properties.X.a", "1", "3"), ("Properties.X.b", "2", None), ("Properties.X.c", None, "4")],
        ),
        ({"Fn::If": ["C", {"A": 1}, 2]}, {"Fn::If": ["C", {"A": 3}, 2]}, [("Properties.X.Fn::If.1.A", 1, 3)]),
        (
            {"Fn::If": ["C", 1, 2]},
            {"Fn::If": ["D", 1, 2]},
            [("Properties.X", {"Fn::If": ["C", 1, 2]}, {"Fn::If": ["D", 1, 2]})],
        ),
        ({"Fn::If": "broken"}, {"Fn::If": []}, [("Properties.X", {"Fn::If": "broken"}, {"Fn::If": []})]),
        ({"Ref": "A"}, "a", [("Properties.X", {"Ref": "A"}, "a")]),
        (
            {"Fn::Join": ["", ["a", "b"]]},
            {"Fn::Join": ["", ["a", "c"]]},
            [("Properties.X", {"Fn::Join": ["", ["a", "b"]]}, {"Fn::Join": ["", ["a", "c"]]})],
        ),
        (
            {"Statement": [{"Effect": "Allow", "Action": "a"}, {"Effect": "Deny", "Action": ["x", "y"]}]},
            {"Statement": [{"Effect": "Deny", "Action": ["y", "z"]}, {"Effect": "Allow", "Action": "a"}]},
            [("Properties.X.Statement.0.Action.0", "x", "y"), ("Properties.X.Statement.0.Action.1", "y", "z")],
        ),
    ],
)
def test_a_difference_has_the_path_that_leads_to_it(before: Any, after: Any, found: list[tuple[str, Any, Any]]) -> None:
    assert differing(before, after) == found


def test_attributes_differ_too_and_the_order_of_what_is_waited_for_says_nothing() -> None:
    before = Resource("Raw", "AWS::S3::Bucket", {}, {"DependsOn": ["B", "A"], "DeletionPolicy": "Retain"})
    after = Resource("Raw", "AWS::S3::Bucket", {}, {"DependsOn": ["A", "B"], "Metadata": {"a": 1}})
    assert [(one.path, one.before, one.after, one.updates) for one in differences(before, after)] == [
        ("DeletionPolicy", "Retain", None, Updates.IN_PLACE),
        ("Metadata", None, {"a": 1}, Updates.IN_PLACE),
    ]
    alone = Resource("Raw", "AWS::S3::Bucket", {}, {"DependsOn": "A", "Metadata": {"a": 1}})
    assert [one.path for one in differences(after, alone)] == ["DependsOn.1"]


def test_parts_of_a_template_and_the_stack_itself_differ_as_resources_do() -> None:
    parts = ("Parameters", "Mappings", "Conditions", "Outputs")
    before: dict[str, Any] = {part: {"One": {"A": "1"}} for part in parts}
    after: dict[str, Any] = {part: {"One": {"A": "2"}, "Two": {}} for part in parts}
    base = stack("dev-data", {"Raw": resource("S3::Bucket")}, **before)
    head = stack("dev-data", {"Raw": resource("S3::Bucket")}, **after)
    found = reviewed(base, head).changes
    assert sorted((one.type, one.logical_id, one.action.value) for one in found) == sorted(
        (kind, name, action)
        for kind in ("Condition", "Mapping", "Output", "Parameter")
        for name, action in (("One", "update"), ("Two", "add"))
    )


def test_what_is_said_of_a_template_as_a_whole_differs_too(tmp_path: Path) -> None:
    sides = []
    for name, macro in (("one", "AWS::LanguageExtensions"), ("two", ["AWS::LanguageExtensions", "Mine"])):
        file = tmp_path / f"{name}.json"
        told = {"AWSTemplateFormatVersion": f"2010-09-{name}", "Transform": macro, "Description": name}
        file.write_text(json.dumps({**told, "Resources": {"Raw": resource("S3::Bucket")}}))
        sides.append(read_template(file, "", "data"))
    (found,) = review(sides[0], sides[1]).changes
    assert (found.type, found.logical_id) == ("Template", "data")
    assert [one.path for one in found.properties] == ["Properties.Description", "Properties.Transform"]
    assert [one.kind.value for one in found.found] == ["permissions_unknown", "metadata"]


def test_more_resources_than_cloudformation_takes_are_remarked() -> None:
    many = stack("dev-data", {f"Q{index}": resource("SQS::Queue") for index in range(501)})
    assert "501 resources, and CloudFormation takes 500" in reviewed([], many).remarks[0]
    assert reviewed([], stack("dev-data", {"Q": resource("SQS::Queue")})).remarks == ()


KEYS = st.sampled_from(
    ["A", "B", "Key", "Value", "Statement", "Effect", "Action", "Ref", "Fn::If", "Fn::GetAtt", "Tags"]
)
SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.sampled_from(["a", "b", "10", "true", ""])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)
RESOURCES = st.dictionaries(
    st.sampled_from(["Raw", "Role", "Key", "Table"]),
    st.builds(
        resource,
        st.sampled_from(["S3::Bucket", "IAM::Role", "KMS::Key", "DynamoDB::Table", "Not::Known"]),
        st.dictionaries(KEYS, VALUES, max_size=3),
        DependsOn=st.lists(st.sampled_from(["Raw", "Role"]), max_size=2),
    ),
    min_size=1,
    max_size=3,
)


def _shuffled(value: Any, seed: random.Random) -> Any:
    """The same value to CloudFormation: keys in another order."""
    if isinstance(value, dict):
        items = list(value.items())
        seed.shuffle(items)
        return {key: _shuffled(item, seed) for key, item in items}
    return [_shuffled(item, seed) for item in value] if isinstance(value, list) else value


@given(RESOURCES, st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=2), st.randoms())
def test_a_template_beside_itself_is_clean_in_whatever_order_it_is(
    found: Any, outputs: Any, seed: random.Random
) -> None:
    again = stack("dev-data", _shuffled(copy.deepcopy(found), seed), Outputs=_shuffled(outputs, seed))
    review = reviewed(stack("dev-data", found, Outputs=outputs), again)
    assert review.changes == ()


@settings(max_examples=50)
@given(RESOURCES, RESOURCES, st.randoms())
def test_the_order_of_resources_stacks_and_keys_changes_nothing(before: Any, after: Any, seed: random.Random) -> None:
    sides = [[stack("dev-data", one), stack("dev-more", one)] for one in (before, after)]
    shuffled = [
        [stack(of.name, _shuffled(one, seed)) for of in side] for side, one in zip(sides, (before, after), strict=True)
    ]
    for side in shuffled:
        seed.shuffle(side)
    assert reviewed(sides[0], sides[1]).changes == reviewed(shuffled[0], shuffled[1]).changes


@given(VALUES, VALUES)
def test_two_values_differ_exactly_if_they_are_not_the_same(one: Any, other: Any) -> None:
    assert bool(differing({"A": one}, {"A": other})) == (not same({"A": one}, {"A": other}))
