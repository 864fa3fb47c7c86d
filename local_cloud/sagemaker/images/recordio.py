"""RecordIO with protobuf records, `application/x-recordio-protobuf`: what SageMaker's own algorithms read and write.

Framing: the AWS documentation, "Common Data Formats for Training", and MXNet's RecordIO: each record has a magic
number and a length, and is padded to four bytes. A record is a protobuf message with tensors by name, dense or sparse;
an algorithm's rows are the features named "values".
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError

from local_cloud.sagemaker.images.record_message import Record

Matrix = npt.NDArray[Any]  # of float32 or float64, a row per record

_MAGIC = 0xCED7230A
_HEAD = struct.Struct("<II")
_LENGTH_BITS = 29  # the bits above them say whether the record is whole (0), or its first, middle or last part
_WHOLE, _FIRST, _LAST = 0, 1, 3
_ALIGNMENT = 4
_WIDEST = 1 << 24  # features of a sparse row; a mistaken shape must not take the machine's memory
_TENSORS = {"float32_tensor": np.float32, "float64_tensor": np.float64, "int32_tensor": np.int32}


class RecordError(ValueError):
    """The content is no RecordIO of rows; the text says which record and why."""


def frame(record: bytes) -> bytes:
    """Return a record with its head and padding."""
    return _HEAD.pack(_MAGIC, len(record)) + record + bytes(-len(record) % _ALIGNMENT)


def frames(content: bytes) -> Iterator[bytes]:
    """Yield the records of RecordIO, parts put together.

    Raises:
        RecordError: the content is cut off or is not RecordIO.
    """
    at, parts = 0, b""
    while at < len(content):
        if len(content) - at < _HEAD.size:
            raise RecordError(f"the content ends at byte {len(content)}, within the head of a record")
        magic, word = _HEAD.unpack_from(content, at)
        length, part = word & ((1 << _LENGTH_BITS) - 1), word >> _LENGTH_BITS
        at += _HEAD.size
        if magic != _MAGIC or at + length > len(content):
            raise RecordError(f"byte {at - _HEAD.size} does not begin a whole RecordIO record")
        body = content[at : at + length]
        at += length + -length % _ALIGNMENT
        # Where the magic number stood in a record, its writer cut the record and left the number out.
        parts = body if part in {_WHOLE, _FIRST} else parts + struct.pack("<I", _MAGIC) + body
        if part in {_WHOLE, _LAST}:
            yield parts


def read(content: bytes) -> Matrix:
    """Return the rows of RecordIO: float64 if a record is, else float32; sparse ones are filled with zeros.

    Raises:
        RecordError: a record has no numeric features "values", is not as wide as the first, or is sparse without shape.
    """
    rows: list[npt.NDArray[Any]] = []
    for number, record in enumerate(frames(content), 1):
        rows.append(_row(record, f"record {number}"))
        if len(rows[-1]) != len(rows[0]):
            raise RecordError(f"record {number} has {len(rows[-1])} features, the first has {len(rows[0])}")
    if not rows:
        raise RecordError("there is no record")
    kind = np.float64 if any(row.dtype == np.float64 for row in rows) else np.float32
    return np.array(rows, kind)


def _row(content: bytes, where: str) -> npt.NDArray[Any]:
    try:
        record = Record.FromString(content)
    except DecodeError as error:
        raise RecordError(f"{where} is no SageMaker record: {error}") from error
    kind = record.features["values"].WhichOneof("value") if "values" in record.features else None
    if kind not in _TENSORS:
        raise RecordError(f"{where} has no numeric tensor among its features under the name values")
    tensor = getattr(record.features["values"], kind)
    values = np.array(tensor.values, _TENSORS[kind])
    return dense(values, list(tensor.keys), list(tensor.shape), where) if tensor.keys else values


def dense(values: npt.NDArray[Any], keys: list[int], shape: list[int], where: str) -> npt.NDArray[Any]:
    """Return the row of a sparse tensor; RecordError if keys, values and shape do not fit together."""
    width = int(np.prod(shape, dtype=object)) if shape else 0
    if len(keys) != len(values) or not all(0 <= key < width for key in keys):
        raise RecordError(
            f"{where} is sparse with {len(keys)} keys, {len(values)} values and shape {shape}; each value needs a key "
            "within the shape"
        )
    if width > _WIDEST:
        raise RecordError(f"{where} is sparse with shape {shape}; allowed are up to {_WIDEST} features")
    row = np.zeros(width, values.dtype)
    row[keys] = values
    return row


def write(rows: Matrix) -> bytes:
    """Return the RecordIO of dense rows."""
    kind = "float64_tensor" if rows.dtype == np.float64 else "float32_tensor"
    framed = []
    for row in rows:
        record = Record()
        getattr(record.features["values"], kind).values.extend(row.tolist())
        framed.append(frame(record.SerializeToString()))
    return b"".join(framed)


def write_labels(labels: Mapping[str, npt.NDArray[np.float32]]) -> bytes:
    """Return RecordIO with a record per row, which has a value of each label."""
    framed = []
    for values in zip(*(column.tolist() for column in labels.values()), strict=True):
        record = Record()
        for name, value in zip(labels, values, strict=True):
            record.label[name].float32_tensor.values.append(value)
        framed.append(frame(record.SerializeToString(deterministic=True)))
    return b"".join(framed)
