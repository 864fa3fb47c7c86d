"""Columns that tell rows apart, or say what rows belong together."""

import re
from collections.abc import Sequence

from ops.new_use_case.measuring import Measured

_ID_WORDS = frozenset(
    {"id", "ids", "uuid", "guid", "key", "index", "idx", "rowid", "rownum", "unnamed", "serial", "nr"}
)
_ROWS_OF_CODE = 20  # mean rows of each value of an id, from which it is rather a code such as a shop's
_GROUPS = (20, 2)  # least groups, least mean rows of a group


def record_id(columns: Sequence[Measured], label: str | None) -> str | None:
    """Return the column that tells rows apart; None if no column is an id."""
    return next((column.name for column in columns if column.name != label and is_id(column)), None)


def is_id(column: Measured) -> bool:
    """Whether no two rows have the same value, and it is a code, or numbers in a row, or called an id."""
    if not column.unique or column.kind == "time" or (column.kind == "number" and not column.whole):
        return False
    if column.column.odd is not None and not called_id(column):
        return False  # a quantity, but for what stands in its way
    if column.kind == "text":
        return column.words < 1.5 or called_id(column)  # noqa: PLR2004 - a code is one word
    return called_id(column) or column.highest - column.lowest + 1 == column.rows


def groups(columns: Sequence[Measured], label: str | None) -> list[Measured]:
    """Return columns whose values may stand for a patient, a machine, a customer with several rows."""
    least_groups, least_rows = _GROUPS
    return [
        column
        for column in columns
        if column.name != label
        and column.different >= least_groups
        and column.present >= least_rows * column.different
        and called_id(column)
    ]


def called_id(column: Measured) -> bool:
    """Whether a word of the column's name says so."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", f"{column.column.original} {column.name}").lower()
    return bool(_ID_WORDS & set(re.split(r"[^a-z]+", words)))


def is_code(column: Measured) -> bool:
    """Whether it is called an id but has many rows of each value: a shop's number, not a customer's."""
    return called_id(column) and column.whole and column.present >= _ROWS_OF_CODE * column.different
