"""A file of a person's in which outcomes stand, as documents in SageMaker's format of ground truth."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config import UseCase
from ops.console import shown
from ops.errors import OperationError
from pipelines_src.steps.outcomes.reading import UNREADABLE, GroundTruth, moment
from pipelines_src.steps.outcomes.request import classes_of, positive_of

if TYPE_CHECKING:
    import pandas as pd

Document = dict[str, Any]
_REMEDY = "Nothing was sent. Correct the row, or leave it out."
_SOME_FILE = "2026/01/01/00/file"  # of whatever hour


@dataclass(frozen=True)
class Columns:
    """Names of columns: of the request's id, of what happened (the first that is there), of when that was known."""

    request: str
    outcomes: tuple[str, ...]
    time: str | None = None  # None: `event_time`, if it is there


@dataclass(frozen=True)
class _Row:
    place: str
    request: str
    said: str
    time: str | None

    def document(self) -> Document:
        about = {"eventId": self.request, **({"eventTime": self.time} if self.time is not None else {})}
        data = {"data": self.said, "encoding": "CSV"}
        return {"groundTruthData": data, "eventMetadata": about, "eventVersion": "0"}


def documents(use_case: UseCase, path: Path, columns: Columns) -> Iterator[Document]:
    """Yield a document for each row of a file.

    Raises:
        OperationError: the file cannot be read, lacks a column, has a row that is no outcome of the use case, or two
            that contradict each other.
    """
    read = GroundTruth(classes_of(use_case.model_dump()), positive_of(use_case.model_dump()))
    seen: dict[tuple[str, str | None], _Row] = {}
    for row in _rows(path, columns):
        document = row.document()
        if not row.request.strip() or any(one[0] == UNREADABLE for one in read(_SOME_FILE, json.dumps(document))):
            raise OperationError(
                f"{row.place}: found {columns.request} {row.request!r} and outcome {row.said!r}; allowed are an id and "
                f"{_allowed(use_case)}. {_REMEDY}"
            )
        earlier = seen.setdefault((row.request, row.time), row)
        if earlier.said != row.said:
            raise OperationError(
                f"{row.place}: found outcome {row.said!r} of {row.request!r}, which has {earlier.said!r} in "
                f"{earlier.place.rpartition(', ')[2]}; allowed is one outcome of a request, or a column event_time "
                f"that says which is the later. {_REMEDY}"
            )
        yield document


def _rows(path: Path, columns: Columns) -> Iterator[_Row]:
    table = _read(path)
    outcome = next((name for name in columns.outcomes if name in table.columns), None)
    time = columns.time or ("event_time" if "event_time" in table.columns else None)
    lacking = [repr(name) for name in (columns.request, time) if name is not None and name not in table.columns]
    if outcome is None:
        lacking.append(" or ".join(map(repr, columns.outcomes)))
    if lacking:
        raise OperationError(
            f"{shown(path)}: has no column {', '.join(lacking)}; it has {', '.join(map(str, table.columns))}. Name the "
            "columns with --request, --outcome and --time."
        )
    cells = (table[name] if name else [None] * len(table) for name in (columns.request, outcome, time))
    for number, (request, said, known) in enumerate(zip(*cells, strict=True), start=1):
        place = f"{shown(path)}, row {number}"
        yield _Row(place, _said(request), _said(said), None if time is None else _moment(place, time, _said(known)))


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd  # half a second that other commands need not wait for

    kind = path.suffix.lower()
    try:
        if kind == ".csv":  # as it stands there: 1 is no 1.0, and NA no nothing
            return pd.read_csv(path, dtype=str, keep_default_na=False)
        if kind == ".parquet":
            return pd.read_parquet(path, dtype_backend="numpy_nullable")  # whole numbers are so beside missing ones
        if kind == ".jsonl":
            with path.open(encoding="utf-8") as file:
                return pd.DataFrame([json.loads(line) for line in file if line.strip()], dtype=object)
    except (OSError, ValueError) as error:  # pyarrow's errors are one of them
        raise OperationError(f"{shown(path)}: cannot be read: {error}. Check the file.") from error
    raise OperationError(f"{shown(path)}: is not .csv, .parquet or .jsonl. Save it as one of them.")


def _said(value: Any) -> str:
    """Return a cell as text: nothing of a missing one, a line for each of several records."""
    if hasattr(value, "__len__") and not isinstance(value, str):
        return "\n".join(map(_said, value))
    import pandas as pd

    if pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _moment(place: str, column: str, text: str) -> str:
    try:
        return moment(text).isoformat()
    except (ValueError, OverflowError) as error:
        raise OperationError(
            f"{place}: found {column} {text!r}; allowed are times such as 2026-01-31T09:00:00Z. {_REMEDY}"
        ) from error


def _allowed(use_case: UseCase) -> str:
    if use_case.problem == "multiclass_classification":
        return f"one of {', '.join(map(str, use_case.data.classes))}"
    if use_case.problem == "regression":
        return "a number"
    return f"1 or 0, or {use_case.data.positive} for the event"
