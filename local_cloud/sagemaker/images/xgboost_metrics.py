"""The metrics of the built-in XGBoost algorithm: names, whether more is better, and how logs show them."""

from config.xgboost_metrics import MAXIMIZED, MINIMIZED

__all__ = ["ADDED_BY_IMAGE", "ALL", "MAXIMIZED", "METRIC_DEFINITIONS", "MINIMIZED"]

# What XGBoost itself does not compute; the image adds them.
ADDED_BY_IMAGE = frozenset(
    {
        "accuracy", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "mse", "precision", "precision_macro",
        "precision_micro", "r2", "recall", "recall_macro", "recall_micro",
    }
)  # fmt: skip
ALL = (*MAXIMIZED, *MINIMIZED)

# CloudWatch shows the tab before each metric as #011.
METRIC_DEFINITIONS = tuple(
    (f"{data}:{name}", rf".*\[[0-9]+\].*#011{data}-{name}:(\S+)") for name in ALL for data in ("train", "validation")
)
