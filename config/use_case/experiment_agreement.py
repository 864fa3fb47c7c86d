"""What a use case's experiments must agree on with its problem. Raises RuleError with a remedy."""

from config.errors import RuleError
from config.use_case.experiment import Experiment, MetricName
from config.use_case.metrics import Problem

_METRICS: dict[Problem, tuple[MetricName, ...]] = {
    "binary_classification": ("error_rate", "log_loss", "auc", "value"),
    "multiclass_classification": ("error_rate", "log_loss"),
    "regression": ("absolute_error", "squared_error"),
    "clustering": (),
}


def experiment_fits(problem: Problem, experiment: Experiment | None) -> None:
    """What is compared is known of each request."""
    if experiment is None:
        return
    allowed = _METRICS[problem]
    if not allowed:
        raise RuleError(("experiment",), f"{problem} has no outcomes to compare; remove it")
    if experiment.metric not in allowed:
        raise RuleError(
            ("experiment", "metric"),
            f"found {experiment.metric!r}; allowed for {problem} are {', '.join(allowed)}; choose one of them",
        )
