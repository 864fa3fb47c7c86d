"""A model that a use case's own script or image left, and the two functions of its own which read and ask it.

`model_fn(model_dir)` loads what training left in /opt/ml/model; `predict_fn(rows, model)` gets float32 features in the
order of training, a row per record, and gives a number per row, or a row of numbers (steps/answers.py says which). The
names are those of SageMaker's own toolkits.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import StepError
from .use_case import ROOT, UseCase

_FUNCTIONS = ("model_fn", "predict_fn")
_COLUMNS = {"binary_classification": 0, "regression": 0, "clustering": 2}  # of a prediction; 0: a number


@dataclass(frozen=True)
class ScriptModel:
    """A loaded model; `script` is its file's name, for people."""

    script: str
    columns: int
    model: Any
    predict_fn: Callable[[NDArray[np.float32], Any], Any]

    def predict(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what the script gives for each row; StepError if that is not what its problem needs."""
        found = np.asarray(self.predict_fn(matrix, self.model), dtype="float64")
        wanted = (len(matrix), self.columns) if self.columns else (len(matrix),)
        if found.shape != wanted:
            raise StepError(
                f"{self.script}: predict_fn gave an array of shape {found.shape} for {len(matrix)} rows; expected is "
                f"{wanted} (docs/use-cases.md, Your own script). Correct it."
            )
        return found


def functions_of(use_case: UseCase) -> ModuleType | None:
    """Return the module with the two functions; None if the use case names none, or its module has neither.

    Raises:
        StepError: it has one of them, or cannot be imported.
    """
    script: str | None = use_case.train.get("entry_point")
    if script is None:
        return None
    try:
        module = importlib.import_module(f"{ROOT}.{use_case.name}.{Path(script).stem}")
    except Exception as error:
        raise StepError(
            f"{script}: cannot be imported: {type(error).__name__}: {error}. What only training needs belongs below "
            '`if __name__ == "__main__":`.'
        ) from error
    missing = [name for name in _FUNCTIONS if not callable(getattr(module, name, None))]
    if len(missing) == 1:
        raise StepError(f"{script}: has no {missing[0]}; allowed are both {' and '.join(_FUNCTIONS)}, or none. Add it.")
    return None if missing else module


def load(folder: Path, module: ModuleType, use_case: UseCase) -> ScriptModel:
    """Load the model of a folder by the functions of a module; StepError if they fail."""
    script = use_case.train["entry_point"]
    try:
        model = module.model_fn(str(folder))
    except Exception as error:
        raise StepError(f"{script}: model_fn failed: {type(error).__name__}: {error}. Correct it.") from error
    columns = _COLUMNS.get(use_case.problem, len(use_case.data["classes"]))
    return ScriptModel(script, columns, model, module.predict_fn)
