"""Whatever stands in a template, a review of it is right or says why there is none; never does it break."""

import copy
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.assembly.model import Assembly
from ops.assembly.reading import read_template
from ops.errors import OperationError
from ops.review.comparing import review
from ops.review.reviewing import SUFFIXES, rendered, reviewed
from ops.review.waivers import matches
from tests.unit.review_kit import change, found, waiver
from tests.unit.review_side_kit import resource
from tests.unit.review_side_kit import stack as stack_of

JUNK: list[Any] = [
    None,
    0,
    -1.5,
    True,
    "",
    "*",
    "</script><script>alert(1)</script> `x` | [a](javascript:b) @octocat \u202e\u0000",
    [],
    {},
    [None],
    [[[]]],
    [{}],
    ["a", 1, None, {"b": []}],
    {"Ref": "Nothing"},
    {"Ref": []},
    {"Fn::GetAtt": []},
    {"Fn::GetAtt": "a"},
    {"Fn::Sub": []},
    {"Fn::Sub": ["${A.B.C} ${!x} ${", {"A": 1}]},
    {"Fn::Join": "x"},
    {"Fn::Join": [1, 2, 3]},
    {"Fn::If": []},
    {"Fn::If": ["Nothing"]},
    {"Fn::If": [{}, [], {}, 1]},
    {"Fn::Select": ["x", {}]},
    {"Fn::FindInMap": [{}]},
    {"Fn::ImportValue": {"Fn::ImportValue": []}},
    {"Fn::Transform": {"Name": "x"}},
    {"Statement": [{"Effect": [], "Action": {}, "Resource": 3, "Principal": [], "Condition": "x"}]},
    {"Statement": {"Effect": "Allow", "NotAction": [[]], "NotResource": None, "NotPrincipal": "*"}},
    '{"Steps": [{"Name": 1, "Type": []}]}',
    "[" * 200,
    "9" * 400,
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in _places(item, (*path, key)))]


def _replaced(template: dict[str, Any], path: tuple[Any, ...], junk: Any) -> dict[str, Any]:
    made = copy.deepcopy(template)
    at: Any = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = junk
    return made


@pytest.fixture(scope="module")
def real(templates: dict[str, dict[str, Any]]) -> list[tuple[dict[str, Any], list[tuple[Any, ...]]]]:
    """Templates of an environment, and where a value can stand in each: below properties, and in parts."""
    wanted = ("control", "data", "network", "security", "serving", "training", "monitoring", "batch")
    found = [
        template for name, template in sorted(templates.items()) if name.startswith("prod-") and name.endswith(wanted)
    ]
    return [(one, [place for place in _places(one) if place[:1] != ("Metadata",) and len(place) > 2]) for one in found]


def _side(template: dict[str, Any], folder: Path, name: str) -> Assembly | None:
    file = folder / f"{name}.json"
    file.write_text(json.dumps(template))
    try:
        return read_template(file, "prod", "prod-case")
    except OperationError as error:
        assert "case" in str(error)
        return None


@settings(max_examples=30)
@given(data=st.data())
def test_a_value_that_nobody_expects_is_compared_like_any_other(
    data: Any, real: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    template, places = data.draw(st.sampled_from(real), label="template")
    path = data.draw(st.sampled_from(places), label="path")
    changed = _replaced(template, path, data.draw(st.sampled_from(JUNK), label="junk"))
    folder = tmp_path_factory.mktemp("sides")
    base, head = _side(template, folder, "base case"), _side(changed, folder, "head case")
    assert base
    if head:
        for one, other in ((base, head), (head, base)):
            found = reviewed(one, other)
            assert "\u202e" not in rendered(found, "markdown")
        assert review(head, head).changes == ()


def _large(images: str) -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "x" * 400}]}
    found: dict[str, Any] = {}
    for index in range(125):
        model = {"PrimaryContainer": {"Image": images, "Environment": {f"K{key}": "v" * 60 for key in range(40)}}}
        found[f"Model{index}"] = resource("SageMaker::Model", model)
        variant = [{"ModelName": {"Fn::GetAtt": [f"Model{index}", "ModelName"]}, "VariantName": "champion"}]
        found[f"Config{index}"] = resource("SageMaker::EndpointConfig", {"ProductionVariants": variant})
        config = {"EndpointConfigName": {"Fn::GetAtt": [f"Config{index}", "EndpointConfigName"]}}
        found[f"Endpoint{index}"] = resource("SageMaker::Endpoint", config)
        policies = [{"PolicyName": f"p{number}", "PolicyDocument": policy} for number in range(6)]
        found[f"Role{index}"] = resource("IAM::Role", {"AssumeRolePolicyDocument": policy, "Policies": policies})
    return {"Resources": found}


