"""A bill: the same whatever the order, never less for more use, and its parts come to its sum."""

import random
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from config import load_environment
from config.usage import Stored, Usage, UseCaseUsage
from ops.assembly.model import Assembly, Stack, Template
from ops.assembly.reading import read_assembly
from ops.cost.billing import CHALLENGER, Expected, _priced, bill, expected_of
from ops.cost.model import Bill, Line, Need, Part, total
from ops.cost.scene import Scene
from ops.cost.tables import Tables, tables_of
from tests.unit.cost_kit import REGION, billed, ones, price, resource, stack, table

PRICES = tables_of(REGION)


class Shown(Assembly):
    """An assembly that hypothesis can show in a line when it finds an example."""

    def __repr__(self) -> str:
        return "assembly"


@pytest.fixture(scope="module")
def platform(assembly_folder: Path) -> Assembly:
    return Shown(read_assembly(assembly_folder).stacks)


def amounts(fields: Mapping[str, Any], most: int = 10**9) -> some.SearchStrategy[dict[str, int]]:
    return some.fixed_dictionaries({}, optional={name: some.integers(0, most) for name in fields})


def bounded(model: Any, limits: Mapping[str, int]) -> some.SearchStrategy[dict[str, int]]:
    names = [name for name, field in model.model_fields.items() if field.annotation is not None]
    numbers = {name: some.integers(0, limits.get(name, 10**9)) for name in names if name not in ("each", "stored_gb")}
    return some.fixed_dictionaries(numbers)


LIMITS = {"live_hours": 730, "notebook_hours": 730} | dict.fromkeys(
    ("processing_minutes", "training_minutes", "transform_minutes"), 43_800
)
USAGES = some.builds(
    lambda whole, each, stored: Usage.model_validate({**whole, "each": each, "stored_gb": stored}),
    bounded(Usage, LIMITS),
    bounded(UseCaseUsage, LIMITS),
    bounded(Stored, {}),
)


def largest(first: Usage, second: Usage) -> Usage:
    """Return usage that is at least as much as both, in everything."""

    def more(one: Any, other: Any) -> Any:
        return {
            key: more(one[key], other[key]) if isinstance(one[key], dict) else max(one[key], other[key]) for key in one
        }

    return Usage.model_validate(more(first.model_dump(), second.model_dump()))


@settings(max_examples=15)
@given(first=USAGES, second=USAGES)
def test_more_use_never_costs_less(platform: Assembly, first: Usage, second: Usage) -> None:
    less = bill(platform, "local", Expected(first), PRICES)
    more = bill(platform, "local", Expected(largest(first, second)), PRICES)
    # A part of its own may: what comes later finds tiers filled, and later tiers are cheaper.
    for parts in ([Part.IDLE], [Part.IDLE, Part.LIVE], [*Part]):
        assert less.usd(*parts) <= more.usd(*parts) + Decimal("1e-9")


@settings(max_examples=10)
@given(seed=some.integers(0, 2**32), usage=USAGES)
def test_the_order_of_stacks_and_resources_changes_nothing(platform: Assembly, seed: int, usage: Usage) -> None:
    shuffle = random.Random(seed).shuffle  # noqa: S311  # no secret

    def mixed(stack: Stack) -> Stack:
        resources = list(stack.template.resources.items())
        shuffle(resources)
        return Stack(
            stack.environment, stack.name, Template(dict(resources), stack.template.sections), stack.region, stack.tags
        )

    stacks = [mixed(stack) for stack in platform.of("dev").stacks]
    shuffle(stacks)
    before, after = (bill(one, "dev", Expected(usage), PRICES) for one in (platform, Assembly(tuple(stacks))))
    assert round(before.usd(), 6) == round(after.usd(), 6)
    assert by_resource(before) == by_resource(after)
    assert before.unpriced == after.unpriced


def by_resource(found: Bill) -> dict[tuple[str, ...], Decimal]:
    return {
        (line.stack, line.use_case, line.logical_id, line.need.what): round(line.usd or Decimal(0), 6)
        for line in found.lines
    }


def test_parts_come_to_the_sum(platform: Assembly) -> None:
    found = bill(platform, "prod", expected_of(load_environment("prod")), PRICES)
    assert sum((found.usd(part) for part in Part), Decimal(0)) == found.usd() == total(found.lines)
    assert all(found.usd(part) > 0 for part in Part)
    assert not [line for line in found.lines if line.stack and not line.stack.startswith("prod-")]


def test_dev_as_shipped_is_idle_for_at_most_25_dollars(platform: Assembly) -> None:
    found = bill(platform, "dev", expected_of(load_environment("dev")), PRICES)
    assert 5 < found.usd(Part.IDLE) <= 25
    assert not [line for line in found.lines if line.usd is None and line.need.part is Part.IDLE]


def test_every_type_of_the_environments_is_known(platform: Assembly) -> None:
    for environment in ("dev", "staging", "prod", "local"):
        found = bill(platform, environment, Expected(), ones())
        assert not [what for what in found.unpriced if "the resource itself" in what]


def test_tiers_count_what_the_environment_has_together() -> None:
    dashboards = price("AmazonCloudWatch:DashboardsUsageHour", "", "2026-01-01", ("0", "3", "0"), ("3", None, "3"))
    stacks = [stack(resource("AWS::CloudWatch::Dashboard"), name=f"board-{number}") for number in range(5)]
    tables = Tables((table(dashboards),))
    assert billed(*stacks[:3], tables=tables).usd() == 0
    four = billed(*stacks[:4], tables=tables)
    assert four.usd() == 3
    assert {line.usd for line in four.lines if line.type} == {Decimal("0.75")}
    assert billed(*stacks, tables=tables).usd() == 6


