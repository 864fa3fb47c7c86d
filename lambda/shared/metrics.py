"""Metrics of the platform's functions, in CloudWatch's namespace MlLoop."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "MlLoop"


def count(metric: str, *, environment: str, use_case: str, value: int = 1) -> None:
    """Count occurrences of a metric of a use case; it travels in the function's log (embedded metric format)."""
    with single_metric(name=metric, unit=MetricUnit.Count, value=value, namespace=NAMESPACE) as metrics:
        metrics.add_dimension(name="Environment", value=environment)
        metrics.add_dimension(name="UseCase", value=use_case)
