"""Algorithm mode: the files in the model's folder are boosters, and requests are rows.

Behaviour of SageMaker's XGBoost image 3.x: the order of its checks, its status codes and its texts. Files directly in
the folder are all models; several form an ensemble. Not served here: recordio-protobuf, JSON Lines, selected outputs.
"""

import json
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost as xgb

from local_cloud.sagemaker.endpoints.model_server import formats
from local_cloud.sagemaker.endpoints.model_server.reply import (
    Handler,
    Inquiry,
    Reply,
    UnsupportedFormatError,
    media_type,
    text,
)

_VOTING_OBJECTIVES = frozenset({"multi:softmax", "binary:hinge"})
_ANSWER_TYPES = ("application/json", "text/csv")


def handler(model_dir: Path) -> Handler:
    """Load the model and return what answers requests.

    Raises:
        RuntimeError: the folder holds no model, or a file that is none.
    """
    if "SAGEMAKER_INFERENCE_OUTPUT" in os.environ:
        raise RuntimeError("SAGEMAKER_INFERENCE_OUTPUT (selected outputs) is not implemented by the local cloud.")
    predict = _predictor(_models(model_dir))

    def handle(inquiry: Inquiry) -> Reply:
        return _handle(inquiry, predict)

    return handle


Predictions = npt.NDArray[Any]
Predictor = Callable[[xgb.DMatrix, str], Predictions]


def _handle(inquiry: Inquiry, predict: Predictor) -> Reply:
    if not inquiry.body:
        return text(204, "")
    content_type = inquiry.headers.get("content-type", "text/libsvm")
    try:
        rows = formats.decode(inquiry.body, content_type)
    except (ValueError, UnsupportedFormatError, xgb.core.XGBoostError) as error:
        return _refusal(415, f"Loading the request failed, please ensure it is in the format its type says: {error}")
    try:
        predictions = predict(rows, content_type)
    except (ValueError, xgb.core.XGBoostError) as error:
        return _refusal(400, f"Unable to evaluate payload provided: {error}")
    accept, _ = media_type(inquiry.headers.get("accept", ""))
    if accept in {"", "*/*"}:
        accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "text/csv")
    if accept not in _ANSWER_TYPES:
        return _refusal(
            406, f"Accept type {accept} is not supported. Please use supported accept types: {_ANSWER_TYPES}."
        )
    return Reply(200, accept, _encode(predictions, accept).encode())


def _refusal(status: int, message: str) -> Reply:
    traceback.print_exc() if sys.exc_info()[0] else print(message, file=sys.stderr)
    return text(status, message)


def _encode(predictions: Predictions, accept: str) -> str:
    if accept == "application/json":
        return json.dumps({"predictions": [{"score": score} for score in predictions.tolist()]})
    return formats.encode(predictions, accept)


@dataclass(frozen=True)
class _Model:
    booster: xgb.Booster
    pickled: bool


def _models(model_dir: Path) -> list[_Model]:
    files = sorted(path for path in model_dir.iterdir() if path.is_file() and not path.name.startswith("."))
    if not files:
        raise RuntimeError("The model archive holds no file at its top; expected a booster named xgboost-model.")
    if os.environ.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true") != "true":
        files = files[:1]
    return [_load(path) for path in files]


def _load(path: Path) -> _Model:
    content = path.read_bytes()
    try:
        booster: xgb.Booster = pickle.loads(content)  # noqa: S301 - as the image does, in the model's own process
        pickled = True
    except Exception as not_pickled:  # a pickle can raise anything
        booster, pickled = xgb.Booster(), False
        try:
            booster.load_model(bytearray(content))
        except xgb.core.XGBoostError as not_native:
            raise RuntimeError(
                f"Model {path.name} cannot be loaded:\nPickle load error={not_pickled}\n"
                f"XGB load model error={not_native}"
            ) from not_native
    booster.set_param("nthread", "1")
    return _Model(booster, pickled)


def _predictor(models: list[_Model]) -> Predictor:
    objective = json.loads(models[0].booster.save_config())["learner"]["objective"]["name"]

    def predict(rows: xgb.DMatrix, content_type: str) -> Predictions:
        if models[0].pickled:
            _check_width(models[0].booster.num_features(), rows.num_col(), content_type)
        results = [model.booster.predict(rows, validate_features=False) for model in models]
        if len(results) == 1:
            return results[0]
        return _majority(np.array(results)) if objective in _VOTING_OBJECTIVES else np.mean(results, axis=0)

    return predict


def _check_width(trained: int, found: int, content_type: str) -> None:
    # The image checks boosters that are pickled only; a native one takes rows that are too short as missing values.
    libsvm = media_type(content_type)[0] in formats.LIBSVM_TYPES
    if found > trained + 1 if libsvm else trained not in {found, found + 1}:
        raise ValueError(
            f"Feature size of {content_type} inference data {found} is not consistent with feature size of trained "
            f"model {trained}."
        )


def _majority(votes: Predictions) -> Predictions:
    def most_frequent(column: Predictions) -> Any:
        values, counts = np.unique(column, return_counts=True)
        return values[counts.argmax()]

    return np.apply_along_axis(most_frequent, 0, votes)
