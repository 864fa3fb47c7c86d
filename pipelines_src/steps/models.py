"""The trained model, whoever left it in model.tar.gz, and its predictions."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from . import archives, booster, kmeans_model, row_predictor, script_model
from .errors import StepError
from .kmeans_model import KMeans
from .row_predictor import RowPredictor
from .script_model import ScriptModel
from .use_case import UseCase

Model = xgboost.Booster | KMeans | ScriptModel
FILES = (booster.MODEL_FILE, kmeans_model.MODEL_FILE)
_CODE = "code/"  # in a package it is ours


def read_archive(path: Path, use_case: UseCase) -> dict[str, bytes]:
    """Return the files of a training's model.tar.gz by their names, of a built-in algorithm its model alone.

    Raises:
        StepError: there is none.
    """
    with tempfile.TemporaryDirectory(prefix="model-") as temporary:
        folder = Path(temporary)
        archives.unpack(path, folder)
        found = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()}
        own = use_case.train["algorithm"] in ("script", "image")
        wanted = [name for name in found if (own and not name.startswith(_CODE)) or name in FILES]
        if not wanted:
            raise _no_model(path, use_case)
        return {name: found[name].read_bytes() for name in wanted}


def load(content: Mapping[str, bytes], features: int, use_case: UseCase) -> Model:
    """Load the model of a number of features; StepError if it cannot be read, or is of another number."""
    with tempfile.TemporaryDirectory(prefix="model-") as temporary:
        for name, data in content.items():
            path = Path(temporary) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return load_folder(Path(temporary), features, use_case)


def load_folder(folder: Path, features: int, use_case: UseCase) -> Model:
    """Load the model of an unpacked package; StepError as `load`."""
    if module := script_model.functions_of(use_case):
        return script_model.load(folder, module, use_case)
    if (folder / booster.MODEL_FILE).exists():
        return booster.load((folder / booster.MODEL_FILE).read_bytes(), features)
    if not (folder / kmeans_model.MODEL_FILE).exists():
        raise _no_model(folder, use_case)
    model = kmeans_model.load((folder / kmeans_model.MODEL_FILE).read_bytes())
    if model.width != features:
        raise StepError(
            f"{kmeans_model.MODEL_FILE} has {model.width} features, features.json has {features}; they come from "
            "different runs. Run the pipeline again."
        )
    return model


def predict(model: Model, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what the model gives for each row of float32 features; nan is a missing value."""
    return booster.predict(model, matrix) if isinstance(model, xgboost.Booster) else model.predict(matrix)


def row_predictor_of(model: Model) -> RowPredictor:
    """Return what predicts a single row; see `row_predictor.of`."""
    if isinstance(model, xgboost.Booster):
        return row_predictor.of(model)

    def one(row: Any) -> Any:
        return model.predict(np.frombuffer(row, "float32").reshape(1, -1))[0].tolist()

    return one


def _no_model(place: Path, use_case: UseCase) -> StepError:
    script = use_case.train.get("entry_point")
    how = f", nor has {script} the functions model_fn and predict_fn" if script else ""
    return StepError(f"{place}: holds no {' or '.join(FILES)}{how}. Is it the output of the training?")
