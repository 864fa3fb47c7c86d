"""Functions, what calls them on a schedule, and what Lambda asks queues meanwhile."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ops.assembly.model import Resource
from ops.cost.model import HOURS, Need, Part
from ops.cost.needs.given import Function, Given, calls, need, number

_RATE = re.compile(r"rate\((?P<value>[0-9]{1,9}) (?P<unit>minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((?P<minutes>\S{1,99}) (?P<hours>\S{1,99}) .{0,200}\)")
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
_DAYS = HOURS / 24
# Lambda waits for messages by long polling, five polls at once; with little traffic it goes down to two, but not where
# a mapping has a maximum concurrency: Lambda's guide, "Configuring scaling behavior for SQS event source mappings".
# A poll that finds nothing waits 20 seconds, the most that SQS allows.
_POLLERS, _FEWEST_POLLERS = 5, 2
_POLLS_AN_HOUR = Decimal(3600) / 20


def event_source(_: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """Requests that Lambda makes to an empty queue, day and night."""
    if _is_queue(properties.get("EventSourceArn"), given):
        pollers = _POLLERS if properties.get("ScalingConfig") else _FEWEST_POLLERS
        polls = pollers * _POLLS_AN_HOUR * HOURS
        yield need("polls of a queue", "AWSQueueService:Requests-Tier1", quantity=polls, part=Part.IDLE)


def rule(_: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """Calls of a function on a schedule, directly or by way of a queue; events of AWS itself cost nothing."""
    runs = runs_a_month(given.scene.text(properties.get("ScheduleExpression")))
    if not runs or properties.get("State") == "DISABLED":
        return
    targets = properties.get("Targets")
    number_of = runs * (len(targets) if isinstance(targets, list) else 1)
    yield from calls(given.function, number_of, given.usage.function_ms, "calls on a schedule", Part.IDLE)


def runs_a_month(schedule: str) -> Decimal:
    """Return how often a schedule of EventBridge runs at most in a month: days that it leaves out are counted too.

    >>> runs_a_month("rate(2 hours)"), runs_a_month("cron(0,30 8-17 ? * MON-FRI *)").quantize(Decimal(1))
    (Decimal('365'), Decimal('608'))
    """
    if rate := _RATE.fullmatch(schedule):
        return HOURS * 60 / (max(int(rate["value"]), 1) * _MINUTES[rate["unit"]])
    if cron := _CRON.fullmatch(schedule):
        return _times(cron["minutes"], 60) * _times(cron["hours"], 24) * _DAYS
    return Decimal(0)


def function_of(resource: Resource) -> Function:
    """Return memory and processor of a function; 128 MB and x86_64 are Lambda's own defaults."""
    architectures = resource.properties.get("Architectures")
    arm = isinstance(architectures, list) and "arm64" in architectures
    traced = resource.properties.get("TracingConfig") == {"Mode": "Active"}
    return Function(number(resource.properties.get("MemorySize"), 128) / 1024, arm, traced)


def _times(field: str, whole: int) -> int:
    return sum(_count(part, whole) for part in field.split(","))


def _count(part: str, whole: int) -> int:
    start, stepped, step = part.partition("/")
    first, ranged, last = start.partition("-")
    if start == "*":
        length = whole
    elif ranged and first.isdigit() and last.isdigit():
        length = int(last) - int(first) + 1
    else:
        length = whole - int(first) if stepped and first.isdigit() else 1
    size = int(step) if step.isdigit() and int(step) else 1
    return max(1, min(whole, -(-length // size)))


def _is_queue(arn: Any, given: Given) -> bool:
    """Whether an ARN is of a queue: that of a queue of the template, or one that says so."""
    attribute = arn.get("Fn::GetAtt") if isinstance(arn, dict) else None
    if isinstance(attribute, list) and attribute:
        source = given.scene.template.resources.get(str(attribute[0]))
        return source is not None and source.type == "AWS::SQS::Queue"
    return ":sqs:" in given.scene.text(arn)
