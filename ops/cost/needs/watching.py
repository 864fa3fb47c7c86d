"""Alarms and dashboards of CloudWatch."""

from collections.abc import Iterator
from typing import Any

from ops.assembly.model import Resource
from ops.cost.model import Need, Part
from ops.cost.needs.given import Given, need, number

_MINUTE = 60  # an alarm that looks more often is one of high resolution


def alarm(_: Resource, properties: dict[str, Any], __: Given) -> Iterator[Need]:
    """An alarm pays for each metric that it looks at ("Amazon CloudWatch pricing": alarm metrics)."""
    metrics = properties.get("Metrics")
    looked_at = [item for item in metrics if isinstance(item, dict)] if isinstance(metrics, list) else []
    stats = [item["MetricStat"] for item in looked_at if isinstance(item.get("MetricStat"), dict)]
    periods = [number(stat.get("Period"), _MINUTE) for stat in stats] or [number(properties.get("Period"), _MINUTE)]
    kind = "CW:HighResAlarmMonitorUsage" if min(periods) < _MINUTE else "CW:AlarmMonitorUsage"
    yield need("alarm", f"AmazonCloudWatch:{kind}", quantity=max(len(stats), 1), part=Part.IDLE)


def composite_alarm(_: Resource, __: dict[str, Any], ___: Given) -> Iterator[Need]:
    """An alarm over alarms."""
    yield need("composite alarm", "AmazonCloudWatch:CW:CompositeAlarmMonitorUsage", quantity=1, part=Part.IDLE)


def dashboard(_: Resource, __: dict[str, Any], ___: Given) -> Iterator[Need]:
    """A dashboard; the first three of an account cost nothing, and are taken to be this environment's."""
    yield need("dashboard", "AmazonCloudWatch:DashboardsUsageHour", quantity=1, part=Part.IDLE)
