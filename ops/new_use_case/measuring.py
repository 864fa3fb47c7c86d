"""Figures of the typed columns: what decides which of them are features."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ops.new_use_case.column import Column
from ops.new_use_case.workspace import Workspace, name

TABLE = "observations"
_NEARLY_ALL = 0.9  # of the rows; an approximate count errs by less
_EXACT_ROWS = 2_000_000  # above, different values are counted approximately: exact counts of many need much memory


@dataclass(frozen=True)
class Measured:
    """A typed column and its figures over all rows.

    Attributes:
        column: the column.
        rows: of the table.
        missing: rows without a value.
        different: different values, missing not counted.
        whole: whether it is a number and all values are whole.
        lowest, highest: of a number or time.
        words: mean number of words of a text.
    """

    column: Column
    rows: int
    missing: int
    different: int
    whole: bool
    lowest: Any
    highest: Any
    words: float

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def kind(self) -> str:
        """number, text or time."""
        return self.column.kind

    @property
    def present(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def unique(self) -> bool:
        """Whether every row has a value and no two the same."""
        return self.missing == 0 and self.different == self.rows


def measure(workspace: Workspace, columns: Sequence[Column]) -> list[Measured]:
    """Return the figures of the columns of the view `observations`."""
    [(rows,)] = workspace.rows(f"SELECT count(*) FROM {TABLE}")  # noqa: S608 - a constant
    figures: dict[str, dict[str, Any]] = {}
    for kind in ("number", "text", "time"):
        listed = [column.name for column in columns if column.kind == kind]
        figures |= workspace.by_column(TABLE, listed, _wanted(kind, rows))
    for column, found in figures.items():
        # Nearly as many values as rows: whether it tells rows apart is not a matter of approximation.
        if rows > _EXACT_ROWS and not found["missing"] and found["different"] > _NEARLY_ALL * rows:
            [(found["different"],)] = workspace.rows(f"SELECT count(DISTINCT {name(column)}) FROM {TABLE}")  # noqa: S608 - quoted
    return [Measured(column=column, rows=rows, **_plain(column, figures[column.name])) for column in columns]


def _wanted(kind: str, rows: int) -> dict[str, str]:
    different = "count(DISTINCT v)" if rows <= _EXACT_ROWS else "approx_count_distinct(v)"
    wanted = {"missing": "count(*) - count(v)", "different": different}
    if kind == "number":
        wanted["whole"] = "bool_and(v = floor(v) AND abs(v) < 2**53)"
    if kind == "text":
        return {**wanted, "words": "avg(length(v) - length(replace(v, ' ', '')) + 1)"}
    return {**wanted, "lowest": "min(v)", "highest": "max(v)"}


def _plain(column: Column, figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "missing": figures["missing"],
        "different": figures["different"],
        "whole": bool(figures.get("whole")),
        "lowest": figures.get("lowest"),
        "highest": figures.get("highest"),
        "words": float(figures.get("words") or 0),
    }
