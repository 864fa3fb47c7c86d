"""The evaluation in the file that the model registry takes as model quality statistics.

Format: AWS documentation, "Model quality metrics and Amazon CloudWatch monitoring", binary classification.
"""

from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix

from .auc import Floats, RankedScores
from .metrics import precision_recall, roc

THRESHOLD = 0.5


def document(label: Floats, score: Floats) -> dict[str, Any]:
    """Return the statistics of a forecast; a row counts as positive from a probability of 0.5 on."""
    guess = (score >= THRESHOLD).astype("float64")
    constant = np.full_like(label, float(label.mean() >= THRESHOLD))
    figures = {
        **_figures(label, guess),
        "auc": RankedScores(label, score).auc(),
        **{f"{name}_best_constant_classifier": value for name, value in _constant(label, constant).items()},
    }
    curve = roc("model", label, score)
    precisions, recalls = precision_recall(label, score)
    (true_negative, false_positive), (false_negative, true_positive) = _confusion(label, guess)
    return {
        "version": 0.0,
        "dataset": {"item_count": len(label)},
        "binary_classification_metrics": {
            "confusion_matrix": {
                "0": {"0": true_negative, "1": false_positive},
                "1": {"0": false_negative, "1": true_positive},
            },
            **{name: {"value": value, "standard_deviation": "NaN"} for name, value in figures.items()},
            "receiver_operating_characteristic_curve": {
                "false_positive_rates": curve["false_positive_rate"].tolist(),
                "true_positive_rates": curve["true_positive_rate"].tolist(),
            },
            "precision_recall_curve": {"precisions": precisions, "recalls": recalls},
        },
    }


def _confusion(label: Floats, guess: Floats) -> list[list[int]]:
    counts: list[list[int]] = confusion_matrix(label, guess, labels=[0, 1]).tolist()
    return counts


def _constant(label: Floats, guess: Floats) -> dict[str, float]:
    figures = _figures(label, guess)
    return {name: figures[name] for name in ("recall", "precision", "accuracy", "f0_5", "f1", "f2")}


def _figures(label: Floats, guess: Floats) -> dict[str, float]:
    (true_negative, false_positive), (false_negative, true_positive) = _confusion(label, guess)
    precision = _ratio(true_positive, true_positive + false_positive)
    recall = _ratio(true_positive, true_positive + false_negative)
    return {
        "recall": recall,
        "precision": precision,
        "accuracy": _ratio(true_positive + true_negative, len(label)),
        "true_positive_rate": recall,
        "true_negative_rate": _ratio(true_negative, true_negative + false_positive),
        "false_positive_rate": _ratio(false_positive, true_negative + false_positive),
        "false_negative_rate": _ratio(false_negative, true_positive + false_negative),
        **{name: _f(beta, precision, recall) for name, beta in (("f0_5", 0.5), ("f1", 1.0), ("f2", 2.0))},
    }


def _f(beta: float, precision: float, recall: float) -> float:
    return _ratio((1 + beta**2) * precision * recall, beta**2 * precision + recall)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
