"""Definitions of pipelines are held against each other by what they mean, however they are written."""

import contextlib
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.assembly.model import Assembly, Resource, Stack, Template
from ops.review import pipeline_change
from ops.review.comparing import review
from ops.review.model import Action, Compared, Found, Severity
from ops.review.pipeline_change.conditions import Turn, turned
from ops.review.texts import document, text_of

NAMES = st.sampled_from([f"Step{letter}" for letter in "ABCDEFG"])
VALUES = st.one_of(st.integers(0, 9), st.text("ab/.", max_size=4), st.booleans())
ARGUMENTS = st.dictionaries(st.sampled_from(["InstanceCount", "ImageUri", "RoleArn", "Other"]), VALUES)
STACK = Stack("dev", "dev-training", Template())


@st.composite
def pipelines(draw: st.DrawFn) -> dict[str, Any]:
    """A pipeline whose steps wait for some of those drawn before them, the last within a condition."""
    steps: list[dict[str, Any]] = []
    for name in draw(st.lists(NAMES, min_size=1, unique=True)):
        before = [step["Name"] for step in steps]
        arguments: dict[str, Any] = dict(draw(ARGUMENTS))
        if draw(st.booleans()) and before:
            arguments["Input"] = {"Get": f"Steps.{draw(st.sampled_from(before))}.Outputs['a']"}
        waits: list[str] = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        channels = draw(st.lists(st.sampled_from("xyz"), unique=True))
        arguments["InputDataConfig"] = [{"ChannelName": channel, "Count": len(channel)} for channel in channels]
        steps.append({"Name": name, "Type": draw(st.sampled_from(["Training", "Processing"])), "Arguments": arguments})
        steps[-1] |= {"DependsOn": waits} if waits else {}
    inner = {"Name": "Register", "Type": "RegisterModel", "Arguments": {}}
    condition = {"Type": "LessThan", "LeftValue": {"Get": f"Steps.{steps[0]['Name']}.Loss"}, "RightValue": 1}
    gate = {"Conditions": [condition, {**condition, "Type": "GreaterThan"}], "IfSteps": [inner], "ElseSteps": []}
    steps.append({"Name": "Gate", "Type": "Condition", "Arguments": gate})
    parameters = [{"Name": name, "Type": "String", "DefaultValue": name} for name in draw(st.lists(NAMES, unique=True))]
    return {"Version": "2020-12-01", "Parameters": parameters, "Steps": steps}


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same with all that has no order in another one."""
    if isinstance(value, dict):
        items = [(key, shuffled(below, chance)) for key, below in value.items()]
        return dict(chance.sample(items, len(items)))
    if isinstance(value, list):
        return chance.sample([shuffled(below, chance) for below in value], len(value))
    return value


def joined(text: str, chance: random.Random) -> Any:
    """A text as Fn::Join of its pieces."""
    places = sorted(chance.sample(range(len(text) + 1), 3))
    pieces = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
    return {"Fn::Join": ["", pieces]}


def look(before: Any, after: Any, action: Action = Action.UPDATE) -> list[Found]:
    sides = [
        Resource("Pipeline", "AWS::SageMaker::Pipeline", {"PipelineDefinition": {"PipelineDefinitionBody": body}})
        for body in (before, after)
    ]
    return list(pipeline_change.look(Compared(sides[0], sides[1], STACK, STACK, action, ())))


@given(pipelines(), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_order_never_matters(pipeline: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - any order will do
    assert look(json.dumps(pipeline), joined(json.dumps(shuffled(pipeline, chance), indent=1), chance)) == []


@given(pipelines(), pipelines())
@settings(max_examples=30, deadline=None)
def test_two_pipelines_differ_or_say_nothing(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = look(json.dumps(one), json.dumps(other))
    back = look(json.dumps(other), json.dumps(one))
    assert bool(found) == bool(back)
    if one["Steps"] == other["Steps"] and one["Parameters"] == other["Parameters"]:
        assert found == []


CONDITIONS = st.builds(
    lambda sign, limit: {"Type": sign, "LeftValue": "auc", "RightValue": limit},
    st.sampled_from(["GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo"]),
    st.floats(-5, 5) | st.integers(-5, 5),
)


@given(CONDITIONS, CONDITIONS, st.lists(st.floats(-6, 6), max_size=9))
@settings(max_examples=60)
def test_a_looser_condition_holds_of_all_that_held_before(was: Any, becomes: Any, scores: list[float]) -> None:
    signs = {"GreaterThan": float.__gt__, "GreaterThanOrEqualTo": float.__ge__, "LessThan": float.__lt__}
    signs["LessThanOrEqualTo"] = float.__le__
    limits = [float(was["RightValue"]), float(becomes["RightValue"])]
    scores += limits
    held, holds = (
        {score for score in scores if signs[one["Type"]](score, limit)}
        for one, limit in zip((was, becomes), limits, strict=True)
    )
    turn = turned(was, becomes) if was != becomes else None
    if turn is Turn.LOOSER:
        assert held <= holds
    elif turn is Turn.TIGHTER:
        assert holds <= held
    opposite = {Turn.LOOSER: Turn.TIGHTER, Turn.TIGHTER: Turn.LOOSER, Turn.OTHER: Turn.OTHER, None: None}
    assert (turned(becomes, was) if was != becomes else None) is opposite[turn]


TEXTS = st.text('aé{$}\\"\ue000\ue0010', max_size=6)
DOCUMENTS = st.recursive(
    st.none() | VALUES | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXTS | st.sampled_from(["Ref", "Fn::Sub", "Fn::Join"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(DOCUMENTS)
@settings(max_examples=60, deadline=None)
def test_a_document_comes_back_from_its_text(value: Any) -> None:
    text = json.dumps({"in": value})
    assert document(text) == {"in": value}
    assert document({"Fn::Join": ["", [text[:5], text[5:]]]}) == {"in": value}


@given(DOCUMENTS)
@settings(max_examples=60, deadline=None)
def test_what_is_no_document_is_refused_or_read(value: Any) -> None:
    text_of(value)
    with contextlib.suppress(ValueError):
        document(value)


def test_tokens_are_kept() -> None:
    template = {
        "Fn::Join": [
            "",
            [
                '{"Role": "',
                {"Fn::GetAtt": ["Job", "Arn"]},
                '", "Uri": "s3://',
                {"Fn::ImportValue": "dev-data:ExportsOutputRefRaw2403193C8F8C06B0"},
                '/x", "Count": ',
                {"Ref": "Count"},
                "}",
            ],
        ]
    }
    expected = {
        "Role": "${Job.Arn}",
        "Uri": "s3://${dev-data:ExportsOutputRefRaw2403193C8F8C06B0}/x",
        "Count": "${Count}",
    }
    assert document(template) == expected
    assert document({"Fn::Sub": ['{"a": "${X}-${!Y}-${AWS::Region}"}', {"X": {"Ref": "Z"}}]}) == {
        "a": "${Z}-${Y}-${AWS::Region}"
    }


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"Steps": 1}', "[" * 5000, {"Ref": "Body"}, {"a": 1}, 7, None]
)
def test_a_definition_that_is_none_is_said_to_be_none(body: Any) -> None:
    [found] = look('{"Steps": []}', body)
    assert found.severity is Severity.MEDIUM
    assert "cannot be read as a pipeline" in found.text


def test_a_definition_from_a_file(tmp_path: Any) -> None:
    sides, stacks = [], []
    for hashed, image in (("a" * 64, "one"), ("b" * 64, "two")):
        file = tmp_path / f"asset.{hashed}.json"
        step = {"Name": "Train", "Type": "Training", "Arguments": {"AlgorithmSpecification": {"TrainingImage": image}}}
        file.write_text(json.dumps({"Steps": [step]}))
        location = {"Bucket": "assets", "Key": f"{hashed}.json"}
        properties = {"PipelineDefinition": {"PipelineDefinitionS3Location": location}}
        sides.append(Resource("Pipeline", "AWS::SageMaker::Pipeline", properties))
        stacks.append(Stack("dev", "dev-training", Template(), assets={hashed: file}))
    [found] = pipeline_change.look(Compared(sides[0], sides[1], stacks[0], stacks[1], Action.UPDATE, ()))
    assert found.text == "Step Train changes the image: TrainingImage one -> two"


def test_added_and_role() -> None:
    body = {"PipelineDefinition": {"PipelineDefinitionBody": '{"Steps": [{"Name": "A", "Type": "Training"}]}'}}
    before = Resource("Pipeline", "AWS::SageMaker::Pipeline", {**body, "RoleArn": "old"})
    after = Resource("Pipeline", "AWS::SageMaker::Pipeline", {**body, "RoleArn": "new"})
    [added] = pipeline_change.look(Compared(None, after, STACK, STACK, Action.ADD, ()))
    [role] = pipeline_change.look(Compared(before, after, STACK, STACK, Action.UPDATE, ()))

    assert added.text == "A pipeline is added, with the steps A"
    assert role.text == "The pipeline starts its steps with the role new instead of old"


def test_the_same_change_of_pipelines_that_differ_is_told_once() -> None:
    sides = []
    for image in ("one", "two"):
        stacks = []
        for environment, machine in (("dev", "ml.m5.large"), ("prod", "ml.m5.4xlarge")):
            arguments = {"AlgorithmSpecification": {"TrainingImage": image}, "InstanceType": machine}
            body = json.dumps({"Steps": [{"Name": "Train", "Type": "Training", "Arguments": arguments}]})
            properties = {"PipelineDefinition": {"PipelineDefinitionBody": body}}
            pipeline = Resource("Pipeline", "AWS::SageMaker::Pipeline", properties)
            stacks.append(Stack(environment, f"{environment}-training", Template({"Pipeline": pipeline})))
        sides.append(Assembly(tuple(stacks)))
    [change] = review(sides[0], sides[1], [pipeline_change.look]).changes

    assert change.environments == ("dev", "prod")
    assert [one.text for one in change.found] == ["Step Train changes the image: TrainingImage one -> two"]
