"""What a change costs: environments before and after, and single resources; fast, and without AWS's SDK."""

import subprocess  # runs this Python
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from config import environment_names
from ops.assembly.model import Assembly, Resource, Stack
from ops.assembly.reading import read_assembly
from ops.cost.reviewing import look, monthly
from ops.review.model import Action, Class, Compared, Found, Severity
from tests.unit.cost_kit import resource, stack

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def platform(assembly_folder: Path) -> Assembly:
    return read_assembly(assembly_folder)


def compared(before: Resource | None, after: Resource | None, of: Callable[..., Stack] = stack) -> Compared:
    sides = [of(one) if one else of() for one in (before, after)]
    action = Action.UPDATE if before and after else Action.ADD if after else Action.REMOVE
    return Compared(before, after, sides[0], sides[1], action, ())


def said(before: Resource | None, after: Resource | None, of: Callable[..., Stack] = stack) -> list[Found]:
    return [*look(compared(before, after, of))]


def endpoint(machine: str, count: int = 1) -> Resource:
    variant = {"VariantName": "champion", "InstanceType": machine, "InitialInstanceCount": count}
    return resource("AWS::SageMaker::EndpointConfig", ProductionVariants=[variant])


def test_a_change_of_nothing_changes_no_price(platform: Assembly) -> None:
    found = monthly(platform, platform)
    assert found.base_monthly_usd == found.head_monthly_usd > 0
    sides = {name: (before, after) for name, before, after in found.by_environment}
    assert set(environment_names()) <= set(sides)  # a workforce is a stage of its own
    assert all(sides[name][0] == sides[name][1] > 0 for name in environment_names())


def test_an_environment_that_comes_or_goes_costs_all_that_it_costs(platform: Assembly) -> None:
    dev = platform.of("dev")
    ((name, before, after),) = monthly(Assembly(()), dev).by_environment
    assert (name, before) == ("dev", 0)
    assert after > 0
    assert monthly(dev, Assembly(())).by_environment == (("dev", after, 0),)


def test_what_has_no_price_is_named_with_its_environment(platform: Assembly) -> None:
    server = stack(resource("AWS::EC2::Instance"), name="more")
    found = monthly(platform.of("dev"), Assembly((*platform.of("dev").stacks, server)))
    assert found.base_monthly_usd == found.head_monthly_usd
    assert any(text.startswith("dev: ") and "AWS::EC2::Instance" in text for text in found.unpriced)


@pytest.mark.parametrize("region", ["mars-central-1", "../prices/ap-northeast-1", "../needs"])
def test_an_environment_without_a_file_and_a_region_without_tables_are_no_mistakes(region: str) -> None:
    key = resource("AWS::KMS::Key")
    nobody = replace(stack(key), environment="gone", name="gone-security")
    assert monthly(Assembly((nobody,)), Assembly(())).base_monthly_usd >= 1
    nowhere = replace(nobody, region=region)
    found = monthly(Assembly((nowhere,)), Assembly(()))
    assert found.base_monthly_usd == 0
    assert "gone: AWS::KMS::Key: key" in found.unpriced


@pytest.mark.parametrize(
    ("before", "after", "severity"),
    [
        (None, resource("AWS::KMS::Key"), Severity.LOW),
        (None, resource("AWS::CloudWatch::Alarm", MetricName="Errors", Namespace="AWS/Lambda"), Severity.INFO),
        (endpoint("ml.t2.medium"), endpoint("ml.m5.large"), Severity.MEDIUM),
        (endpoint("ml.m5.large"), endpoint("ml.m5.large", 2), Severity.HIGH),
        (endpoint("ml.m5.large", 2), endpoint("ml.m5.large"), Severity.INFO),
        (resource("AWS::KMS::Key"), None, Severity.INFO),
    ],
)
def test_a_resource_says_what_it_costs_more_or_less(
    before: Resource | None, after: Resource | None, severity: Severity
) -> None:
    (found,) = said(before, after)
    assert (found.kind, found.severity) == (Class.COST, severity)
    assert "USD a month" in found.text


def test_both_prices_and_their_difference_are_told() -> None:
    (found,) = said(None, resource("AWS::KMS::Key"))
    assert found.text == "Costs 1.00 USD a month, 0.00 before: +1.00."
    (found,) = said(resource("AWS::KMS::Key"), None)
    assert found.text == "Costs 0.00 USD a month, 1.00 before: -1.00."


@pytest.mark.parametrize(
    "pair",
    [
        (resource("AWS::KMS::Key"), resource("AWS::KMS::Key", Description="new")),
        (None, resource("AWS::IAM::Role")),
        (None, resource("AWS::SNS::Topic")),
        (None, None),
    ],
    ids=["the same", "a role", "a topic", "nothing"],
)
def test_what_costs_the_same_is_not_told(pair: tuple[Resource | None, Resource | None]) -> None:
    assert said(*pair) == []


def test_what_newly_has_no_price_is_told_once() -> None:
    server = resource("AWS::EC2::Instance")
    (found,) = said(None, server)
    assert found.severity is Severity.INFO
    assert found.text == "Without a price, and in no sum: the resource itself."
    assert said(server, replace(server, properties={"InstanceType": "m5.large"})) == []


def test_a_stack_itself_costs_nothing(platform: Assembly) -> None:
    for one in platform.stacks:
        assert [*look(Compared(None, one.itself, one, one, Action.ADD, ()))] == []


def test_what_resources_say_adds_up_to_what_a_review_says(platform: Assembly) -> None:
    dev = platform.of("dev")
    fewer = [replace(one, template=replace(one.template, resources={})) for one in dev.stacks]
    apart = [
        [found.text for found in look(Compared(None, item, without, one, Action.ADD, ()))]
        for one, without in zip(dev.stacks, fewer, strict=True)
        for item in one.template.resources.values()
    ]
    told = sum(float(text.split()[1].replace(",", "")) for texts in apart for text in texts if text.startswith("Costs"))
    ((_, before, after),) = monthly(Assembly(tuple(fewer)), dev).by_environment
    assert told <= after - before + 0.01 * len(apart)
    assert told > 0.7 * (after - before)  # the rest is what the environment pays as a whole


def test_both_sides_of_all_environments_take_a_tenth_of_a_second(platform: Assembly) -> None:
    monthly(platform, platform)  # reads the tables
    took = []
    for _ in range(3):
        began = time.process_time()
        monthly(platform, platform)
        took.append(time.process_time() - began)
    assert min(took) < 0.1


def test_a_price_needs_neither_awss_sdk_nor_the_cdk() -> None:
    slow = ("boto3", "botocore.client", "aws_cdk", "pandas", "typer", "jinja2", "rich")
    code = f"import sys, ops.cost.reviewing; print([name for name in {slow} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_numbers_that_no_template_has_are_told_all_the_same() -> None:
    found, *_ = said(None, endpoint("ml.m5.large", 999_999_999_999_999))
    assert found.severity is Severity.HIGH
