"""Whatever a template holds, those who look for dangers answer; conditions, sizes and schedules mean what they say."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.use_case.schedule import gaps, runs
from ops.assembly.model import Resource, Stack, Template
from ops.review import data_loss, interruption, pipeline_change
from ops.review.data_loss.kept import KEPT
from ops.review.data_loss.safeguards import ROWS as SAFEGUARDS
from ops.review.interruption.capacity import ROWS as CAPACITY
from ops.review.model import Action, Class, Compared, Found, PropertyChange, Severity, Updates
from ops.review.monitoring_weakened.recording import ROWS as RECORDING
from ops.review.monitoring_weakened.undelivered import ROWS as UNDELIVERED
from ops.review.sizes import smaller
from ops.review.values import at, shown, spots
from ops.review.worlds import in_each_world
from ops.review.worse import Row, Worse, is_worse
from tests.unit.review_loop_kit import LOOKERS

EMPTY = Stack("dev", "dev-data", Template())
TABLES = (SAFEGUARDS, CAPACITY, RECORDING, UNDELIVERED)
PATHS = {type_: [row.path for table in TABLES for row in table.get(type_, ())] for table in TABLES for type_ in table}
PATHS |= {type_: [] for type_ in KEPT if type_ not in PATHS}
PATHS["AWS::S3::Bucket"] += ["LifecycleConfiguration.Rules"]
PATHS["AWS::SageMaker::EndpointConfig"] += ["ProductionVariants", "ProductionVariants[VariantName].InstanceType"]
PATHS |= {
    "AWS::SageMaker::Endpoint": [
        "DeploymentConfig",
        "DeploymentConfig.AutoRollbackConfiguration.Alarms",
        "EndpointConfigName",
    ],
    "AWS::SageMaker::Pipeline": ["PipelineDefinition", "PipelineDefinition.PipelineDefinitionBody"],
    "AWS::CloudWatch::Alarm": ["Metrics", "Threshold", "ComparisonOperator", "EvaluationPeriods", "AlarmActions"],
    "AWS::CloudWatch::Dashboard": ["DashboardBody"],
    "AWS::StepFunctions::StateMachine": ["DefinitionString", "Definition", "DefinitionS3Location"],
    "AWS::Batch::JobDefinition": ["ContainerProperties", "ContainerProperties.ResourceRequirements"],
    "AWS::SageMaker::Model": ["Containers", "VpcConfig.Subnets", "PrimaryContainer"],
}
ODD = st.recursive(
    st.sampled_from(
        [None, True, 0, -1, 2.5, "", "Enabled", "1", "DISABLED", "<b>", "rate(1 hour)", "a" * 64, '{"Steps": [1]}']
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["Ref", "Fn::If", "Fn::Sub", "Fn::Join", "Id", "Key", "Type", "Steps"]), inner, max_size=2
        )
    ),
    max_leaves=5,
)


def put(path: str, value: Any) -> dict[str, Any]:
    """Properties in which a path leads to a value."""
    for step in reversed(path.split(".")):
        name, in_list, key = step.removesuffix("]").partition("[")
        value = {name: [{**value, key: "one"}] if in_list and isinstance(value, dict) else value}
    return dict(value)


@st.composite
def resources(draw: st.DrawFn, type_: str) -> Resource | None:
    if draw(st.integers(0, 5)) == 0:
        return None
    properties: dict[str, Any] = {"Tags": draw(ODD)}
    for path in draw(st.lists(st.sampled_from(PATHS[type_]), max_size=2)) if PATHS[type_] else ():
        properties |= put(path, draw(ODD))
    attributes = {
        name: draw(ODD) for name in draw(st.lists(st.sampled_from(["DeletionPolicy", "Condition", "Metadata"])))
    }
    return Resource("One", type_, properties, attributes)


@given(st.data())
@settings(max_examples=70, deadline=None)
def test_odd_values_are_no_trouble(data: st.DataObject) -> None:
    type_ = data.draw(st.sampled_from(sorted(PATHS)))
    before, after = data.draw(resources(type_)), data.draw(resources(type_))
    action = data.draw(st.sampled_from(list(Action)))
    change = PropertyChange(
        "Properties.Tags", data.draw(ODD), data.draw(ODD), data.draw(st.sampled_from(list(Updates)))
    )
    for look in LOOKERS:
        for one in look(Compared(before, after, EMPTY, EMPTY, action, (change,))):
            assert one.text


def table(**properties: Any) -> Resource:
    return Resource("Runs", "AWS::DynamoDB::Table", properties)


def test_what_is_so_under_one_condition_alone_says_which() -> None:
    def look(compared: Compared) -> list[Found]:
        return [Found(Class.COST, Severity.LOW, shown(at(compared.after, "Name")))]

    name = {"Fn::If": ["IsProd", {"Fn::If": ["IsLarge", "a", "b"]}, "c"]}
    compared = Compared(table(), table(Name=name), EMPTY, EMPTY, Action.UPDATE, ())

    assert [one.text for one in in_each_world(look)(compared)] == [
        "a (under some of its conditions)",
        "c (where IsProd does not hold)",
        "b (under some of its conditions)",
    ]


def test_many_conditions_are_tried_one_by_one() -> None:
    seen = []

    def look(compared: Compared) -> list[Found]:
        seen.append(compared.after)
        return []

    many = {str(number): {"Fn::If": [f"C{number}", 1, 2]} for number in range(12)}
    in_each_world(look)(Compared(table(), table(**many), EMPTY, EMPTY, Action.UPDATE, ()))
    assert len(seen) == 2 + 2 * 12


def test_defaults_of_number_parameters_count() -> None:
    parameters = {"Count": {"Type": "Number", "Default": 1}, "Name": {"Type": "String", "Default": "x"}}
    stack = Stack("dev", "dev-serving", Template({}, {"Parameters": parameters}))
    sides = [
        Resource("Target", "AWS::ApplicationAutoScaling::ScalableTarget", {"MinCapacity": value})
        for value in (2, {"Ref": "Count"})
    ]
    [found] = interruption.look(Compared(sides[0], sides[1], stack, stack, Action.UPDATE, ()))
    assert found.text.startswith("The least capacity goes from 2 to 1")


def test_what_only_a_deployment_knows_is_said_to_be_so() -> None:
    sides = [Resource("Logs", "AWS::Logs::LogGroup", {"RetentionInDays": value}) for value in (30, {"Ref": "Days"})]
    [found] = data_loss.look(Compared(sides[0], sides[1], EMPTY, EMPTY, Action.UPDATE, ()))
    assert found.severity is Severity.LOW
    assert "goes from 30 days to Days, which only a deployment knows" in found.text


@given(st.sampled_from([one for one in Worse if one is not Worse.EARLIER]), ODD, ODD)
def test_of_two_values_one_is_worse_at_most(worse: Worse, one: Any, other: Any) -> None:
    row = Row("Path", worse, Severity.LOW, "It", "why")
    assert not is_worse(row, one, one)
    assert not (is_worse(row, one, other) and is_worse(row, other, one))


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        ("ml.m5.xlarge", "ml.m5.large", True),
        ("ml.m5.large", "ml.m5.2xlarge", False),
        ("ml.m5.2xlarge", "ml.m5.12xlarge", False),
        ("db.t3.micro", "db.t3.nano", True),
        ("ml.m5.large", "ml.c5.large", None),
        ("m5.metal", "m5.large", None),
        ("ml.m5.large", {"Ref": "Type"}, None),
    ],
)
def test_sizes_of_instances(was: Any, becomes: Any, expected: bool | None) -> None:
    assert smaller(was, becomes) is expected


@pytest.mark.parametrize(
    ("text", "days", "expected"),
    [
        ("rate(5 minutes)", 1, 288),
        ("cron(0 * * * ? *)", 7, 168),
        ("cron(0 0/6 ? * MON-FRI *)", 7, 20),
        ("cron(0 3 ? * 2#1 *)", 1461, 48),
        ("cron(0 3 L * ? *)", 1461, 48),
        ("cron(0 3 29 2 ? *)", 1461, 1),
    ],
)
def test_how_often_a_schedule_runs(text: str, days: int, expected: int) -> None:
    assert runs(text, days) == expected


@given(
    st.sampled_from(["rate(1 minute)", "rate(7 hours)", "cron(0 3 * * ? *)", "cron(0/15 9-17 ? * MON-FRI *)"]),
    st.integers(30, 400),
)
@settings(max_examples=20, deadline=None)
def test_runs_agree_with_gaps(text: str, days: int) -> None:
    shortest, longest = (gap.total_seconds() / 86400 for gap in gaps(text))
    assert days / longest - 2 <= runs(text, days) <= days / shortest + 2


def test_values_by_path() -> None:
    value = {"Variants": [{"Name": "a", "Config": {"Count": 1}}, {"Name": {"Ref": "B"}, "Config": {}}, "odd"]}
    assert spots(value, "Variants[Name].Config.Count") == {"a": 1}
    assert set(spots(value, "Variants[Name]")) == {"a", "B", "3"}
    assert spots(json.loads("[]"), "Variants[].Config") == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Join": ["", ["s3://", {"Ref": "Raw"}, "/x"]]}, "s3://Raw/x"),
        ({"Fn::ImportValue": "dev-data:ExportsOutputFnGetAttRaw2403193CArn8F8C06B0"}, "dev-data Raw2403193CArn"),
        ({"Fn::If": ["IsProd", 1, {"Ref": "AWS::NoValue"}]}, "1 if IsProd, otherwise nothing"),
        ({"Fn::Select": [1, ["a", "b"]]}, "b"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "Select(0, GetAZs())"),
        ({"Name": "a", "Value": [1, 2]}, "Name a, Value 1, 2"),
        ("a\n\nb", "a b"),
        ("x" * 500, "x" * 119 + "…"),
    ],
)
def test_values_in_words(value: Any, expected: str) -> None:
    assert shown(value) == expected


def test_a_network_that_may_be_replaced() -> None:
    change = PropertyChange("Properties.InstanceTenancy", "default", "dedicated", Updates.MAY_REPLACE)
    sides = [Resource("Vpc", "AWS::EC2::VPC", {"InstanceTenancy": value}) for value in ("default", "dedicated")]
    [found] = interruption.look(Compared(sides[0], sides[1], EMPTY, EMPTY, Action.MAY_REPLACE, (change,)))
    assert (found.severity, found.text) == (
        Severity.MEDIUM,
        "Vpc may be replaced, and with it everything in the network",
    )


def test_a_table_that_may_be_replaced() -> None:
    change = PropertyChange("Properties.Odd", 1, 2, Updates.MAY_REPLACE)
    [found] = data_loss.look(Compared(table(Odd=1), table(Odd=2), EMPTY, EMPTY, Action.MAY_REPLACE, (change,)))
    assert found.severity is Severity.MEDIUM
    assert found.text.startswith("Runs may be replaced because Odd goes from 1 to 2, its UpdateReplacePolicy is Delete")


def test_a_stack_as_a_whole_is_told_of_by_its_resources() -> None:
    stack = Stack("dev", "dev-data", Template(), termination_protection=True)
    assert list(data_loss.look(Compared(stack.itself, None, stack, EMPTY, Action.REMOVE, ()))) == []


def test_a_state_machine_from_a_file(tmp_path: Path) -> None:
    sides, stacks = [], []
    for hashed, seconds in (("a" * 64, 1), ("b" * 64, 2)):
        file = tmp_path / f"asset.{hashed}.json"
        file.write_text(json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": seconds}}}))
        location = {"Bucket": "assets", "Key": f"{hashed}.json"}
        sides.append(Resource("Machine", "AWS::StepFunctions::StateMachine", {"DefinitionS3Location": location}))
        stacks.append(Stack("dev", "dev-batch", Template(), assets={hashed: file}))
    change = PropertyChange("Properties.DefinitionS3Location.Key", "a", "b", Updates.IN_PLACE)
    [found] = pipeline_change.look(Compared(sides[0], sides[1], stacks[0], stacks[1], Action.UPDATE, (change,)))
    assert found.text == "State Wait changes: Seconds 1 -> 2"
