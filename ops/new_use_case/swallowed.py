"""Lines that a quote in the wrong place made part of a value: the file can be read, and rows are missing."""

from collections.abc import Sequence
from pathlib import Path

from ops.console import shown
from ops.new_use_case.dialect import in_quotes
from ops.new_use_case.errors import DataError
from ops.new_use_case.workspace import Workspace, literal, name

_FEWEST = 3  # lines inside a value that look like records
_SHARE = 0.9  # of its lines; one may hold the separator in quotes
_LOOKED_AT = 1000  # values of a column


def require_none(workspace: Workspace, path: Path, view: str, columns: Sequence[str], row: str, separator: str) -> None:
    """Raise DataError if a value goes over several lines, each with as many separators as a record has.

    Args:
        workspace: with the view.
        path: of the file, for the message.
        view: what was read of it.
        columns: of the view.
        row: its column with the number of the row.
        separator: between fields.
    """
    if len(columns) == 1:
        return
    breaks = literal("%\n" * (_FEWEST + 1) + "%")
    several = workspace.by_column(view, columns, {"lines": f"bool_or(v LIKE {breaks})"})
    for column in (one for one in columns if several[one].get("lines")):
        long = f"SELECT {name(row)}, {name(column)} FROM {view} WHERE {name(column)} LIKE {breaks} LIMIT {_LOOKED_AT}"  # noqa: S608 - quoted
        for number, value in workspace.rows(long):
            _, *inside, _ = value.split("\n")
            if sum(line.count(separator) == len(columns) - 1 for line in inside) >= _SHARE * len(inside):
                raise DataError(
                    f"{shown(path)}: row {number}: the value of {column} goes over {len(inside) + 2} lines that look "
                    f"like rows of their own: {in_quotes(value)}. A quote is missing or one too many there; correct it."
                )
