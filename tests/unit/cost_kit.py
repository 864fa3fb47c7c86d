"""Small stacks and tables of prices for the tests of costs."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from config.usage import Usage, UseCaseUsage
from ops.assembly.model import Assembly, Resource, Stack, Template
from ops.cost.billing import CHAMPION, Expected, bill
from ops.cost.model import Bill
from ops.cost.offers import WANTED
from ops.cost.tables import Price, Table, Tables

REGION, DAY = "ap-northeast-1", "2026-01-01"
FILLED = {"Fn::Not": [{"Fn::Equals": [{"Ref": "ChampionModelPackage"}, ""]}]}
SERVING = {
    "Parameters": {"ChampionModelPackage": {"Type": "String", "Default": ""}},
    "Conditions": {"ChampionFilled": FILLED},
}
# A rate of one for everything that has a name of its own; machines are added where a test needs them.
NAMES = (
    "AWSDataTransfer:DataTransfer-Out-Bytes",
    "AWSEvents:Event-64K-Chunks",
    "AWSGlue:ETL-DPU-Hour",
    "AWSLambda:Lambda-GB-Second",
    "AWSLambda:Lambda-GB-Second-ARM",
    "AWSLambda:Request",
    "AWSLambda:Request-ARM",
    "AWSQueueService:Requests-Tier1",
    "AWSXRay:XRay-TracesStored",
    "AmazonCloudWatch:CW:AlarmMonitorUsage",
    "AmazonCloudWatch:CW:CompositeAlarmMonitorUsage",
    "AmazonCloudWatch:CW:HighResAlarmMonitorUsage",
    "AmazonCloudWatch:CW:MetricMonitorUsage",
    "AmazonCloudWatch:DashboardsUsageHour",
    "AmazonCloudWatch:DataProcessing-Bytes",
    "AmazonCloudWatch:TimedStorage-ByteHrs",
    "AmazonCloudWatch:VendedLog-Bytes",
    "AmazonCognito:CognitoEssentialsMAU",
    "AmazonDynamoDB:ReadRequestUnits",
    "AmazonDynamoDB:WriteRequestUnits",
    "AmazonECR:TimedStorage-ByteHrs",
    "AmazonECS:Fargate-GB-Hours",
    "AmazonECS:Fargate-vCPU-Hours:perCPU",
    "AmazonS3:Requests-Tier1",
    "AmazonS3:Requests-Tier2",
    "AmazonS3:TimedStorage-ByteHrs",
    "AmazonSNS:DeliveryAttempts-SMTP",
    "AmazonSageMaker:Host:VolumeUsage.gp2",
    "AmazonSageMaker:Hst:Data-Bytes-In",
    "AmazonSageMaker:Hst:Data-Bytes-Out",
    "AmazonSageMaker:Notebk:VolumeUsage.gp2",
    "AmazonSageMaker:Processing:VolumeUsage.gp2",
    "AmazonSageMaker:ServerlessInf:Mem-2GB",
    "AmazonSageMaker:Train:VolumeUsage.gp2",
    "AmazonStates:StateTransition",
    "AmazonVPC:VpcEndpoint-Bytes",
    "AmazonVPC:VpcEndpoint-Hours",
    "awskms:KMS-Keys",
    "awskms:KMS-Requests",
)
assert {name.split(":")[0] for name in NAMES} == set(WANTED)


def price(name: str, usd: str = "1", day: str = DAY, *tiers: tuple[str, str | None, str]) -> Price:
    """Return a price of one rate, or with the tiers that are given."""
    ranges = tiers or (("0", None, usd),)
    made = tuple((Decimal(begin), end and Decimal(end), Decimal(rate)) for begin, end, rate in ranges)
    return Price(name, "things", made, day, "test")  # type: ignore[arg-type]  # "" is not given as an end


def table(*prices: Price, day: str = DAY) -> Table:
    return Table(REGION, day, {"test": {"address": "https://example.com"}}, {one.name: one for one in prices})


def ones(*machines: str) -> Tables:
    """Return tables in which everything costs one dollar: what something costs is its quantity."""
    return Tables((table(*(price(name) for name in (*NAMES, *machines))),))


def resource(type_: str, logical_id: str = "It", condition: str = "", path: str = "", **properties: Any) -> Resource:
    attributes = {"Condition": condition} if condition else {}
    return Resource(logical_id, type_, properties, attributes, path)


def stack(*resources: Resource, name: str = "control", use_case: str = "", sections: Any = None) -> Stack:
    tags = {"ml-loop:use-case": use_case} if use_case else {}
    template = Template({one.logical_id: one for one in resources}, sections or {})
    return Stack("dev", f"dev-{name}", template, REGION, tags)


def billed(
    *stacks: Stack,
    tables: Tables | None = None,
    usage: Usage | None = None,
    each: UseCaseUsage | None = None,
    live: Mapping[str, str] = CHAMPION,
) -> Bill:
    """Return the bill of stacks; without usage nothing is used."""
    expected = Expected((usage or nothing()).model_copy(update={"each": each} if each else {}))
    return bill(Assembly(stacks), "dev", expected, tables or ones(), live)


def nothing() -> Usage:
    """Return usage of nothing at all."""
    usage = Usage()
    none = {name: 0 for name, value in usage if isinstance(value, int)}
    empty = {name: 0 for name, _ in usage.stored_gb}
    each = {name: 0 for name, _ in usage.each} | {"live_hours": 730}
    return Usage.model_validate({**none, "stored_gb": empty, "each": each})
