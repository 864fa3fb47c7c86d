"""Metrics that the XGBoost image adds to XGBoost's own, computed by scikit-learn on classes or values."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from sklearn import metrics

_CLASSES: dict[str, Callable[..., float]] = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "f1": partial(metrics.f1_score, average="macro"),
    "f1_binary": partial(metrics.f1_score, average="binary"),
    "f1_macro": partial(metrics.f1_score, average="macro"),
    "precision": metrics.precision_score,
    "precision_macro": partial(metrics.precision_score, average="macro"),
    "precision_micro": partial(metrics.precision_score, average="micro"),
    "recall": metrics.recall_score,
    "recall_macro": partial(metrics.recall_score, average="macro"),
    "recall_micro": partial(metrics.recall_score, average="micro"),
}
_VALUES: dict[str, Callable[..., float]] = {"mse": metrics.mean_squared_error, "r2": metrics.r2_score}


def evaluation(names: Sequence[str]) -> Callable[[Any, Any], list[tuple[str, float]]]:
    """Return XGBoost's `custom_metric` for these names; it gets raw margins, whose sign or largest is the class."""

    def evaluate(predictions: Any, data: Any) -> list[tuple[str, float]]:
        labels = data.get_label()
        many = predictions.ndim > 1 and predictions.shape[1] > 1
        classes = np.argmax(predictions, axis=-1) if many else (predictions > 0).astype(int)
        return [
            (name, float(_CLASSES[name](labels, classes) if name in _CLASSES else _VALUES[name](labels, predictions)))
            for name in names
        ]

    return evaluate
