"""What an alarm watches, in words."""

import re

from ops.assembly.model import Resource
from ops.review.values import at, listed, number, shown, spots

_COMPARES = {
    "GreaterThanThreshold": "above",
    "GreaterThanOrEqualToThreshold": "at or above",
    "LessThanThreshold": "below",
    "LessThanOrEqualToThreshold": "at or below",
    "GreaterThanUpperThreshold": "above its usual band",
    "LessThanLowerThreshold": "below its usual band",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside its usual band",
}
_BAND = re.compile(r"ANOMALY_DETECTION_BAND\(\s*\w+\s*,\s*(?P<width>[0-9]+(\.[0-9]+)?)\s*\)")


def watches(alarm: Resource) -> str:
    """Return such as `Sum of Invocation5XXErrors is at or above 1 in 2 of 5 periods of 60 s`."""
    compares = _COMPARES.get(str(at(alarm, "ComparisonOperator")), "beyond")
    width = band(alarm)
    limit = "" if width is None else f" ({width:g} standard deviations)"
    if at(alarm, "Threshold") is not None:
        limit = f" {shown(at(alarm, 'Threshold'))}"
    return f"{metric(alarm)} is {compares}{limit} {_how_long(alarm)}"


def _how_long(alarm: Resource) -> str:
    needed, of = datapoints(alarm)
    seconds = at(alarm, "Period")
    each = f" of {shown(seconds)} s" if seconds else ""
    return f"for a period{each}" if of == 1 else f"in {needed:g} of {of:g} periods{each}"


def band(alarm: Resource) -> float | None:
    """Return the width of the band of usual values, in standard deviations; None if it has none."""
    matches = (_BAND.search(expression) for expression in _expressions(alarm))
    return next((float(match["width"]) for match in matches if match), None)


def metric(alarm: Resource) -> str:
    """Return what it measures: statistic and metric, or the expressions of several."""
    name = at(alarm, "MetricName")
    if name is not None:
        statistic = shown(at(alarm, "ExtendedStatistic", at(alarm, "Statistic", "value")))
        return f"{statistic} of {shown(name)}{_of_what(alarm)}"
    expressions = [one for one in _expressions(alarm) if not _BAND.search(one)]
    if not expressions:
        names = spots(alarm.properties, "Metrics[Id].MetricStat.Metric.MetricName").values()
        expressions = [shown(one) for one in names]
    return " and ".join(expressions) or "its metric"


def _expressions(alarm: Resource) -> list[str]:
    return [shown(one) for one in spots(alarm.properties, "Metrics[Id].Expression").values()]


def _of_what(alarm: Resource) -> str:
    dimensions = [one for one in listed(at(alarm, "Dimensions")) if isinstance(one, dict)]
    told = sorted(f"{shown(one.get('Name'))} {shown(one.get('Value'))}" for one in dimensions)
    return f" ({', '.join(told)})" if told else ""


def datapoints(alarm: Resource) -> tuple[float, float]:
    """Return how many of how many periods must be beyond the threshold; 1 of 1 where only a deployment knows."""
    periods = number(at(alarm, "EvaluationPeriods")) or 1
    return number(at(alarm, "DatapointsToAlarm")) or periods, periods