def test_five_hundred_resources_of_a_megabyte_take_little_time(tmp_path: Path) -> None:
    sides = []
    for name in ("one", "two"):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(_large(name)))
        assert file.stat().st_size > 800_000
        sides.append(read_template(file, "", "case"))
    began = time.process_time()
    found = reviewed(sides[0], sides[1])
    assert time.process_time() - began < 3  # some tenths where nothing else runs
    assert len(found.changes) == 3 * 125
    assert all(one.action != "add" for one in found.changes)
    assert len(rendered(found, "markdown")) <= 65_536


def test_all_resources_anew_do_not_take_the_square_of_their_number() -> None:
    def side(prefix: str) -> Assembly:
        queues = {f"{prefix}{index}": resource("SQS::Queue", {"DelaySeconds": 1}) for index in range(500)}
        return Assembly((stack_of("dev-data", queues),))

    began = time.process_time()
    found = review(side("Old"), side("New"), ())
    assert time.process_time() - began < 2
    assert sum(one.action == "rename" for one in found.changes) == 500


@pytest.mark.parametrize("form", SUFFIXES)
def test_what_templates_say_does_not_run_anywhere(tmp_path: Path, form: str) -> None:
    evil = JUNK[6]
    sides = []
    for name in ("one", "two"):
        file = tmp_path / f"{name}.json"
        bucket = resource("S3::Bucket", {"BucketName": f"{evil}{name}", "Tags": [{"Key": evil, "Value": name}]})
        file.write_text(json.dumps({"Resources": {f"{evil}": bucket}, "Outputs": {evil: {"Value": name}}}))
        sides.append(read_template(file, "", evil))
    text = rendered(reviewed(sides[0], sides[1]), form)
    assert "<script>alert" not in text or form != "html"  # what it becomes of Markdown has a test of its own
    assert "\u202e" not in text
    assert "\u0000" not in text


@pytest.mark.parametrize("depth", [99, 100, 101, 5_000])
def test_what_nests_deep_is_compared_or_refused(tmp_path: Path, depth: int) -> None:
    sides: list[Assembly] = []
    for name, end in (("one", "1"), ("two", "2")):
        file = tmp_path / f"{name}.json"
        inner = "[" * (depth - 4) + end + "]" * (depth - 4)
        file.write_text(json.dumps({"Resources": {"A": resource("S3::Bucket", {"X": 0})}}).replace("0", inner))
        if depth > 100:
            with pytest.raises(OperationError, match="deep"):
                read_template(file)
        else:
            sides.append(read_template(file, "", "case"))
    if sides:
        (found,) = reviewed(sides[0], sides[1]).changes
        assert [(one.before, one.after) for one in found.properties] == [(1, 2)]


def test_the_kit_makes_what_it_says(real: Any) -> None:
    template, places = real[0]
    make: Callable[..., Any] = _replaced
    assert make(template, places[-1], "junk") != template
    assert len(real) == 8


def test_what_a_pattern_could_be_tried_on_for_ever_takes_no_time() -> None:
    def policy(times: int) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": f"s3:{'*a' * times}", "Resource": f"*{'a*' * times}"}
        return {
            "Type": "AWS::IAM::Policy",
            "Properties": {"Roles": ["x"], "PolicyDocument": {"Statement": [statement]}},
        }

    began = time.process_time()
    base, head = (Assembly((stack_of("d", {"P": policy(times)}),)) for times in (60, 61))
    review(base, head)
    names = ({"B": resource("S3::Bucket", {"BucketName": {"Fn::Sub": "${" * times}})} for times in (50_000, 50_001))
    base, head = (Assembly((stack_of("d", name),)) for name in names)
    review(base, head)
    excuse = waiver(change=f"prod-data/{'*a' * 400}b")
    assert not matches(excuse, change(found(), path="a" * 400), "prod")
    assert time.process_time() - began < 3


def test_signs_of_a_waiver_stand_for_themselves_but_for_the_star() -> None:
    for name, excused in (("Raw[1]?x", True), ("Raw1yx", False), ("Raw[1]yx", False)):
        assert matches(waiver(change="prod-data/Raw[1]?*"), change(found(), logical_id=name), "prod") is excused
