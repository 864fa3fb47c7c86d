"""Text files, line by line, as a Parquet file."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .. import files
from .base import LineReader

_TYPES = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
_ROWS = 65_536  # that are in memory at once


def to_parquet(folder: Path, read: LineReader, path: Path) -> None:
    """Write what is read of every line below a folder."""
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in read.columns.items()])
    rows = _rows(folder, read)
    with files.replacing(path) as beside, pq.ParquetWriter(beside, schema) as writer:
        while part := list(islice(rows, _ROWS)):
            columns = [list(column) for column in zip(*part, strict=True)]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))


def _rows(folder: Path, read: LineReader) -> Iterator[tuple[Any, ...]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts):
            with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
                for line in file:
                    yield from read(path.as_posix(), line.rstrip("\r\n"))
