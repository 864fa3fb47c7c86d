"""What the preparation left for the evaluation, with the forecasts of the model and the champion."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import files, models
from ..folders import Folders
from ..models import Model
from ..use_case import UseCase
from . import champion
from .bootstrap import Floats
from .judged import Judged


def judged(use_case: UseCase, names: list[str], model: Model, folders: Folders) -> Judged:
    """Return the test split with every forecast of it.

    Args:
        use_case: what was asked for.
        names: of what the model sees, in order.
        model: to be judged.
        folders: with the inputs `test` and `champion`.

    Raises:
        StepError: the test split lacks a column, or the champion cannot score it.
    """
    sliced = use_case.evaluate["slices"]
    columns = ["label", "time", "baseline_forecast", *(f"slice_{name}" for name in sliced)]
    columns += [f"{champion.FIELD}{field.name}" for field in use_case.record] + [f"feature_{name}" for name in names]
    test = files.read_parquet(folders.input("test") / "test.parquet", columns)
    serving = champion.asked(folders.input("champion"), use_case, test)
    matrix = test[[f"feature_{name}" for name in names]].to_numpy("float32")
    return Judged(
        label=test["label"].to_numpy("float64"),
        time=pd.Series(pd.to_datetime(test["time"])),
        matrix=matrix,
        baseline=test["baseline_forecast"].to_numpy("float64"),
        model=models.predict(model, matrix),
        champion=None if serving is None else serving.forecast,
        champion_report=None if serving is None else serving.report,
        slices=test[[f"slice_{name}" for name in sliced]].rename(columns=lambda name: name.removeprefix("slice_")),
        names=names,
    )


def validation(folders: Folders) -> tuple[Floats, NDArray[np.float32]]:
    """Return label and features of the validation split as the training got it: CSV without header, or Parquet."""
    folder = folders.input("validation")
    path = folder / "validation.csv"
    table = pd.read_csv(path, header=None) if path.exists() else pd.read_parquet(folder / "validation.parquet")
    return table.iloc[:, 0].to_numpy("float64"), table.iloc[:, 1:].to_numpy("float32")
