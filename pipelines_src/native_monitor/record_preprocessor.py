"""What Model Monitor calls for each captured request: flat records of it, by name.

It runs in AWS's container, of which no version of Python is promised: standard library only, and nothing newer than
3.7. Source: "Preprocessing and Postprocessing" in the developer guide; `endpointOutput_...` and `groundTruthData_0` are
what the container calls the columns of merged captures.
"""

import base64
import json
import os
from typing import Any

_OWN = "ml-loop:"  # begins the ids of requests that the platform itself sends
_POSITIVE = "ML_LOOP_POSITIVE"  # a variable with the label's value for the event, where it has one
_HALF = 0.5
_TRUE, _FALSE = ("1", "1.0", "true"), ("0", "0.0", "false")


def preprocess_handler(inference_record: Any) -> Any:
    """Return the records of a request; where outcomes were merged, its predictions beside what happened.

    What cannot be read costs itself only.
    """
    metadata = getattr(inference_record, "event_metadata", None)
    if str(getattr(metadata, "inference_id", None) or "").startswith(_OWN):
        return []
    try:
        truth = getattr(inference_record, "ground_truth", None)
        if truth is not None:
            return _judged(_documents(inference_record.endpoint_output), truth.data)
        records = _records(_documents(inference_record.endpoint_input))
        # By name, as the container sorts columns, and as the baseline has them.
        return [dict(sorted(record.items())) for record in records if isinstance(record, dict)]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []


def _documents(side: Any) -> Any:
    text = side.data
    if str(side.encoding).upper() == "BASE64":  # JSON Lines are captured so
        text = base64.b64decode(text).decode("utf-8")
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _records(documents: Any) -> Any:
    for document in documents:
        given = document["instances"] if isinstance(document, dict) and "instances" in document else document
        yield from given if isinstance(given, list) else [given]


def _judged(documents: Any, truth: str) -> Any:
    predictions = [one for document in documents for one in document.get("predictions", [document])]
    rows = []
    for prediction, line in zip(predictions, truth.splitlines()):  # noqa: B905 - `strict` is newer than the container
        label = line.strip().strip('"')
        if label:
            rows.append(_row(prediction, label))
    return rows


def _row(prediction: Any, label: str) -> Any:
    if "probability" in prediction:
        decided = prediction.get("decision", prediction["probability"] >= _HALF)
        return {
            "groundTruthData_0": int(_happened(label)),
            "endpointOutput_prediction": int(decided),
            "endpointOutput_probability": prediction["probability"],
        }
    if "label" in prediction:
        return {"groundTruthData_0": label, "endpointOutput_prediction": str(prediction["label"])}
    return {"groundTruthData_0": float(label), "endpointOutput_prediction": prediction["value"]}


def _happened(label: str) -> bool:
    positive = os.environ.get(_POSITIVE, "1")
    if positive.lower() in _FALSE:  # the label itself says it the other way round
        return label.lower() in _FALSE
    return label == positive or label.lower() in _TRUE
