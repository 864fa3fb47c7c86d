"""MXNet's file of arrays, which `mx.nd.save` writes and `mx.nd.load` reads: the model of SageMaker's older algorithms.

Layout (MXNet 1.x, src/ndarray/ndarray.cc; everything little-endian): a list header, the number of arrays, the arrays,
the number of names, the names. An array is its version's magic number, storage type, shape, device, element type and
elements. Arrays without names load as a list, with names as a dict.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_LIST_MAGIC = 0x112
_V1_MAGIC, _V2_MAGIC = 0xF993FAC8, 0xF993FAC9
_DENSE = 0
_CPU = (1, 0)  # device type and number
_TYPES = tuple(np.dtype(code) for code in ("<f4", "<f8", "<f2", "u1", "<i4", "i1", "<i8"))


class ArrayFileError(ValueError):
    """The content is no file of MXNet arrays; the text says where it departs from the format."""


def dump(arrays: Sequence[Array] | Mapping[str, Array]) -> bytes:
    """Return the file of a list of arrays, or of arrays by name.

    Raises:
        ValueError: an array has no elements, no dimensions or elements of a type that MXNet 1.x lacks.
    """
    names = list(arrays) if isinstance(arrays, Mapping) else []
    values = list(arrays.values()) if isinstance(arrays, Mapping) else list(arrays)
    parts = [struct.pack("<QQQ", _LIST_MAGIC, 0, len(values)), *map(_dump_array, values)]
    parts.append(struct.pack("<Q", len(names)))
    for name in names:
        encoded = name.encode()
        parts.append(struct.pack("<Q", len(encoded)) + encoded)
    return b"".join(parts)


def _dump_array(array: Array) -> bytes:
    kind = array.dtype.newbyteorder("<")
    if kind not in _TYPES or not array.size or not array.ndim:
        raise ValueError(
            f"found an array of type {array.dtype} and shape {array.shape}; allowed are arrays with elements, of "
            f"{', '.join(allowed.name for allowed in _TYPES)}"
        )
    head = struct.pack("<IiI", _V2_MAGIC, _DENSE, array.ndim) + struct.pack(f"<{array.ndim}q", *array.shape)
    return head + struct.pack("<iii", *_CPU, _TYPES.index(kind)) + np.ascontiguousarray(array, kind).tobytes()


def load(content: bytes) -> list[Array] | dict[str, Array]:
    """Return the arrays of a file: a list, or a dict where they have names.

    Raises:
        ArrayFileError: it is no such file, is cut off, or holds sparse arrays.
    """
    reader = _Reader(content)
    if reader.take("<QQ") != (_LIST_MAGIC, 0):
        raise ArrayFileError("the content does not begin as a file of MXNet arrays does")
    arrays = [_load_array(reader) for _ in range(reader.one("<Q"))]
    names = [reader.bytes(reader.one("<Q")).decode(errors="replace") for _ in range(reader.one("<Q"))]
    if names and len(names) != len(arrays):
        raise ArrayFileError(f"the file has {len(arrays)} arrays and {len(names)} names")
    return dict(zip(names, arrays, strict=True)) if names else arrays


def _load_array(reader: "_Reader") -> Array:
    magic = reader.one("<I")
    if magic == _V2_MAGIC and (storage := reader.one("<i")) != _DENSE:
        raise ArrayFileError(f"an array has storage type {storage}; only dense arrays ({_DENSE}) are read")
    # Before version 1 there was no magic number, and dimensions were shorter.
    dimensions, letter = (reader.one("<I"), "q") if magic in {_V1_MAGIC, _V2_MAGIC} else (magic, "I")
    shape = reader.take(f"<{dimensions}{letter}")
    _, _, kind = reader.take("<iii")
    if not 0 <= kind < len(_TYPES) or min(shape, default=0) < 1:
        raise ArrayFileError(f"an array has shape {shape} and element type {kind}")
    count = int(np.prod(shape, dtype=object))
    elements = reader.bytes(count * _TYPES[kind].itemsize)
    return np.frombuffer(elements, _TYPES[kind]).reshape(shape)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def bytes(self, count: int) -> bytes:
        if count > len(self._content) - self._at:
            raise ArrayFileError(f"the content ends at byte {len(self._content)}, within {count} bytes from {self._at}")
        self._at += count
        return self._content[self._at - count : self._at]

    def take(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack(layout, self.bytes(struct.calcsize(layout)))

    def one(self, layout: str) -> Any:
        return self.take(layout)[0]
