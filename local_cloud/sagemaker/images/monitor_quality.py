"""What the analyser container finds in merged records: figures of the model's quality against their constraints.

Source: "Model quality metrics and Amazon CloudWatch monitoring" of the developer guide. A figure beyond its threshold
is a violation.
"""

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from local_cloud.sagemaker.images.monitor_job import Document, Settings, read
from local_cloud.sagemaker.images.monitor_records import Row
from pipelines_src.steps.evaluation import model_quality

_SECTIONS = {
    "BinaryClassification": "binary_classification",
    "MulticlassClassification": "multiclass_classification",
    "Regression": "regression",
}
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
}
_WORSE_ABOVE = ("mae", "mse", "rmse", "false_positive_rate", "false_negative_rate")
_TRUTH = "groundTruthData_0"


def documents(rows: Iterable[Row], settings: Settings) -> dict[str, Document]:
    """Return the files that it writes."""
    section = _SECTIONS[settings.problem]
    statistics = _STATISTICS[section](list(rows), settings)
    figures = {
        name: float(one["value"])
        for name, one in statistics[f"{section}_metrics"].items()
        if isinstance(one, dict) and "value" in one
    }
    limits = read(settings.constraints).get(f"{section}_constraints", {})
    violations = [
        _violation(name, figures[name], limit)
        for name, limit in limits.items()
        if name in figures and _OPERATORS[limit["comparison_operator"]](figures[name], float(limit["threshold"]))
    ]
    suggested = {name: _suggested(name, value) for name, value in figures.items() if math.isfinite(value)}
    return {
        "statistics.json": statistics,
        "constraints.json": {"version": 0.0, f"{section}_constraints": suggested},
        "constraint_violations.json": {"version": 0.0, "violations": violations},
    }


def _violation(name: str, value: float, limit: Document) -> Document:
    check = limit["comparison_operator"]
    text = f"Metric {name} with {value} was {check} '{limit['threshold']}'"
    return {"metric_name": name, "constraint_check_type": check, "description": text}


def _suggested(name: str, value: float) -> Document:
    worse = "GreaterThanThreshold" if name in _WORSE_ABOVE else "LessThanThreshold"
    return {"threshold": value, "comparison_operator": worse}


def _column(rows: list[Row], name: str) -> Any:
    return np.array([float(row[name]) for row in rows])


def _binary(rows: list[Row], settings: Settings) -> Document:
    attribute, threshold = settings.probability or settings.inference, settings.threshold
    score = _column(rows, f"endpointOutput_{attribute}")
    if settings.inference:  # the model has decided itself
        chosen = score[_column(rows, f"endpointOutput_{settings.inference}") > 0]
        threshold = float(chosen.min()) if len(chosen) else float(np.nextafter(1.0, 2.0))
    return model_quality.binary(_column(rows, _TRUTH), score, threshold)


def _multiclass(rows: list[Row], settings: Settings) -> Document:
    pairs = [(str(row[_TRUTH]), str(row[f"endpointOutput_{settings.inference}"])) for row in rows]
    classes = sorted({each for pair in pairs for each in pair})
    confusion = np.zeros((len(classes), len(classes)))
    for label, predicted in pairs:
        confusion[classes.index(label), classes.index(predicted)] += 1
    return model_quality.multiclass(confusion, classes)


def _regression(rows: list[Row], settings: Settings) -> Document:
    label, value = _column(rows, _TRUTH), _column(rows, f"endpointOutput_{settings.inference}")
    error, spread = value - label, float(((label - label.mean()) ** 2).sum())
    figures = {
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "r2": 1 - float((error**2).sum()) / spread if spread else 0.0,
    }
    return model_quality.regression(figures, len(rows))


_STATISTICS: dict[str, Callable[[list[Row], Settings], Document]] = {
    "binary_classification": _binary,
    "multiclass_classification": _multiclass,
    "regression": _regression,
}
