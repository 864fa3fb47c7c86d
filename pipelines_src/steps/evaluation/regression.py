"""A number: how far the forecast is from it."""

import numpy as np
import pandas as pd

from . import model_quality
from .bootstrap import Chances, Figures, Floats
from .calibration import binned
from .judged import Document, Judged, Rows, skill


class Regression:
    """Judges forecasts of a number."""

    def __init__(self, judged: Judged) -> None:
        self._judged = judged
        errors = {name: forecast - judged.label for name, forecast in judged.forecasts.items()}
        self._absolute = {name: np.abs(error) for name, error in errors.items()}
        self._squared = errors["model"] ** 2
        # About the mean, so that squares of large numbers do not swallow their differences.
        self._centred = judged.label - judged.label.mean()

    def figures(self, weights: Floats) -> Figures:
        """Mean absolute error, root mean squared error, R2, and skills of the first over baseline and incumbent."""
        rows = float(weights.sum())
        absolute = {name: float(weights @ error) / rows for name, error in self._absolute.items()}
        squared, mean = float(weights @ self._squared) / rows, float(weights @ self._centred) / rows
        variance = float(weights @ self._centred**2) / rows - mean**2
        incumbent = absolute.get("champion", absolute["baseline"])
        return {
            "mae": absolute["model"],
            "rmse": squared**0.5,
            "r2": skill(squared, variance),
            "baseline_mae": absolute["baseline"],
            "mae_skill": skill(absolute["model"], absolute["baseline"]),
            "incumbent_mae": incumbent,
            "mae_skill_over_incumbent": skill(absolute["model"], incumbent),
        }

    def chances(self) -> Chances:
        """None of them."""
        return Chances()

    def single(self) -> Document:
        """What the label is like, and by how much the forecast is too high on average."""
        label = self._judged.label
        return {
            "label_mean": float(label.mean()),
            "label_deviation": float(label.std()),
            "mean_error": float((self._judged.model - label).mean()),
        }

    def of_slice(self, rows: Rows) -> Figures:
        """Skill over the baseline, error and bias of some rows."""
        absolute = {name: float(self._absolute[name][rows].mean()) for name in ("model", "baseline")}
        return {
            "mae_skill": skill(absolute["model"], absolute["baseline"]),
            "mae": absolute["model"],
            "mean_error": float((self._judged.model[rows] - self._judged.label[rows]).mean()),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Forecast and label in ten bins of the forecast."""
        bins = [
            binned(forecast, self._judged.label, "observed_mean").assign(forecast=name)
            for name, forecast in self._judged.forecasts.items()
        ]
        return {"calibration.csv": pd.concat(bins)[["forecast", "forecast_mean", "observed_mean", "rows"]]}

    def predictions(self) -> pd.DataFrame:
        """Forecasts and what happened."""
        return pd.DataFrame({"time": self._judged.time, "label": self._judged.label, **self._judged.forecasts})

    def quality(self) -> Document:
        """Statistics of the errors."""
        return model_quality.regression(self.figures(np.ones_like(self._judged.label)), len(self._judged.label))

    def watched(self, weights: Floats) -> Figures:
        """Errors and R2."""
        found = self.figures(weights)
        return {name: found[name] for name in ("mae", "rmse", "r2")}
