"""The formats that the image reads and writes."""

import csv
import json
from typing import Any

import numpy as np
import xgboost as xgb

from local_cloud.sagemaker.endpoints.model_server.reply import UnsupportedFormatError, media_type

CSV_TYPES = frozenset({"csv", "text/csv"})
LIBSVM_TYPES = frozenset({"libsvm", "text/libsvm", "text/x-libsvm"})
_SNIFFED = 512  # characters of the first line that decide on the delimiter


def decode(body: bytes | str, content_type: str) -> xgb.DMatrix:
    """Read a request body.

    Raises:
        UnsupportedFormatError: neither CSV nor libsvm.
        ValueError: the body is not what the type says.
    """
    kind, parameters = media_type(content_type)
    content = (body.decode() if isinstance(body, bytes) else body).strip()
    if kind in CSV_TYPES:
        if parameters.get("label_size", "1") != "1":
            raise UnsupportedFormatError(f"{content_type}: label_size must be 1.")
        return _from_csv(content)
    if kind in LIBSVM_TYPES:
        return _from_libsvm(content)
    raise UnsupportedFormatError(
        f"{content_type} is not an accepted ContentType: text/csv, text/libsvm, text/x-libsvm."
    )


def _from_csv(content: str) -> xgb.DMatrix:
    lines = content.split("\n")
    delimiter = _delimiter(lines[0][:_SNIFFED])
    rows = [[float(cell) if cell.strip() else np.nan for cell in line.split(delimiter)] for line in lines]
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        raise ValueError(f"rows have different numbers of columns: {sorted(widths)}")
    return xgb.DMatrix(np.array(rows, dtype=float))


def _delimiter(line: str) -> str:
    if "," in line:
        return ","
    try:
        found = csv.Sniffer().sniff(line).delimiter
    except csv.Error:
        return ","
    return "," if found.isalnum() or found in ".-+" else found


def _from_libsvm(content: str) -> xgb.DMatrix:
    rows: list[dict[int, float]] = []
    for line in content.split("\n"):
        pairs = (token.split(":", 1) for token in line.split() if ":" in token)
        rows.append({int(index): float(value) for index, value in pairs})
    indices = [index for row in rows for index in row]
    if not indices:
        raise ValueError("no index:value pair found")
    shift = 1 if min(indices) >= 1 else 0  # libsvm counts from 1, some writers from 0
    matrix = np.zeros((len(rows), max(indices) - shift + 1))
    for number, row in enumerate(rows):
        for index, value in row.items():
            matrix[number, index - shift] = value
    return xgb.DMatrix(matrix)


def encode(predictions: Any, accept: str) -> str:
    """Write predictions as the toolkit does: JSON as a bare list, CSV with a line per row.

    Raises:
        UnsupportedFormatError: another type is asked for.
    """
    kind, _ = media_type(accept)
    if kind == "application/json":
        return json.dumps(predictions.tolist() if isinstance(predictions, np.ndarray) else predictions)
    if kind == "text/csv":
        array = np.asarray(predictions)
        lines = array.tolist() if array.ndim else [array.item()]
        return "".join(",".join(map(str, line)) + "\n" if isinstance(line, list) else f"{line}\n" for line in lines)
    raise UnsupportedFormatError(f"{accept} is not an accepted type of answer: application/json, text/csv.")
