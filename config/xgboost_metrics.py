"""The metrics of SageMaker's built-in XGBoost algorithm, whether more is better, and which fit a problem.

Source: the container's own table (sagemaker-xgboost-container, constants/xgb_constants.py). Which fit a problem was
seen by training with XGBoost 3.2: the others end the job, or are no number. `auc` of several classes the container
refuses (algorithm_mode/hyperparameter_validation.py), and `tweedie-nloglik` is none without the @ that it refuses.
"""

from collections.abc import Mapping

# fmt: off
MAXIMIZED = (
    "accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "precision",
    "precision_macro", "precision_micro", "r2", "recall", "recall_macro", "recall_micro",
)
MINIMIZED = (
    "aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss",
    "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
)
WITH_THRESHOLD = ("error", "ndcg", "map")  # as error@0.3
OF_PROBLEM: Mapping[str, tuple[str, ...]] = {
    "binary_classification": (
        "accuracy", "auc", "aucpr", "balanced_accuracy", "error", "f1", "f1_binary", "f1_macro", "logloss", "mae",
        "map", "mse", "ndcg", "precision", "precision_macro", "precision_micro", "recall", "recall_macro",
        "recall_micro", "rmse",
    ),
    "multiclass_classification": (
        "accuracy", "aucpr", "balanced_accuracy", "f1", "f1_macro", "merror", "mlogloss", "precision_macro",
        "precision_micro", "recall_macro", "recall_micro",
    ),
    "regression": (
        "gamma-deviance", "gamma-nloglik", "mae", "mape", "mphe", "mse", "poisson-nloglik", "r2", "rmse", "rmsle",
    ),
    "clustering": (),
}
# fmt: on
