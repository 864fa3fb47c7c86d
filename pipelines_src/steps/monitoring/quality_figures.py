"""Figures of model quality for each kind of problem, and how they vary over resamples of the same predictions.

Names as Model Monitor's: AWS documentation, "Model quality metrics and Amazon CloudWatch monitoring".
"""

from collections.abc import Callable

import numpy as np

from ..evaluation import model_quality
from ..numbers_seen import Counts
from ..use_case import Document, UseCase
from .answered import Arrays
from .ranks import Floats

_RESAMPLES, _GROUPS, _BINS = 200, 1000, 1000
# What is judged: figures that go up when a model gets better, and those that go down.
UP = {
    "binary_classification": ("auc", "accuracy", "recall", "precision", "f1"),
    "multiclass_classification": ("accuracy", "weighted_recall", "weighted_precision", "weighted_f1"),
    "regression": ("r2",),
}
DOWN = {"binary_classification": ("log_loss",), "regression": ("mae", "rmse")}


def _binary(known: Arrays, _use_case: UseCase) -> tuple[Document, dict[str, Floats]]:
    chosen = known.score[known.decided > 0]
    threshold = float(chosen.min()) if len(chosen) else float(np.nextafter(1.0, 2.0))
    document = model_quality.binary(known.label, known.score, threshold)
    edges = np.unique(np.quantile(known.score, np.linspace(0, 1, _BINS)))
    width = len(edges) + 1
    place = ((known.label > 0) * 2 + (known.score >= threshold)) * width + np.searchsorted(edges, known.score)
    cells = np.bincount(place, minlength=4 * width)
    lost = np.bincount(place, model_quality.log_losses(known.label, known.score), 4 * width) / np.maximum(cells, 1)
    counts = _multinomial(cells).astype("float64")
    drawn = counts.reshape(_RESAMPLES, 2, 2, width)
    negative, positive = drawn[:, 0].sum(axis=1), drawn[:, 1].sum(axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    confusion = drawn.sum(axis=3)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = confusion[:, 1, 1] / confusion[:, :, 1].sum(axis=1)
        recall = confusion[:, 1, 1] / confusion[:, 1].sum(axis=1)
        figures = {
            "log_loss": counts @ lost / len(known.label),
            "auc": (positive * below).sum(axis=1) / (positive.sum(axis=1) * negative.sum(axis=1)),
            "accuracy": (confusion[:, 0, 0] + confusion[:, 1, 1]) / len(known.label),
            "recall": recall,
            "precision": precision,
            "f1": 2 * precision * recall / (precision + recall),
        }
    return document, figures


def _multiclass(known: Arrays, use_case: UseCase) -> tuple[Document, dict[str, Floats]]:
    classes = use_case.data["classes"]
    cells = np.bincount((known.label * len(classes) + known.score).astype("int64"), minlength=len(classes) ** 2)
    document = model_quality.multiclass(cells.reshape(len(classes), -1).astype("float64"), classes)
    names = UP["multiclass_classification"]
    drawn = [
        model_quality.multiclass(one.reshape(len(classes), -1).astype("float64"), classes)
        for one in _multinomial(cells)
    ]
    section = "multiclass_classification_metrics"
    figures = {name: np.array([one[section][name]["value"] for one in drawn]) for name in names}
    return document, figures


def _regression(known: Arrays, _use_case: UseCase) -> tuple[Document, dict[str, Floats]]:
    # In an order of their own, so that the parts of several machines come to the same groups.
    order = np.random.default_rng(0).permutation(len(known.label))
    label, score = (one[np.lexsort((known.score, known.label))][order] for one in (known.label, known.score))
    error, centred = score - label, label - label.mean()
    groups = np.arange(len(error)) % min(len(error), _GROUPS)
    sums: Floats = np.stack(
        [np.bincount(groups, one) for one in (np.ones_like(error), np.abs(error), error**2, centred, centred**2)]
    )
    whole = _errors(sums.sum(axis=1)[None])
    drawn = np.random.default_rng(0).multinomial(sums.shape[1], np.full(sums.shape[1], 1 / sums.shape[1]), _RESAMPLES)
    document = model_quality.regression({name: float(values[0]) for name, values in whole.items()}, len(error))
    return document, _errors(drawn.astype("float64") @ sums.T)


def _errors(sums: Floats) -> dict[str, Floats]:
    rows, absolute, squared, centred, squares = sums.T
    variance = squares / rows - (centred / rows) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"mae": absolute / rows, "rmse": np.sqrt(squared / rows), "r2": 1 - squared / rows / variance}


def _multinomial(cells: Counts) -> Counts:
    drawn: Counts = np.random.default_rng(0).multinomial(int(cells.sum()), cells / cells.sum(), _RESAMPLES)
    return drawn


STATISTICS: dict[str, Callable[[Arrays, UseCase], tuple[Document, dict[str, Floats]]]] = {
    "binary_classification": _binary,
    "multiclass_classification": _multiclass,
    "regression": _regression,
}
