"""The figures of `evaluation.json` that a gate may ask for, by problem."""

from typing import Literal

Problem = Literal["binary_classification", "multiclass_classification", "regression", "clustering"]

# Each of them has .value, .lower and .upper, its bootstrap interval.
_INTERVALS: dict[Problem, tuple[str, ...]] = {
    "binary_classification": (
        "auc", "auc_over_baseline", "auc_over_incumbent", "average_precision", "brier_skill", "log_loss_skill",
        "expected_cost_skill",
    ),
    "multiclass_classification": (
        "accuracy", "accuracy_over_baseline", "accuracy_over_incumbent", "macro_f1", "log_loss_skill",
    ),
    "regression": ("mae", "rmse", "r2", "mae_skill", "mae_skill_over_incumbent"),
    "clustering": ("variance_explained", "variance_explained_over_incumbent", "mean_squared_distance"),
}  # fmt: skip
_SINGLE: dict[Problem, tuple[str, ...]] = {
    "binary_classification": ("worst_slice_auc", "calibration_error", "rows"),
    "multiclass_classification": ("worst_slice_accuracy", "calibration_error", "rows"),
    "regression": ("worst_slice_mae_skill", "rows"),
    "clustering": ("worst_slice_variance_explained", "clusters_used", "silhouette", "adjusted_rand", "rows"),
}
# The first of each: what registry, demonstration and tuning speak of.
PRIMARY: dict[Problem, str] = {problem: names[0] for problem, names in _INTERVALS.items()}


def gate_metrics(problem: Problem) -> tuple[str, ...]:
    """Return the paths that a gate may name.

    >>> gate_metrics("clustering")[:2]
    ('variance_explained.value', 'variance_explained.lower')
    """
    parts = ("value", "lower", "upper")
    return (*(f"{name}.{part}" for name in _INTERVALS[problem] for part in parts), *_SINGLE[problem])
