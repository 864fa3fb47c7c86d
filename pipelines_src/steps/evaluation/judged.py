"""What is judged: the test split, with what each forecast says of it."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .bootstrap import Chances, Figures, Floats

Document = dict[str, Any]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """The rows of the test split, in one order in every field.

    Attributes:
        label: as the model sees it: 1 or 0, the class's place, a number; nan where a clustering has none.
        time: nothing but NaT where the use case has no time.
        matrix: float32, what the model sees.
        baseline: a number per row, the forecast to beat; a class's place for several classes; nan for clusters.
        model: what the model gives: a number per row; for several classes a row of probabilities; for clusters a row
            with the cluster's number and the distance to its centre.
        champion: the same of the model that serves now; None if there is none.
        champion_report: of the preparation that the champion comes from; None if that is not known.
        slices: a column per declared slice.
        names: of the columns of `matrix`.
    """

    label: Floats
    time: pd.Series
    matrix: NDArray[np.float32]
    baseline: Floats
    model: Floats
    champion: Floats | None
    champion_report: Document | None
    slices: pd.DataFrame
    names: list[str]

    @property
    def incumbent(self) -> Floats:
        """What the model must beat to take its place: the champion's forecast, or the baseline while there is none."""
        return self.baseline if self.champion is None else self.champion

    @property
    def forecasts(self) -> dict[str, Floats]:
        """Every forecast by its name in the output's tables."""
        named = {"model": self.model, "baseline": self.baseline}
        return named if self.champion is None else {**named, "champion": self.champion}


class Judge(Protocol):
    """The statistics of one problem."""

    def figures(self, weights: Floats) -> Figures:
        """Return the figures that have intervals, for rows of some weights."""

    def chances(self) -> Chances:
        """Return which of them are the chance of something."""

    def single(self) -> Document:
        """Return the figures that have none."""

    def of_slice(self, rows: Rows) -> Figures:
        """Return the figures of some rows; the first is the one by which slices are ranked."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return curves and counts, by the name of the file."""

    def predictions(self) -> pd.DataFrame:
        """Return a row per row: what was predicted and what happened."""

    def quality(self) -> Document:
        """Return the figures as the model registry's statistics of model quality."""

    def watched(self, weights: Floats) -> Figures:
        """Return those of them that the monitor watches, for rows of some weights."""


def skill(loss: float, reference: float) -> float:
    """Return by which share a loss is smaller than a reference's (Murphy 1988); nan where the reference has none."""
    return 1 - loss / reference if reference > 0 else float("nan")
