"""Settings of training that suit the size of the data, and a gate that says: better than the baseline."""

from typing import Any

from config.use_case.agreement import OBJECTIVES
from config.use_case.metrics import Problem

# Training rows up to which a setting holds: fewer rows, smaller trees and fewer of them. Rounds are the most there are.
_SIZES = (
    (1_000, {"num_round": 200, "eta": 0.1, "max_depth": 3, "min_child_weight": 3}),
    (20_000, {"num_round": 500, "eta": 0.1, "max_depth": 4, "min_child_weight": 5}),
    (float("inf"), {"num_round": 1000, "eta": 0.1, "max_depth": 6, "min_child_weight": 10}),
)
# The last one ends the training. A loss does: the AUC of a small validation split rises by chance after a few rounds.
_METRICS: dict[Problem, str] = {
    "binary_classification": "auc,logloss", "multiclass_classification": "mlogloss", "regression": "mae",
}  # fmt: skip
_EARLY_STOPPING_ROUNDS = 20
# What is gained over the baseline is not by chance: the lower end of the interval must be above nothing; for
# clusters it is the gain over the highest of many draws of noise.
_BETTER: dict[Problem, str] = {
    "binary_classification": "auc_over_baseline.lower",
    "multiclass_classification": "accuracy_over_baseline.lower",
    "regression": "mae_skill.lower",
    "clustering": "variance_explained_over_noise",
}
LEAST_GAIN = 0.001
# Of fewer rows the test split is too small to tell groups from noise (docs/decisions/clusters-and-noise.md).
LEAST_ROWS_OF_CLUSTERS = 1_000
_LEAST_APART = 0.1
TRAINING_SHARE = 0.7  # of the rows, as both splits of a draft have it
_MOST_MIN_ROWS = 30  # the schema's default of category_min_rows


def xgboost(problem: Problem, rows: int) -> dict[str, Any]:
    """Return the section `train` of the built-in XGBoost."""
    size = next(settings for most, settings in _SIZES if rows * TRAINING_SHARE <= most)
    return {
        "objective": OBJECTIVES[problem][0],
        "eval_metric": _METRICS[problem],
        **size,
        "early_stopping_rounds": _EARLY_STOPPING_ROUNDS,
        "subsample": 0.8,
        "colsample_bytree": 0.8,
        "tree_method": "hist",
        "seed": 0,
    }


def gate(problem: Problem, rows: int) -> list[dict[str, Any]]:
    """Return the gate's conditions."""
    if problem == "clustering" and rows < LEAST_ROWS_OF_CLUSTERS:
        return [{"metric": "silhouette", "at_least": _LEAST_APART}]
    return [{"metric": _BETTER[problem], "at_least": LEAST_GAIN}]


def category_min_rows(rows: int) -> int:
    """Return from how many training rows on a level counts: a hundredth of them, from 3 to the schema's 30."""
    return int(min(max(rows * TRAINING_SHARE // 100, 3), _MOST_MIN_ROWS))
