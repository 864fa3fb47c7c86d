"""The built-in K-means: the model is a file of centers, requests are rows, answers are clusters and distances.

Formats: the AWS documentation, "Common data formats for inference" and "K-Means Response Formats". A distance is
Euclidean. The image is closed; status codes and texts of what it refuses are those of SageMaker's other images.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from local_cloud.sagemaker.endpoints.model_server.reply import Handler, Inquiry, Reply, media_type, text
from local_cloud.sagemaker.images import mxnet_ndarray, recordio, rows
from local_cloud.sagemaker.images.kmeans_centers import nearest

Labels = dict[str, npt.NDArray[np.float32]]

_MODEL = "model_algo-1"


def handler(model_dir: Path) -> Handler:
    """Load the centers and return what answers requests.

    Raises:
        RuntimeError: the folder holds no file of centers.
    """
    centers = _load(model_dir)

    def handle(inquiry: Inquiry) -> Reply:
        return _handle(inquiry, centers)

    return handle


def _load(model_dir: Path) -> rows.Matrix:
    path = model_dir / _MODEL
    if not path.is_file():
        found = ", ".join(sorted(entry.name for entry in model_dir.iterdir())) or "nothing"
        raise RuntimeError(f"The model archive holds {found}; expected {_MODEL}, which K-means leaves after training.")
    try:
        arrays = mxnet_ndarray.load(path.read_bytes())
    except mxnet_ndarray.ArrayFileError as error:
        raise RuntimeError(f"Model {_MODEL} cannot be loaded: {error}") from error
    if not isinstance(arrays, list) or len(arrays) != 1 or arrays[0].ndim != 2:  # noqa: PLR2004 - k x feature_dim
        raise RuntimeError(f"Model {_MODEL} is not a list of one array of centers.")
    return arrays[0]


def _handle(inquiry: Inquiry, centers: rows.Matrix) -> Reply:
    given = inquiry.headers.get("content-type", rows.CSV)
    accept, _ = media_type(inquiry.headers.get("accept", ""))
    accept = rows.JSON if accept in {"", "*/*"} else accept
    kind, options = media_type(given)
    if kind not in _READERS:
        return text(415, f"Content-type {given} not supported. Supported content-types: {', '.join(_READERS)}.")
    if accept not in _WRITERS:
        return text(406, f"Accept type {accept} not supported. Supported accept types: {', '.join(_WRITERS)}.")
    try:
        points = _READERS[kind](inquiry.body, options)
        _check(points, centers.shape[1])
    except rows.RowsError as error:
        return text(400, f"unable to evaluate payload provided: {error}")
    closest, squared = nearest(points, centers)
    labels = {
        "closest_cluster": closest.astype(np.float32),
        "distance_to_cluster": np.sqrt(squared).astype(np.float32),
    }
    return Reply(200, accept, _WRITERS[accept](labels))


def _check(points: rows.Matrix, width: int) -> None:
    if points.shape[1] != width:
        raise rows.RowsError(f"the rows have {points.shape[1]} features, the model has {width}")
    if not np.isfinite(points).all():
        raise rows.RowsError("the rows have values that are not finite numbers")


def _from_csv(body: bytes, options: dict[str, str]) -> rows.Matrix:
    if (size := options.get("label_size", "0")) != "0":
        raise rows.RowsError(f"label_size={size} in a request; allowed is 0, since rows have no label")
    return rows.from_csv(body, 0)


def _records(labels: Labels) -> list[dict[str, float]]:
    columns = (column.tolist() for column in labels.values())
    return [dict(zip(labels, values, strict=True)) for values in zip(*columns, strict=True)]


def _to_json(labels: Labels) -> bytes:
    return json.dumps({"predictions": _records(labels)}).encode()


def _to_json_lines(labels: Labels) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in _records(labels)).encode()


def _to_csv(labels: Labels) -> bytes:
    return "".join(",".join(map(str, record.values())) + "\n" for record in _records(labels)).encode()


_READERS: dict[str, Callable[[bytes, Any], rows.Matrix]] = {
    rows.CSV: _from_csv,
    rows.JSON: lambda body, _: rows.from_json(body),
    rows.JSON_LINES: lambda body, _: rows.from_json_lines(body),
    rows.RECORDIO: lambda body, _: rows.from_recordio(body),
}
_WRITERS: dict[str, Callable[[Labels], bytes]] = {
    rows.JSON: _to_json,
    rows.JSON_LINES: _to_json_lines,
    rows.CSV: _to_csv,
    # A record per row, as people's notebooks read them: [record.label["closest_cluster"]... for record in result].
    rows.RECORDIO: recordio.write_labels,
}
