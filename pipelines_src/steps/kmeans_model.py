"""The built-in K-means' model: centres in a file of MXNet arrays, and which of them is nearest.

Layout of the file (MXNet 1.x, src/ndarray/ndarray.cc; little-endian): a list header, the number of arrays, the arrays,
names. An array is its version's magic number, storage type, shape, device, element type and elements. MXNet itself is
retired and in none of the images that run this.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import StepError

MODEL_FILE = "model_algo-1"
_LIST, _VERSION_1, _VERSION_2, _DENSE = 0x112, 0xF993FAC8, 0xF993FAC9, 0
_TYPES = {0: "<f4", 1: "<f8"}
_HEAD = struct.Struct("<QQQI")
_ROWS = 4096  # distances that are in memory at once


@dataclass(frozen=True)
class KMeans:
    """Centres, one a row, in the model's space."""

    centres: NDArray[np.float64]

    @property
    def width(self) -> int:
        """Columns of what it clusters."""
        return int(self.centres.shape[1])

    def predict(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return for each row the nearest centre's number and the Euclidean distance to it."""
        found = [self._nearest(matrix[start : start + _ROWS]) for start in range(0, len(matrix), _ROWS)]
        return np.concatenate(found) if found else np.empty((0, 2))

    def _nearest(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        points = rows.astype("float64")
        squared = np.stack([((points - centre) ** 2).sum(axis=1) for centre in self.centres], axis=1)
        cluster = squared.argmin(axis=1)
        return np.stack([cluster, np.sqrt(squared[np.arange(len(points)), cluster])], axis=1)


def load(content: bytes) -> KMeans:
    """Read the model file; StepError if it is none, or is cut off."""
    try:
        centres = _matrix(content)
    except (struct.error, ValueError, KeyError) as error:
        raise StepError(f"{MODEL_FILE} cannot be read: {error}. Is it whole, and the output of K-means?") from error
    return KMeans(centres.astype("float64"))


def _matrix(content: bytes) -> NDArray[Any]:
    listed, _, arrays, version = _HEAD.unpack_from(content)
    at = _HEAD.size
    if (listed, arrays) != (_LIST, 1):
        raise ValueError("it is not a file of one MXNet array")
    dimensions, shape = version, "<II"  # before version 1 there was no magic number, and dimensions were shorter
    if version in (_VERSION_1, _VERSION_2):
        storage, at = _taken("<i", content, at) if version == _VERSION_2 else ((_DENSE,), at)
        (dimensions,), at = _taken("<I", content, at)
        shape = "<qq"
        if storage != (_DENSE,):
            raise ValueError("its array is sparse")
    if dimensions != 2:  # noqa: PLR2004 - k x feature_dim
        raise ValueError(f"its array has {dimensions} dimensions, expected 2")
    (rows, columns), at = _taken(shape, content, at)
    (_, _, kind), at = _taken("<iii", content, at)
    return np.frombuffer(content, _TYPES[kind], rows * columns, at).reshape(rows, columns)


def _taken(layout: str, content: bytes, at: int) -> tuple[tuple[int, ...], int]:
    return struct.unpack_from(layout, content, at), at + struct.calcsize(layout)
