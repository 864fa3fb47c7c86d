"""Predictions for single rows, by the table of the model where it has one, else by XGBoost."""

from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
import xgboost

from . import booster
from .tree_table import TreeTable

RowPredictor = Callable[["array[float]"], Any]
"""float32 features in the model's order -> a float, or a list of them for a model with several outputs."""


def of(model: xgboost.Booster) -> RowPredictor:
    """Return what predicts a single row as `booster.predict` does, within `tree_table.TOLERANCE`.

    Threads may share it: it keeps nothing from one row to the next.
    """
    table = TreeTable.of(model)
    if table:
        return table.predict
    return lambda row: booster.predict(model, np.frombuffer(row, "float32").reshape(1, -1))[0].tolist()
