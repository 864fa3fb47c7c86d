"""The metrics of SageMaker's built-in XGBoost algorithm, and whether more is better.

Source: the container's own table (sagemaker-xgboost-container,
constants/xgb_constants.py).
"""

# fmt: off
MAXIMIZED = (
    "accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "pre", "precision",
    "precision_macro", "precision_micro", "r2", "recall", "recall_macro", "recall_micro",
)
MINIMIZED = (
    "aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss",
    "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
)
# fmt: on
