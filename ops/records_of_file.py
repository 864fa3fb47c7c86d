"""Records of a file, as the endpoint of a use case takes them."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config import UseCase
from ops.answers import Outcome
from ops.console import shown
from ops.new_use_case import conforming, staging, workspace
from ops.new_use_case.conforming import Wanted
from ops.new_use_case.errors import DataError
from ops.new_use_case.event import same
from ops.new_use_case.request import Dates
from ops.new_use_case.staging import ROW
from ops.new_use_case.workspace import name
from ops.target import Target

_SHOWN = 10


@dataclass(frozen=True)
class FileRecord:
    """A row of a file.

    Attributes:
        fields: as JSON has them.
        happened: what its label says; None where there is none.
        id: as `data.id` names it; None where the file has none.
    """

    fields: dict[str, Any]
    happened: Outcome
    id: str | None


@dataclass(frozen=True)
class Read:
    """The first records of a file, and what a person should know of them."""

    records: list[FileRecord]
    notes: list[str]


def read(target: Target, path: Path, count: int, encoding: str | None, dates: Dates | None) -> Read:
    """Read the first `count` rows.

    Raises:
        DataError: the file cannot be read, lacks a field that is required, or has values of another kind in one.
    """
    case = target.use_case
    fields = [Wanted(field.name, field.type, field.required) for field in case.data.record]
    beside = [Wanted(one, required=False) for one in (case.data.label, case.data.id) if one is not None]
    wanted = fields + [one for one in beside if one.name not in {field.name for field in fields}]
    with tempfile.TemporaryDirectory() as scratch, workspace.opened(Path(scratch), path) as opened:
        source = staging.stage(opened, encoding, known=case.data.marks)
        columns = conforming.conforming(opened, source, wanted, dates)
        _require_fields(path, case, [column.name for column in columns])
        selected = ", ".join(f"{column.value} AS {name(column.name)}" for column in columns)
        rows = opened.rows(f"SELECT {selected} FROM source ORDER BY {name(ROW)} LIMIT {count}")  # noqa: S608 - quoted
    names = [column.name for column in columns]
    records = [_record(case, dict(zip(names, row, strict=True)), [field.name for field in fields]) for row in rows]
    missing = [field.name for field in fields if field.name not in names]
    notes = [f"not in the file, so missing in every record: {', '.join(missing)}"] if missing else []
    notes += [f"{column.original}: {column.note}" for column in columns if column.note]
    return Read(records, [*source.notes, *notes])


def _require_fields(path: Path, case: UseCase, found: Sequence[str]) -> None:
    known = [field.name for field in case.data.record]
    if not set(known) & set(found):
        raise DataError(
            f"{shown(path)}: has none of the fields of a record of {case.name}: {', '.join(known[:_SHOWN])}"
            f"{' ...' if len(known) > _SHOWN else ''}. Name a file with the columns that it was made of."
        )


def _record(case: UseCase, row: dict[str, Any], fields: Sequence[str]) -> FileRecord:
    label, own = row.get(case.data.label or ""), row.get(case.data.id or "")
    sent = {field: _json(row[field]) for field in fields if field in row}
    return FileRecord(sent, None if label is None else _happened(case, label), None if own is None else _id(own))


def _id(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)  # as the raw table has it


def _happened(case: UseCase, label: Any) -> Outcome:
    if case.problem == "binary_classification" and not isinstance(label, str):
        return same(label, case.data.positive)
    if case.problem == "multiclass_classification":
        return next((one for one in case.data.classes if same(label, one)), str(label))
    return label if isinstance(label, int | float | str) else str(label)


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
