"""How many requests an endpoint gets."""

from datetime import UTC, datetime, timedelta

from ops.aws_errors import AWS_ERRORS, explain
from ops.target import Target

DAYS = 7


def per_day(target: Target) -> float | None:
    """Return the requests a day that champion and challenger had in the last week; None if there were none."""
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    queries = [
        {
            "Id": variant,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/SageMaker",
                    "MetricName": "Invocations",
                    "Dimensions": [
                        {"Name": "EndpointName", "Value": target.name},
                        {"Name": "VariantName", "Value": variant},
                    ],
                },
                "Period": 3600,
                "Stat": "Sum",
            },
        }
        for variant in ("champion", "challenger")
    ]
    pages = target.cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=end - timedelta(days=DAYS), EndTime=end
    )
    total = sum(sum(result["Values"]) for page in pages for result in page["MetricDataResults"])
    return float(total) / DAYS or None


def of_last_week(target: Target) -> tuple[float | None, str]:
    """Return those of them that are captured, and what there is to say: a plan is one without days too."""
    try:
        daily = per_day(target)
    except AWS_ERRORS as error:
        return None, f"Without days, since the endpoint's traffic cannot be read: {explain(error)} Or give --per-day."
    if daily is None:
        return None, "Without days, since the endpoint had no requests in the last week. Give --per-day."
    percent = target.environment.capture.sampling_percent
    part = "" if percent == 100 else f", of which {percent} % are captured and can count"  # noqa: PLR2004
    about = f"Days by the {daily:,.0f} requests a day that the endpoint had in the last week{part}."
    return daily * percent / 100, about
