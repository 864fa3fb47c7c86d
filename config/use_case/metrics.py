"""The figures of `evaluation.json` that a gate may ask for, by problem, and between which numbers each lies."""

from typing import Literal, NamedTuple

Problem = Literal["binary_classification", "multiclass_classification", "regression", "clustering"]


class Limits(NamedTuple):
    """The least and the most that a figure can be; None: it has no such end."""

    least: float | None
    most: float | None


_SHARE, _DIFFERENCE = Limits(0, 1), Limits(-1, 1)
_SKILL = Limits(None, 1)  # 1 - loss / loss of the reference, which may be any share of it
_AMOUNT = Limits(0, None)
# Each of them has .value, .lower and .upper, its bootstrap interval.
_INTERVALS: dict[Problem, dict[str, Limits]] = {
    "binary_classification": {
        "auc": _SHARE,
        "auc_over_baseline": _DIFFERENCE,
        "auc_over_incumbent": _DIFFERENCE,
        "average_precision": _SHARE,
        "brier_skill": _SKILL,
        "log_loss_skill": _SKILL,
        "expected_cost_skill": _SKILL,
    },
    "multiclass_classification": {
        "accuracy": _SHARE,
        "accuracy_over_baseline": _DIFFERENCE,
        "accuracy_over_incumbent": _DIFFERENCE,
        "macro_f1": _SHARE,
        "log_loss_skill": _SKILL,
    },
    "regression": {
        "mae": _AMOUNT,
        "rmse": _AMOUNT,
        "r2": _SKILL,
        "mae_skill": _SKILL,
        "mae_skill_over_incumbent": _SKILL,
    },
    "clustering": {
        "variance_explained": _SKILL,
        "variance_explained_over_incumbent": _DIFFERENCE,
        "mean_squared_distance": _AMOUNT,
    },
}
_SINGLE: dict[Problem, dict[str, Limits]] = {
    "binary_classification": {"worst_slice_auc": _SHARE, "calibration_error": _SHARE, "rows": _AMOUNT},
    "multiclass_classification": {"worst_slice_accuracy": _SHARE, "calibration_error": _SHARE, "rows": _AMOUNT},
    "regression": {"worst_slice_mae_skill": _SKILL, "rows": _AMOUNT},
    "clustering": {
        "worst_slice_variance_explained": _SKILL,
        "variance_explained_over_noise": _SKILL,
        "clusters_used": _AMOUNT,
        "silhouette": _DIFFERENCE,
        "adjusted_rand": _DIFFERENCE,
        "rows": _AMOUNT,
    },
}
# The first of each: what registry, demonstration and tuning speak of.
PRIMARY: dict[Problem, str] = {problem: next(iter(figures)) for problem, figures in _INTERVALS.items()}


def gate_metrics(problem: Problem) -> dict[str, Limits]:
    """Return the paths that a gate may name, and between which numbers each figure lies.

    >>> list(gate_metrics("clustering"))[:2]
    ['variance_explained.value', 'variance_explained.lower']
    """
    parts = ("value", "lower", "upper")
    intervals = {f"{name}.{part}": limits for name, limits in _INTERVALS[problem].items() for part in parts}
    return intervals | _SINGLE[problem]
