"""Curves of a forecast of probabilities, at about two hundred points."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import metrics

from .bootstrap import Floats

CURVE_POINTS = 200


def roc(name: str, label: Floats, score: Floats) -> pd.DataFrame:
    """Return the ROC curve of one forecast."""
    false_positive, true_positive, _ = metrics.roc_curve(label, score)
    picked = _thin(len(false_positive))
    return pd.DataFrame(
        {"forecast": name, "false_positive_rate": false_positive[picked], "true_positive_rate": true_positive[picked]}
    )


def precision_recall(label: Floats, score: Floats) -> tuple[list[float], list[float]]:
    """Return precisions and recalls."""
    precision, recall, _ = metrics.precision_recall_curve(label, score)
    picked = _thin(len(precision))
    return precision[picked].tolist(), recall[picked].tolist()


def _thin(points: int) -> NDArray[np.int64]:
    places: NDArray[np.int64] = np.linspace(0, points - 1, min(points, CURVE_POINTS)).round().astype(np.int64)
    return places
