"""What an alarm watches, in words."""

from ops.assembly.model import Resource
from ops.review.values import at, listed, number, shown

_COMPARES = {
    "GreaterThanThreshold": "above",
    "GreaterThanOrEqualToThreshold": "at or above",
    "LessThanThreshold": "below",
    "LessThanOrEqualToThreshold": "at or below",
    "GreaterThanUpperThreshold": "above the usual band of",
    "LessThanLowerThreshold": "below the usual band of",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside the usual band of",
}


def watches(alarm: Resource) -> str:
    """Return such as `Sum of Invocation5XXErrors is at or above 1 in 2 of 5 periods of 60 s`."""
    compares = _COMPARES.get(str(at(alarm, "ComparisonOperator")), "beyond")
    threshold = at(alarm, "Threshold", at(alarm, "ThresholdMetricId"))
    needed, of = datapoints(alarm)
    seconds = at(alarm, "Period")
    period = f"period{'' if of == 1 else 's'}{f' of {shown(seconds)} s' if seconds else ''}"
    return f"{metric(alarm)} is {compares} {shown(threshold)} in {needed:g} of {of:g} {period}"


def metric(alarm: Resource) -> str:
    """Return what it measures: statistic and metric, or the expressions of several."""
    name = at(alarm, "MetricName")
    if name is not None:
        statistic = shown(at(alarm, "ExtendedStatistic", at(alarm, "Statistic", "value")))
        return f"{statistic} of {shown(name)}{_of_what(alarm)}"
    expressions = [one.get("Expression") for one in listed(at(alarm, "Metrics")) if isinstance(one, dict)]
    return " and ".join(shown(one) for one in expressions if one is not None) or "its metric"


def _of_what(alarm: Resource) -> str:
    dimensions = [one for one in listed(at(alarm, "Dimensions")) if isinstance(one, dict)]
    told = sorted(f"{shown(one.get('Name'))} {shown(one.get('Value'))}" for one in dimensions)
    return f" ({', '.join(told)})" if told else ""


def datapoints(alarm: Resource) -> tuple[float, float]:
    """Return how many of how many periods must be beyond the threshold; 1 of 1 where only a deployment knows."""
    periods = number(at(alarm, "EvaluationPeriods")) or 1
    return number(at(alarm, "DatapointsToAlarm")) or periods, periods