def test_a_use_case_may_have_usage_of_its_own() -> None:
    queue = resource("AWS::SQS::Queue")
    stacks = [stack(queue, name=f"{slug}-loop", use_case=slug) for slug in ("digits", "flight-delays")]
    expected = Expected(Usage(), {"digits": UseCaseUsage(custom_metrics=50)})
    found = bill(Assembly(tuple(stacks)), "dev", expected, ones())
    metrics = {line.use_case: line.usd for line in found.lines if line.need.what == "custom metrics"}
    assert metrics == {"digits": 50, "flight-delays": 1}


def test_a_challenger_is_paid_only_while_there_is_one(platform: Assembly) -> None:
    expected = expected_of(load_environment("dev"))
    alone, both = (bill(platform, "dev", expected, PRICES, *live) for live in ((), (CHALLENGER,)))
    nothing = bill(platform, "dev", expected, PRICES, {})
    assert nothing.usd(Part.LIVE) == 0
    assert both.usd(Part.LIVE) == 2 * alone.usd(Part.LIVE) > 0
    assert nothing.usd(Part.IDLE) == alone.usd(Part.IDLE) == both.usd(Part.IDLE)


def test_an_environment_that_is_not_there_costs_nothing(platform: Assembly) -> None:
    found = bill(platform, "nowhere", Expected(), Tables(()))
    assert (found.usd(), found.unpriced, found.dates, found.region) == (Decimal(0), (), (), "")


CONDITIONS = {
    "Given": {"Fn::Equals": [{"Ref": "Name"}, "x"]},
    "Not": {"Fn::Not": [{"Condition": "Given"}]},
    "Both": {"Fn::And": [{"Condition": "Given"}, {"Condition": "Not"}]},
    "Either": {"Fn::Or": [{"Condition": "Given"}, {"Condition": "Not"}]},
    "Itself": {"Fn::And": [{"Condition": "Itself"}, {"Condition": "Itself"}]},
    "Odd": {"Fn::Odd": [{"Condition": "Either"}]},
    "Text": "x",
    "Bare": {"Fn::Not": "x"},
} | {f"C{number}": {"Fn::Not": [{"Condition": f"C{number + 1}"}]} for number in range(500)}


@pytest.mark.parametrize(
    ("condition", "given_x", "otherwise"),
    [
        ("Given", True, False),
        ("Not", False, True),
        ("Both", False, False),
        ("Either", True, True),
        ("Itself", False, False),
        ("Odd", False, False),
        ("Text", False, False),
        ("Bare", False, False),
        ("Unknown", False, False),
    ],
)
def test_conditions_are_decided_by_parameters(condition: str, given_x: bool, otherwise: bool) -> None:
    template = Template({}, {"Parameters": {"Name": {"Type": "String", "Default": "y"}}, "Conditions": CONDITIONS})
    assert Scene(template, {"Name": "x", "Other": "z"}).holds(condition) is given_x
    assert Scene(template, {}).holds(condition) is otherwise
    assert isinstance(Scene(template, {}).holds("C0"), bool)


def test_intrinsic_functions_are_filled_in_where_they_can_be() -> None:
    template = Template({}, {"Parameters": {"Name": {"Default": "x"}}, "Conditions": CONDITIONS})
    scene = Scene(template, {})
    chosen = {"Fn::If": ["Given", {"Ref": "Name"}, "no"]}
    assert scene.resolve({"A": [chosen, {"Ref": "AWS::NoValue"}], "B": {"Ref": "AWS::NoValue"}}) == {"A": ["x"]}
    assert scene.resolve({"Fn::GetAtt": ["X", "Arn"]}) == {"Fn::GetAtt": ["X", "Arn"]}
    assert scene.text({"Fn::Join": ["-", ["a", {"Ref": "Name"}, {"Ref": "Later"}]]}) == "a-x-?"
    assert scene.text({"Fn::Join": "broken"}) == "?"
    assert scene.text(None) == "?"


def test_numbers_that_no_template_has_are_priced_all_the_same() -> None:
    variant = {"VariantName": "champion", "InstanceType": "ml.m5.large", "InitialInstanceCount": 999_999_999_999_999}
    endpoint = resource("AWS::SageMaker::EndpointConfig", ProductionVariants=[variant])
    tables = Tables((table(price("AmazonSageMaker:Host:ml.m5.large", "1000")),))
    assert billed(stack(endpoint), tables=tables).usd() > 10**20


def test_what_is_used_makes_what_is_idle_neither_dearer_nor_cheaper() -> None:
    tiers = (("0", "1", "9"), ("1", "3", "3"), ("3", None, "1"))
    requests = price("AmazonCloudWatch:CW:MetricMonitorUsage", "", "2026-01-01", *tiers)
    alike = Need("a", ("AmazonCloudWatch:CW:MetricMonitorUsage",), Decimal(2), Part.IDLE)
    lines = [Line("", "", "", "", replace(alike, part=part, quantity=Decimal(2))) for part in (Part.USED, Part.IDLE)]
    found = Bill("dev", REGION, tuple(_priced(lines, Tables((table(requests),)))))
    assert (found.usd(Part.IDLE), found.usd(Part.USED), found.usd()) == (Decimal(12), Decimal(4), Decimal(16))
