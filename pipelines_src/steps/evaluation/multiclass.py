"""One of several classes: how often the likeliest is right, and how good the probabilities are."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import model_quality
from .bootstrap import Chances, Figures, Floats
from .calibration import binned, error
from .judged import Document, Judged, Rows, skill

_SMALLEST = 1e-15  # as scikit-learn's log_loss of float64
Places = NDArray[np.int64]


class Multiclass:
    """Judges probabilities of classes.

    Args:
        judged: the test split.
        classes: in the order of their places.
    """

    def __init__(self, judged: Judged, classes: list[Any]) -> None:
        self._judged, self._classes = judged, classes
        self._label: Places = judged.label.astype(np.int64)
        self._guesses = {name: _likeliest(forecast) for name, forecast in judged.forecasts.items()}
        self._cells = {name: self._label * len(classes) + guess for name, guess in self._guesses.items()}
        given = judged.model / judged.model.sum(axis=1, keepdims=True)
        self._loss = -np.log(np.clip(given[np.arange(len(self._label)), self._label], _SMALLEST, 1))

    def figures(self, weights: Floats) -> Figures:
        """Accuracies, macro F1, and the log loss's skill over always forecasting the classes' shares in these rows."""
        confusions = {name: self._confusion(name, weights) for name in self._cells}
        accuracies = {name: float(cells.trace() / cells.sum()) for name, cells in confusions.items()}
        incumbent = accuracies.get("champion", accuracies["baseline"])
        shares = confusions["model"].sum(axis=1) / weights.sum()
        return {
            "accuracy": accuracies["model"],
            "baseline_accuracy": accuracies["baseline"],
            "accuracy_over_baseline": accuracies["model"] - accuracies["baseline"],
            "incumbent_accuracy": incumbent,
            "accuracy_over_incumbent": accuracies["model"] - incumbent,
            "macro_f1": macro_f1(confusions["model"]),
            "log_loss_skill": skill(float(weights @ self._loss / weights.sum()), _entropy(shares)),
        }

    def chances(self) -> Chances:
        """The accuracies: that a row's class is the likeliest."""
        every = np.ones(len(self._label), dtype=np.bool_)
        return Chances(
            dict.fromkeys(("accuracy", "baseline_accuracy", "incumbent_accuracy"), (every,)),
            {f"accuracy_over_{other}": ("accuracy", f"{other}_accuracy") for other in ("baseline", "incumbent")},
        )

    def _confusion(self, forecast: str, weights: Floats | None = None) -> Floats:
        """Return the weight of rows by label and by predicted class."""
        size = len(self._classes)
        return np.bincount(self._cells[forecast], weights, size * size).astype("float64").reshape(size, size)

    def single(self) -> Document:
        """The log loss, and how far the likeliest class's probability is from its share of right answers."""
        return {
            "class_shares": dict(zip(map(str, self._classes), self._shares(), strict=True)),
            "log_loss": float(self._loss.mean()),
            "calibration_error": error(self._calibration("model", self._judged.model)),
        }

    def _shares(self) -> list[float]:
        shares: list[float] = (np.bincount(self._label, minlength=len(self._classes)) / len(self._label)).tolist()
        return shares

    def _calibration(self, name: str, probabilities: Floats) -> pd.DataFrame:
        right = (self._guesses[name] == self._label).astype("float64")
        return binned(probabilities.max(axis=1), right).assign(forecast=name)

    def of_slice(self, rows: Rows) -> Figures:
        """Accuracy and log loss of some rows."""
        right = self._guesses["model"][rows] == self._label[rows]
        return {"accuracy": float(right.mean()), "log_loss": float(self._loss[rows].mean())}

    def tables(self) -> dict[str, pd.DataFrame]:
        """How often each class was taken for each, and calibration of the likeliest class."""
        cells = self._confusion("model")
        names = pd.MultiIndex.from_product([self._classes, self._classes], names=["label", "predicted"])
        confusion = pd.Series(cells.ravel().astype(int), names, name="rows").reset_index()
        several = {name: one for name, one in self._judged.forecasts.items() if one.ndim > 1}
        calibration = pd.concat([self._calibration(name, one) for name, one in several.items()])
        columns = ["forecast", "forecast_mean", "observed_rate", "rows"]
        return {"confusion.csv": confusion, "calibration.csv": calibration[columns]}

    def predictions(self) -> pd.DataFrame:
        """Classes by name, and the probability of the model's."""
        names = np.array([str(name) for name in self._classes], dtype="object")
        guesses = {name: names[guess] for name, guess in self._guesses.items()}
        sure = self._judged.model.max(axis=1)
        return pd.DataFrame({"time": self._judged.time, "label": names[self._label], **guesses, "probability": sure})

    def quality(self) -> Document:
        """Statistics of the likeliest class."""
        return model_quality.multiclass(self._confusion("model"), self._classes)

    def watched(self, weights: Floats) -> Figures:
        """Accuracy, and recall, precision and F of the classes."""
        return model_quality.weighted(self._confusion("model", weights))


def macro_f1(confusion: Floats) -> float:
    """Return the mean F1 of the classes that occur in the labels or in the predictions, as scikit-learn does."""
    right, both = confusion.diagonal(), confusion.sum(axis=0) + confusion.sum(axis=1)
    return float(np.mean(2 * right[both > 0] / both[both > 0]))


def _likeliest(forecast: Floats) -> Places:
    return forecast.astype(np.int64) if forecast.ndim == 1 else forecast.argmax(axis=1).astype(np.int64)


def _entropy(shares: Floats) -> float:
    """Return the log loss of forecasting the shares themselves, the best that a constant forecast can have."""
    some = shares[shares > 0]
    return float(-(some * np.log(some)).sum())
