"""The columns that the options name."""

import difflib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ops.new_use_case.column import Column
from ops.new_use_case.errors import DataError
from ops.new_use_case.wording import first
from ops.new_use_case.workspace import Workspace

_MANY = 30
# Whole numbers that are times, by what they lie between: what they count, and SQL of the time.
_COUNTED_TIMES = (
    (1_800, 2_200, "years", "make_timestamp({}::BIGINT, 1, 1, 0, 0, 0)"),
    (18_000_101, 22_001_231, "days written as 20240131", "try_strptime(({})::BIGINT::VARCHAR, '%Y%m%d')"),
    (10**8, 10**10, "seconds since 1970", "make_timestamp(({})::BIGINT * 1000000)"),
    (10**11, 10**13, "milliseconds since 1970", "make_timestamp(({})::BIGINT * 1000)"),
    (10**14, 10**16, "microseconds since 1970", "make_timestamp(({})::BIGINT)"),
    (10**17, 9 * 10**18, "nanoseconds since 1970", "make_timestamp(({})::BIGINT // 1000)"),
)


def named(columns: Sequence[Column], wanted: str, option: str) -> Column:
    """Return the column of this name, as it stands in the file or as the use case calls it.

    Raises:
        DataError: there is none, there are several, or nothing can be made of it.
    """
    found = [column for column in columns if column.original == wanted]
    if len(found) > 1:
        raise DataError(
            f"{option}: the file has {len(found)} columns named {wanted!r}; name one of them by "
            f"{' or '.join(column.name for column in found)}, which are their names in the order of the file."
        )
    found = found or [column for column in columns if column.name == wanted]
    if not found:
        known = [column.original for column in columns]
        near = difflib.get_close_matches(wanted, known, n=1) or [one for one in known if one.lower() == wanted.lower()]
        listed = first(known, _MANY)
        remedy = f"Did you mean {near[0]}?" if near else "Correct the name."
        raise DataError(f"{option}: there is no column {wanted!r}; the file has {listed}. {remedy}")
    if found[0].kind == "unusable":
        raise DataError(f"{option}: the column {wanted} {found[0].why}. Name another, or write it as numbers or text.")
    return found[0]


def time_column(workspace: Workspace, columns: Sequence[Column], wanted: str) -> Column:
    """Return the column by which rows are split; numbers that count times become times.

    Raises:
        DataError: there is no such column, or it holds no times.
    """
    column = named(columns, wanted, "--time")
    if column.kind == "time":
        return column
    if column.kind == "text" and (counted := _of_digits(workspace, column)) is not None:
        return counted
    if column.kind == "number":
        if (counted := counted_time(workspace, column)) is not None:
            return counted
        [(lowest, highest)] = _range(workspace, column)
        found = f"numbers from {lowest:g} to {highest:g}" if lowest is not None else "no values"
    else:
        found = f"text such as {_example(workspace, column)}"
    holds = f"of the column {wanted}, {column.odd}" if column.odd else f"the column {wanted} holds {found}"
    raise DataError(
        f"--time: {holds}; allowed are times such as 2024-01-31, 31.01.2024 10:00 or seconds "
        "since 1970. Correct its values, name another column, or leave --time out: rows are then split at random."
    )


def _of_digits(workspace: Workspace, column: Column) -> Column | None:
    """Return a text of long whole numbers as the times that they count; None if it is another text."""
    number = f"try_cast(({column.value}) AS BIGINT)"
    [(others,)] = workspace.rows(
        f"SELECT count(*) FROM source WHERE ({column.value}) IS NOT NULL AND {number} IS NULL"  # noqa: S608 - quoted
    )
    return None if others else counted_time(workspace, replace(column, value=number))


def counted_time(workspace: Workspace, column: Column) -> Column | None:
    """Return a column of numbers as the times that they count; None if they count none."""
    [(lowest, highest)] = _range(workspace, column)
    for least, most, what, sql in _COUNTED_TIMES:
        if lowest is not None and least <= lowest <= highest <= most:
            note = f"its numbers were read as {what}"
            return Column(column.name, column.original, "time", sql.format(column.value), note)
    return None


def _range(workspace: Workspace, column: Column) -> list[tuple[Any, ...]]:
    return workspace.rows(f"SELECT min(v), max(v) FROM (SELECT ({column.value}) AS v FROM source)")  # noqa: S608 - quoted


def _example(workspace: Workspace, column: Column) -> str:
    rows = workspace.rows(f"SELECT v FROM (SELECT ({column.value}) AS v FROM source) WHERE v IS NOT NULL LIMIT 1")  # noqa: S608 - quoted
    return repr(rows[0][0][:40]) if rows else "nothing but missing values"
