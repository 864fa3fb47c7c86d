"""Rows of numbers as SageMaker's own algorithms read them, in training and in requests."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from local_cloud.sagemaker.images import recordio

CSV, JSON, JSON_LINES, RECORDIO = (
    "text/csv",
    "application/json",
    "application/jsonlines",
    "application/x-recordio-protobuf",
)

Matrix = npt.NDArray[Any]


class RowsError(ValueError):
    """The content is not rows of numbers in its format; the text says where."""


def from_csv(content: bytes, label_size: int) -> Matrix:
    """Return the rows of CSV without a header as float32, without their first `label_size` columns.

    Raises:
        RowsError: a field is no number, rows differ in length, or there is none.
    """
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        raise RowsError("there is no row")
    try:
        rows = np.loadtxt(lines, delimiter=",", dtype=np.float32, ndmin=2, comments=None)
    except ValueError as error:
        raise RowsError(f"{error}. The rows are numbers with commas between them, without a header") from error
    return rows[:, label_size:]


def from_recordio(content: bytes) -> Matrix:
    """Return the rows of RecordIO with protobuf records; RowsError if it is none."""
    try:
        return recordio.read(content)
    except recordio.RecordError as error:
        raise RowsError(str(error)) from error


def from_json(content: bytes) -> Matrix:
    """Return the rows of `{"instances": [...]}`; RowsError if it is none."""
    document = _parsed(content)
    instances = document.get("instances") if isinstance(document, dict) else None
    if not isinstance(instances, list) or not instances:
        raise RowsError('the request has no instances; allowed is {"instances": [{"features": [1.5, 16.0]}]}')
    return _matrix([_instance(one, f"instance {number}") for number, one in enumerate(instances, 1)])


def from_json_lines(content: bytes) -> Matrix:
    """Return the rows of JSON Lines, an instance on each; RowsError if it is none."""
    lines = [line for line in content.splitlines() if line.strip()]
    if not lines:
        raise RowsError("there is no line")
    return _matrix([_instance(_parsed(line), f"line {number}") for number, line in enumerate(lines, 1)])


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RowsError(f"the content is not JSON: {error}") from error


def _instance(instance: Any, where: str) -> Matrix:
    """Return the row of {"features": [...]}, or {"data": {"features": {"values", "keys", "shape"}}}."""
    data = instance.get("data", instance) if isinstance(instance, dict) else None
    features = data.get("features") if isinstance(data, dict) else None
    tensor = {"values": features} if isinstance(features, list) else features
    if not isinstance(tensor, dict) or "values" not in tensor:
        raise RowsError(f'{where} has no features; allowed is {{"features": [1.5, 16.0]}}')
    try:
        values = np.array(tensor["values"], np.float32)
        keys, shape = ([int(number) for number in tensor.get(name) or []] for name in ("keys", "shape"))
        row = recordio.dense(values, keys, shape, where) if keys else values
    except (TypeError, ValueError, OverflowError) as error:
        raise RowsError(f"{where}: {error}") from error
    if row.ndim != 1:
        raise RowsError(f"{where} has features of shape {row.shape}; allowed is a list of numbers")
    return row


def _matrix(rows: list[Matrix]) -> Matrix:
    widths = sorted({len(row) for row in rows})
    if len(widths) != 1:
        raise RowsError(f"the instances have different numbers of features: {widths}")
    return np.array(rows)
