"""Files to score, record by record: JSON Lines, CSV with a header, Parquet.

A file is read in the order of its records, which are counted from 1. What cannot be read as a record is yielded as
such, so that nothing is lost without a word.
"""

import csv
import gzip
import json
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from .. import csv_text
from ..use_case import Column
from . import csv_rows
from .row import Row

_JSON = (".json", ".jsonl", ".jsonlines", ".ndjson")
ENDINGS = (*_JSON, ".csv", ".parquet")  # in text files followed by .gz or not


def rows(path: Path, name: str, fields: Sequence[Column], missing: Iterable[str | int | float] = ()) -> Iterator[Row]:
    """Yield the records of a file.

    Args:
        path: of the file.
        name: its ending says what it is.
        fields: of a record; CSV has no types of its own.
        missing: data.missing: what stands for a missing value in CSV, besides empty fields and the like.
    """
    text = name.lower().removesuffix(".gz")
    packed = text != name.lower()
    ending = Path(text).suffix
    if ending not in ENDINGS or (packed and ending == ".parquet"):
        allowed = ", ".join(ENDINGS)
        yield Row(None, None, f"the name ends as that of no known format; known are {allowed}, and .gz after text")
        return
    read: Callable[[BinaryIO], Iterable[Row]] = {
        ".csv": lambda file: csv_rows.rows(file, fields, csv_text.marks(missing)),
        ".parquet": lambda file: _parquet(file, {field.name: field.type for field in fields}),
    }.get(ending, _json_lines)
    number = 0
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            for row in read(file):  # type: ignore[arg-type]  # gzip's file is one, but for its type
                number = row.number or number
                yield row
    except (OSError, EOFError, zlib.error, csv.Error, ValueError, OverflowError, pa.ArrowException) as error:
        yield Row(None, None, f"the file cannot be read after record {number}: {type(error).__name__}: {error}")


def _json_lines(file: BinaryIO) -> Iterator[Row]:
    number = 0
    for line in file:
        if not line.strip():
            continue
        number += 1
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            yield Row(number, json.loads(text))
        except (ValueError, RecursionError):
            yield Row(number, line.decode("utf-8", "backslashreplace").rstrip("\r\n"), "the line is not JSON in UTF-8")


def _parquet(file: BinaryIO, kinds: Mapping[str, str]) -> Iterator[Row]:
    number = 0
    for batch in pq.ParquetFile(file).iter_batches(batch_size=8192):
        for record in _records(batch):
            number += 1
            if isinstance(record, dict):
                yield Row(number, {name: _plain(value, kinds.get(name)) for name, value in record.items()})
            else:
                yield Row(number, None, f"the record has a value that cannot be read: {type(record).__name__}")


def _records(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | Exception]:
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):  # one by one, so that the others are kept
        for place in range(batch.num_rows):
            try:
                yield batch.slice(place, 1).to_pylist()[0]
            except (ValueError, OverflowError, pa.ArrowException) as error:
                yield error


def _plain(value: Any, kind: str | None) -> Any:
    """Return a value of Parquet as a record has it, like the raw table that `use-case new` makes of such a file."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower() if kind == "text" else int(value) if kind == "number" else value
    return float(value) if isinstance(value, Decimal) else value


def json_text(content: Any) -> str:
    """Return content as one line of JSON; a number that JSON does not have is null, what is no JSON at all a text."""
    return json.dumps(_finite(content), allow_nan=False, default=str)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
