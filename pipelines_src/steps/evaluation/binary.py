"""An event that happens or does not: how well its probability is forecast, and what deciding by it costs."""

from typing import Any

import numpy as np
import pandas as pd

from ..outcomes.numbers import EVEN
from . import curves, model_quality
from .bootstrap import Chances, Figures, Floats
from .calibration import binned, error
from .judged import Document, Judged, Rows, skill
from .ranking import RankedScores
from .threshold import Costs


class Binary:
    """Judges probabilities of an event.

    Args:
        judged: the test split.
        threshold: from which probability on the event counts as predicted.
        costs: of wrong decisions.
        answered: from which probability on an answer of the endpoint counts as a decision for the event.
    """

    def __init__(self, judged: Judged, threshold: float, costs: Costs, answered: float = EVEN) -> None:
        self._judged, self._threshold, self._costs, self._answered = judged, threshold, costs, answered
        label = judged.label
        self._ranked = {name: RankedScores(label, score) for name, score in judged.forecasts.items()}
        self._brier = {name: (score - label) ** 2 for name, score in judged.forecasts.items()}
        self._loss = {name: model_quality.log_losses(label, score) for name, score in judged.forecasts.items()}
        decision = (judged.model >= threshold).astype("float64")
        self._cost = costs.of_rows(label, decision)
        self._never, self._always = (costs.of_rows(label, np.full_like(label, value)) for value in (0.0, 1.0))

    def figures(self, weights: Floats) -> Figures:
        """Areas; skills over the baseline, and of the costs over the better of always and never deciding for it."""
        areas = {name: one.auc(weights) for name, one in self._ranked.items()}
        incumbent = areas.get("champion", areas["baseline"])
        simplest = min(float(weights @ self._never), float(weights @ self._always))
        return {
            "auc": areas["model"],
            "baseline_auc": areas["baseline"],
            "auc_over_baseline": areas["model"] - areas["baseline"],
            "incumbent_auc": incumbent,
            "auc_over_incumbent": areas["model"] - incumbent,
            "average_precision": self._ranked["model"].average_precision(weights),
            "brier_skill": skill(float(weights @ self._brier["model"]), float(weights @ self._brier["baseline"])),
            "log_loss_skill": skill(float(weights @ self._loss["model"]), float(weights @ self._loss["baseline"])),
            "expected_cost_skill": skill(float(weights @ self._cost), simplest),
        }

    def chances(self) -> Chances:
        """The areas: that a row where it happens scores higher than one where it does not."""
        happens = self._judged.label > 0
        return Chances(
            dict.fromkeys(("auc", "baseline_auc", "incumbent_auc"), (happens, ~happens)),
            {"auc_over_baseline": ("auc", "baseline_auc"), "auc_over_incumbent": ("auc", "incumbent_auc")},
        )

    def single(self) -> Document:
        """Levels, calibration error, and what the threshold leads to."""
        label = self._judged.label
        return {
            "positive_rate": float(label.mean()),
            "log_loss": float(self._loss["model"].mean()),
            "baseline_log_loss": float(self._loss["baseline"].mean()),
            "brier": float(self._brier["model"].mean()),
            "baseline_brier": float(self._brier["baseline"].mean()),
            "calibration_error": error(binned(self._judged.model, label)),
            "threshold": self._decisions(),
        }

    def _decisions(self) -> Document:
        label, decision = self._judged.label > 0, self._judged.model >= self._threshold
        return {
            "value": self._threshold,
            "of_calibrated_probabilities": self._costs.theory,
            "cost_of_false_positive": self._costs.false_positive,
            "cost_of_false_negative": self._costs.false_negative,
            "true_positives": int((label & decision).sum()),
            "false_positives": int((~label & decision).sum()),
            "false_negatives": int((label & ~decision).sum()),
            "true_negatives": int((~label & ~decision).sum()),
            "cost_per_row": float(self._cost.mean()),
            "cost_per_row_of_never": float(self._never.mean()),
            "cost_per_row_of_always": float(self._always.mean()),
        }

    def of_slice(self, rows: Rows) -> Figures:
        """Area, rates and cost of some rows; the area is nan where only one outcome occurs."""
        label, score = self._judged.label[rows], self._judged.model[rows]
        return {
            "auc": RankedScores(label, score).auc(),
            "positive_rate": float(label.mean()),
            "forecast_mean": float(score.mean()),
            "cost_per_row": float(self._cost[rows].mean()),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """ROC and calibration of every forecast."""
        label, forecasts = self._judged.label, self._judged.forecasts
        return {
            "roc.csv": pd.concat([curves.roc(name, label, score) for name, score in forecasts.items()]),
            "calibration.csv": pd.concat(
                [binned(score, label).assign(forecast=name) for name, score in forecasts.items()]
            )[["forecast", "forecast_mean", "observed_rate", "rows"]],
        }

    def predictions(self) -> pd.DataFrame:
        """Probabilities and what happened."""
        return pd.DataFrame({"time": self._judged.time, "label": self._judged.label, **self._judged.forecasts})

    def quality(self) -> dict[str, Any]:
        """Statistics as of the endpoint's answers: what monitoring compares them with."""
        return model_quality.binary(self._judged.label, self._judged.model, self._answered)

    def watched(self, weights: Floats) -> Figures:
        """Area, log loss, and shares of right answers."""
        label, decided = self._judged.label > 0, self._judged.model >= self._answered
        cells = np.bincount(label * 2 + decided, weights, 4).astype("float64")
        loss = float(weights @ self._loss["model"]) / float(weights.sum())
        return {"auc": self._ranked["model"].auc(weights), "log_loss": loss, **model_quality.shares(cells)}
