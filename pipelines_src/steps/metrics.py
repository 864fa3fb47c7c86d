"""Figures and curves of a forecast of probabilities."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import metrics

from .auc import Floats, RankedScores

CURVE_POINTS = 200
CALIBRATION_BINS = 10


def brier(label: Floats, score: Floats) -> float:
    """Return the mean squared error of the probabilities (Brier 1950)."""
    return float(np.mean((score - label) ** 2))


def log_loss(label: Floats, score: Floats) -> float:
    """Return the mean negative log likelihood, in nats."""
    return float(metrics.log_loss(label, np.clip(score, 1e-15, 1 - 1e-15), labels=[0, 1]))


def roc(name: str, label: Floats, score: Floats) -> pd.DataFrame:
    """Return the ROC curve of one forecast at about 200 points."""
    false_positive, true_positive, _ = metrics.roc_curve(label, score)
    picked = _thin(len(false_positive))
    return pd.DataFrame(
        {"forecast": name, "false_positive_rate": false_positive[picked], "true_positive_rate": true_positive[picked]}
    )


def precision_recall(label: Floats, score: Floats) -> tuple[list[float], list[float]]:
    """Return precisions and recalls at about 200 points."""
    precision, recall, _ = metrics.precision_recall_curve(label, score)
    picked = _thin(len(precision))
    return precision[picked].tolist(), recall[picked].tolist()


def calibration(name: str, label: Floats, score: Floats) -> pd.DataFrame:
    """Return forecast and truth in ten bins of equally many rows (fewer where forecasts tie)."""
    bins = pd.qcut(pd.Series(score), CALIBRATION_BINS, duplicates="drop", labels=False).fillna(0)
    groups = pd.DataFrame({"forecast_mean": score, "observed_rate": label}).groupby(bins.to_numpy())
    table = groups.mean().assign(rows=groups.size()).reset_index(drop=True)
    return table.assign(forecast=name)[["forecast", "forecast_mean", "observed_rate", "rows"]]


def slices(table: pd.DataFrame, label: Floats, score: Floats) -> dict[str, Any]:
    """Return the figures for each value of each column; the area is null where only one outcome occurs."""
    result: dict[str, Any] = {}
    for column in table:
        places = pd.Series(np.arange(len(table))).groupby(table[column].astype("str").to_numpy()).indices
        result[str(column)] = {value: _figures(label[rows], score[rows]) for value, rows in sorted(places.items())}
    return result


def _figures(label: Floats, score: Floats) -> dict[str, Any]:
    return {
        "rows": len(label),
        "positive_rate": float(label.mean()),
        "forecast_mean": float(score.mean()),
        "auc": RankedScores(label, score).auc(),
    }


def _thin(points: int) -> NDArray[np.int64]:
    places: NDArray[np.int64] = np.linspace(0, points - 1, min(points, CURVE_POINTS)).round().astype(np.int64)
    return places
