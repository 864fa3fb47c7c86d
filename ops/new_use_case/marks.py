"""Marks that stand for a missing value because a person says so: `--missing -999`, and `data.missing` afterwards."""

import math
from collections.abc import Mapping, Sequence

from ops.new_use_case.forms import trimmed
from ops.new_use_case.wording import first, many
from ops.new_use_case.workspace import Workspace, literals, name

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT",
            "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip


def without(column: str, type_: str, marks: Sequence[str]) -> str:
    """Return SQL of a column's value, missing where it is a mark; a text without blanks around it.

    A mark that is a number means every way to write it: -999 is -999.0.

    Args:
        column: its name in DuckDB.
        type_: DuckDB's.
        marks: as people write them, in capitals or not.
    """
    value = name(column)
    if is_text(type_):
        text = trimmed(f"{value}::VARCHAR")
        return f"CASE WHEN NOT ({is_mark(text, marks)}) THEN {text} END" if marks else text
    if not marks:
        return value
    if type_.partition("(")[0] in _NUMBERS:
        numbers = _numbers(marks)
        return f"CASE WHEN {value} NOT IN ({', '.join(map(repr, numbers))}) THEN {value} END" if numbers else value
    if type_ == "DATE" or type_.startswith("TIMESTAMP"):
        return f"CASE WHEN NOT ({is_mark(f'{value}::VARCHAR', marks)}) THEN {value} END"
    return value


def is_text(type_: str) -> bool:
    """Whether a type of DuckDB is read as text."""
    return type_ == "VARCHAR" or type_.startswith("ENUM")


def is_mark(text: str, marks: Sequence[str]) -> str:
    """Return SQL: whether a text is one of the marks."""
    numbers = ", ".join(map(repr, _numbers(marks)))
    said = f"lower({text}) IN ({literals([mark.strip().lower() for mark in marks])})"
    return f"{said} OR coalesce(try_cast({text} AS DOUBLE) IN ({numbers}), false)" if numbers else said


def counted(workspace: Workspace, columns: Sequence[str], marks: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return how many values of the view `file` each mark is, for people; of those that are `known`, if there are any.

    Args:
        workspace: with the view.
        columns: its columns.
        marks: as people write them.
        known: those among them that an earlier file had.
    """
    notes = []
    for mark in dict.fromkeys(marks):
        wanted = {column: {"rows": f"count(*) FILTER ({_is(column, mark)})"} for column in columns}
        rows = {column: found["rows"] for column, found in workspace.figures("file", wanted).items() if found["rows"]}
        if rows:
            notes.append(
                f"{mark!r} was read as a missing value in {many(sum(rows.values()), 'cell')} of {_columns(rows)}."
            )
        elif mark not in known:
            notes.append(f"--missing {mark}: no value of the file is {mark!r}.")
    return notes


def _is(column: str, mark: str) -> str:
    return is_mark(trimmed(f"{name(column)}::VARCHAR"), [mark])


def _columns(rows: Mapping[str, int]) -> str:
    return first(list(rows), 3, "more columns")


def _numbers(marks: Sequence[str]) -> list[float]:
    found = []
    for mark in marks:
        try:
            number = float(mark)
        except ValueError:
            continue
        if math.isfinite(number):
            found.append(number)
    return found
