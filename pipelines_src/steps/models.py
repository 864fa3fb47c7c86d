"""The trained model, whichever algorithm left it in model.tar.gz, and its predictions."""

import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from . import booster, kmeans_model, row_predictor
from .errors import StepError
from .kmeans_model import KMeans
from .row_predictor import RowPredictor

Model = xgboost.Booster | KMeans
FILES = (booster.MODEL_FILE, kmeans_model.MODEL_FILE)


def read_archive(path: Path) -> dict[str, bytes]:
    """Return the model file of a training's model.tar.gz by its name; StepError if there is none."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            found = {name: archive.extractfile(name) for name in FILES if name in archive.getnames()}
            content = {name: member.read() for name, member in found.items() if member}
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise StepError(f"{path}: holds no {' or '.join(FILES)}: {error}. Is it the output of the training?") from error
    if len(content) != 1:
        raise StepError(f"{path}: holds no {' or '.join(FILES)}. Is it the output of the training?")
    return content


def load(content: Mapping[str, bytes], features: int) -> Model:
    """Load the model of a number of features; StepError if it cannot be read, or is of another number."""
    if booster.MODEL_FILE in content:
        return booster.load(content[booster.MODEL_FILE], features)
    model = kmeans_model.load(content[kmeans_model.MODEL_FILE])
    if model.width != features:
        raise StepError(
            f"{kmeans_model.MODEL_FILE} has {model.width} features, features.json has {features}; they come from "
            "different runs. Run the pipeline again."
        )
    return model


def load_folder(folder: Path, features: int) -> Model:
    """Load the model of an unpacked package; StepError as `load`."""
    found = {name: (folder / name).read_bytes() for name in FILES if (folder / name).exists()}
    if not found:
        raise StepError(f"{folder}: holds no {' or '.join(FILES)}. Is it an unpacked package?")
    return load(found, features)


def predict(model: Model, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what the model gives for each row of float32 features; nan is a missing value."""
    return model.predict(matrix) if isinstance(model, KMeans) else booster.predict(model, matrix)


def row_predictor_of(model: Model) -> RowPredictor:
    """Return what predicts a single row; see `row_predictor.of`."""
    if not isinstance(model, KMeans):
        return row_predictor.of(model)

    def nearest(row: Any) -> list[float]:
        found: list[float] = model.predict(np.frombuffer(row, "float32").reshape(1, -1))[0].tolist()
        return found

    return nearest
