"""A CloudWatch alarm, as one resource."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct


@dataclass(frozen=True)
class Metric:
    """What CloudWatch counts.

    Args:
        namespace: of the metric.
        name: of the metric.
        dimensions: by name; a value may be a token.
        statistic: how the values of a period become one.
        seconds: length of a period.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"
    seconds: int = 300


@dataclass(frozen=True)
class Bound:
    """From what on an alarm rings. The default is: at the first event.

    Args:
        threshold: in the metric's unit.
        operator: how the metric stands to the threshold when it breaches it.
        periods: how many are looked at.
        breaching: how many of them must breach; all by default.
        missing: what it means that nothing is measured: `notBreaching`: no trouble; `ignore`: nothing, so that the last
            measurement holds; `missing`: that whoever should measure does not, which people are told as well, but
            only once something was measured.
    """

    threshold: float = 1
    operator: str = "GreaterThanOrEqualToThreshold"
    periods: int = 1
    breaching: int | None = None
    missing: Literal["notBreaching", "ignore", "missing"] = "notBreaching"


AT_THE_FIRST = Bound()


def alarm(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    description: str,
    metric: Metric,
    topic_arn: str,
    bound: Bound = AT_THE_FIRST,
) -> cloudwatch.CfnAlarm:
    """Return an alarm that tells a topic.

    Args:
        scope: of the construct.
        construct_id: in its scope.
        name: physical, of its own in the account and region: a dashboard of another stack shows alarms by their names.
        description: what has happened, and the heading of a runbook that says what to do.
        metric: what is watched.
        topic_arn: who is told.
        bound: from what on.
    """
    dimensions: list[Any] = [{"name": name, "value": value} for name, value in metric.dimensions.items()]
    percentile = metric.statistic.startswith("p")
    return cloudwatch.CfnAlarm(
        scope,
        construct_id,
        alarm_name=name,
        alarm_description=description,
        namespace=metric.namespace,
        metric_name=metric.name,
        dimensions=dimensions,
        statistic=None if percentile else metric.statistic,
        extended_statistic=metric.statistic if percentile else None,
        period=metric.seconds,
        threshold=bound.threshold,
        comparison_operator=bound.operator,
        evaluation_periods=bound.periods,
        datapoints_to_alarm=bound.breaching,
        treat_missing_data=bound.missing,
        alarm_actions=[topic_arn],
        insufficient_data_actions=[topic_arn] if bound.missing == "missing" else None,
    )
