"""The trained model: what the built-in XGBoost leaves in model.tar.gz, and its predictions."""

import numpy as np
import xgboost
from numpy.typing import NDArray

from .errors import StepError

MODEL_FILE = "xgboost-model"
THREADS = 1  # a process per core answers requests; on a busy machine more threads wait for each other


def load(content: bytes, features: int) -> xgboost.Booster:
    """Load a model of a number of features; StepError if it is not an XGBoost model, or of another number."""
    try:
        model = xgboost.Booster()
        model.load_model(bytearray(content))  # from memory, since the file has no ending that tells its format
    except xgboost.core.XGBoostError as error:
        raise StepError(f"{MODEL_FILE} is not a model that XGBoost {xgboost.__version__} reads: {error}") from error
    if model.num_features() != features:
        raise StepError(
            f"{MODEL_FILE} has {model.num_features()} features, features.json has {features}; "
            "they come from different runs. Run the pipeline again."
        )
    model.set_param({"nthread": THREADS})
    return model


def predict(model: xgboost.Booster, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a probability per row of float32 features; nan is a missing value."""
    matrix = xgboost.DMatrix(features, missing=np.nan, nthread=THREADS)
    return np.asarray(model.predict(matrix, validate_features=False), dtype="float64")
