"""Reading with errors that name the file; writing beside and moving, so that no half file is ever seen."""

import hashlib
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from .errors import StepError

if TYPE_CHECKING:  # preparing needs no table in memory, and importing pandas takes longer than most of its work
    import pandas as pd

_LONGEST_NAME = 255  # bytes, of a file


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside the wanted one, where nothing is; what is written there takes its place if nothing fails."""
    beside = _beside(path)
    beside.unlink(missing_ok=True)  # of a run that was killed
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def writing(path: Path, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Give a file for text that is written bit by bit; it has its name when all is written and nothing failed."""
    with replacing(path) as beside, beside.open("w", encoding=encoding) as file:
        yield file


def write_json(path: Path, content: Any) -> None:
    """Write a JSON document; see `json_text`."""
    write_text(path, json_text(content))


def json_text(content: Any) -> str:
    """Return a JSON document; numbers that JSON does not have become null."""
    return json.dumps(_plain(content), indent=2, allow_nan=False) + "\n"


def write_text(path: Path, content: str) -> None:
    """Write a text."""
    with writing(path) as file:
        file.write(content)


def write_csv(path: Path, table: "pd.DataFrame") -> None:
    """Write a table as CSV with a header."""
    with replacing(path) as beside:
        table.to_csv(beside, index=False)


def read_json(path: Path) -> Any:
    """Read a JSON document that an earlier step wrote; StepError if it is not there or not JSON."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise StepError(
            f"{path}: cannot be read: {error}. Is the input connected to the step that writes it?"
        ) from error


def read_parquet(path: Path, columns: list[str]) -> "pd.DataFrame":
    """Read some columns of a Parquet file or of a folder of parts.

    Raises:
        StepError: it is missing, is not Parquet, or lacks a column.
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.exists():
        beside = ", ".join(sorted(item.name for item in path.parent.glob("*"))) or "nothing"
        raise StepError(f"{path}: there is no such file; its folder holds {beside}. Upload it under this name.")
    try:
        known = list(pq.ParquetDataset(path).schema.names)
        missing = [column for column in columns if column not in known]
        if not missing:
            return pd.read_parquet(path, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise StepError(f"{path}: is not a Parquet file that can be read: {error}. Write it again.") from error
    raise StepError(
        f"{path}: column {', '.join(map(repr, missing))} is missing; the file has {', '.join(known)}. "
        "Correct the file, or the names in use_case.yaml."
    )


def _beside(path: Path) -> Path:
    name = f".{path.name}.part"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()}.part"
    return path.with_name(name)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):  # a numpy scalar
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
