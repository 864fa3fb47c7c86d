"""The evaluation in the file that the model registry takes as model quality statistics.

Format: AWS documentation, "Model quality metrics and Amazon CloudWatch monitoring", a section per problem; it has none
for clusters, whose figures are written in the same manner.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix

from ..intraclass import effective_periods
from .bootstrap import Figures, Floats, Resampling
from .curves import precision_recall, roc
from .ranking import RankedScores

_BETAS = (("f0_5", 0.5), ("f1", 1.0), ("f2", 2.0))
_HALF = 0.5
_SMALLEST = 1e-15  # a probability of 0 for what happened would cost infinitely much
RESAMPLES = 200


def binary(label: Floats, score: Floats, threshold: float) -> dict[str, Any]:
    """Return the statistics of a forecast; a row counts as positive from the threshold on."""
    guess = (score >= threshold).astype("float64")
    constant = np.full_like(label, float(label.mean() >= _HALF))
    figures = {
        **_figures(label, guess),
        "auc": RankedScores(label, score).auc(),
        "log_loss": float(log_losses(label, score).mean()),
        **{f"{name}_best_constant_classifier": value for name, value in _constant(label, constant).items()},
    }
    curve = roc("model", label, score)
    precisions, recalls = precision_recall(label, score)
    (true_negative, false_positive), (false_negative, true_positive) = _confusion(label, guess)
    return _document(
        "binary_classification_metrics",
        len(label),
        {
            "confusion_matrix": {
                "0": {"0": true_negative, "1": false_positive},
                "1": {"0": false_negative, "1": true_positive},
            },
            **_values(figures),
            "receiver_operating_characteristic_curve": {
                "false_positive_rates": curve["false_positive_rate"].tolist(),
                "true_positive_rates": curve["true_positive_rate"].tolist(),
            },
            "precision_recall_curve": {"precisions": precisions, "recalls": recalls},
        },
    )


def log_losses(label: Floats, score: Floats) -> Floats:
    """Return the log loss of each forecast of an event."""
    bounded = np.clip(score, _SMALLEST, 1 - _SMALLEST)
    losses: Floats = -np.log(np.where(label > 0, bounded, 1 - bounded))
    return losses


def multiclass(confusion: Floats, classes: list[Any]) -> dict[str, Any]:
    """Return the statistics of rows by label and predicted class."""
    constant = np.zeros_like(confusion)
    constant[:, int(confusion.sum(axis=1).argmax())] = confusion.sum(axis=1)
    best = {f"{name}_best_constant_classifier": value for name, value in weighted(constant).items()}
    names = [str(name) for name in classes]
    cells = {
        name: dict(zip(names, row, strict=True))
        for name, row in zip(names, confusion.astype(int).tolist(), strict=True)
    }
    return _document(
        "multiclass_classification_metrics",
        int(confusion.sum()),
        {"confusion_matrix": cells, **_values(weighted(confusion) | best)},
    )


def varied(document: dict[str, Any], resampling: Resampling, figures: Callable[[Floats], Figures]) -> dict[str, Any]:
    """Return statistics with the standard deviation of each figure between resamples of whole periods.

    `dataset.periods` says of how many of one size: in a window of others a figure varies more or less than here.

    Args:
        document: the statistics.
        resampling: of the rows.
        figures: of rows with weights, by their names in the document.
    """
    drawn = [figures(weights) for weights in replace(resampling, samples=RESAMPLES).weights()]
    [section] = [name for name in document if name.endswith("_metrics")]
    measured = dict(document[section])
    for name in drawn[0]:
        known = [one[name] for one in drawn if np.isfinite(one[name])]
        if known:
            measured[name] = {**measured[name], "standard_deviation": float(np.std(known))}
    periods = effective_periods(np.bincount(resampling.cluster))
    return {**document, "dataset": {**document["dataset"], "periods": periods}, section: measured}


def shares(cells: Floats) -> Figures:
    """Return the shares of right answers, of true negatives, false positives, false negatives and true positives."""
    true_negative, false_positive, false_negative, true_positive = (float(cell) for cell in cells)
    recall = _ratio(true_positive, true_positive + false_negative)
    precision = _ratio(true_positive, true_positive + false_positive)
    return {
        "accuracy": _ratio(true_negative + true_positive, float(cells.sum())),
        "recall": recall,
        "precision": precision,
        "f1": _f(1.0, precision, recall),
    }


def regression(figures: Figures, rows: int) -> dict[str, Any]:
    """Return the statistics of errors: mae, mse, rmse and r2."""
    mean_squared = figures["rmse"] ** 2
    given = {"mae": figures["mae"], "mse": mean_squared, "rmse": figures["rmse"], "r2": figures["r2"]}
    return _document("regression_metrics", rows, _values(given))


def clustering(figures: dict[str, Any], rows: int) -> dict[str, Any]:
    """Return the statistics of clusters that have a value."""
    return _document("clustering_metrics", rows, _values({k: v for k, v in figures.items() if v is not None}))


def _document(section: str, rows: int, statistics: dict[str, Any]) -> dict[str, Any]:
    return {"version": 0.0, "dataset": {"item_count": rows}, section: statistics}


def _values(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: {"value": value, "standard_deviation": "NaN"} for name, value in figures.items()}


def weighted(confusion: Floats) -> Figures:
    """Return accuracy, and recall, precision and F of each class, weighted by its rows."""
    right, rows, guessed = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    recalls = [_ratio(found, there) for found, there in zip(right, rows, strict=True)]
    precisions = [_ratio(found, there) for found, there in zip(right, guessed, strict=True)]
    pairs = list(zip(precisions, recalls, strict=True))
    weighted = {"weighted_recall": recalls, "weighted_precision": precisions}
    weighted |= {f"weighted_{name}": [_f(beta, *pair) for pair in pairs] for name, beta in _BETAS}
    means = {name: float(np.average(values, weights=rows)) for name, values in weighted.items()}
    return {"accuracy": float(right.sum() / rows.sum()), **means}


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
        **{name: _f(beta, precision, recall) for name, beta in _BETAS},
    }


def _f(beta: float, precision: float, recall: float) -> float:
    return _ratio((1 + beta**2) * precision * recall, beta**2 * precision + recall)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
