"""A file that comes after the first one: its columns as the use case knows them already."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ops.console import shown
from ops.new_use_case import misfits
from ops.new_use_case.column import Column, Kind
from ops.new_use_case.errors import DataError
from ops.new_use_case.finding import counted_time
from ops.new_use_case.request import Dates
from ops.new_use_case.staging import Source
from ops.new_use_case.typing_columns import typed
from ops.new_use_case.wording import first
from ops.new_use_case.workspace import Workspace

_MANY = 30
_SHOWN = 5
_SQL_TYPES = {"number": "DOUBLE", "time": "TIMESTAMP", "text": "VARCHAR"}


@dataclass(frozen=True)
class Wanted:
    """A column that the use case reads.

    Attributes:
        name: as the use case calls it.
        kind: None: whatever its values are.
        required: whether the file must have it.
    """

    name: str
    kind: Kind | None = None
    required: bool = True


def conforming(workspace: Workspace, source: Source, wanted: Sequence[Wanted], dates: Dates | None) -> list[Column]:
    """Return the wanted columns that the file has, in the order of `wanted`, as what they shall be.

    Raises:
        DataError: one that is required is not there, or has values that are nothing of the kind.
    """
    there = {column.name: column for column in source.columns}
    _require(workspace.source, source, [one.name for one in wanted if one.required and one.name not in there])
    found = [one for one in wanted if one.name in there]
    part = replace(source, columns=tuple(there[one.name] for one in found))
    columns = typed(workspace, part, dates, {one.name: one.kind for one in found if one.kind is not None})
    fitted = [_fitted(workspace, column, one.kind) for one, column in zip(found, columns, strict=True)]
    if wrong := [one for one in fitted if isinstance(one, str)]:
        listed = first(wrong, _SHOWN, "more columns", "; ")
        raise DataError(f"{shown(workspace.source)}: {listed}. Correct these values.")
    return [one for one in fitted if isinstance(one, Column)]


def _fitted(workspace: Workspace, column: Column, kind: Kind | None) -> Column | str:
    """Return the column as a kind, or why it cannot be."""
    if column.kind == "unusable":
        return f"the column {column.original} {column.why}"
    if kind is None or column.kind == kind:
        return column
    if not workspace.rows(f"SELECT 1 FROM (SELECT ({column.value}) AS v FROM source) WHERE v IS NOT NULL LIMIT 1"):  # noqa: S608 - quoted
        return Column(column.name, column.original, kind, f"NULL::{_SQL_TYPES[kind]}")
    if kind == "time" and column.kind == "number" and (counted := counted_time(workspace, column)) is not None:
        return counted
    return f"the column {column.original} holds {_holds(workspace, column, kind)}, where {kind}s are wanted"


def _holds(workspace: Workspace, column: Column, kind: Kind) -> str:
    if column.kind == "text" and (kind == "number" or kind == "time"):  # noqa: PLR1714 - so that mypy knows
        listed = misfits.misfits(workspace, column.name, kind)
        return listed or f"{kind}s that are written in more than one way"
    return f"{column.kind}s"


def _require(path: Path, source: Source, missing: Sequence[str]) -> None:
    if not missing:
        return
    known = [column.original for column in source.columns]
    listed = first(known, _MANY)
    near = difflib.get_close_matches(missing[0], [column.name for column in source.columns], n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise DataError(
        f"{shown(path)}: has no column {first(missing, _MANY)}, which use_case.yaml names; it has {listed}.{hint} "
        "Rename the columns as in the first file, or add them, empty where nothing is known."
    )
