"""Numbers that may stand for a missing value, such as -999: told, never decided."""

from collections.abc import Sequence
from dataclasses import replace

from ops.new_use_case.measuring import TABLE, Measured
from ops.new_use_case.wording import many
from ops.new_use_case.workspace import Workspace, name

_NINES = tuple(int("9" * digits) for digits in range(1, 8))
SENTINELS = frozenset({-1, *_NINES, *(-one for one in _NINES)})
_LEAST_ROWS = 2
_FEW = 20  # different values: then -1 or 9 is rather one of a scale


def told(workspace: Workspace, columns: Sequence[Measured]) -> list[Measured]:
    """Return the columns of the view `observations`, with a note where the least or the largest number is such a mark.

    It is told if it stands in two rows or more and is either the only negative number, or farther from the next than
    all others are from each other.
    """
    suspected = {
        column.name: (column, mark)
        for column in columns
        if column.kind == "number" and column.different > _FEW
        for mark in (column.highest, column.lowest)
        if mark in SENTINELS
    }
    wanted = {one: _figures(name(one), mark) for one, (_, mark) in suspected.items()}
    notes = {one: _note(suspected[one][1], **found) for one, found in workspace.figures(TABLE, wanted).items()}
    return [_noted(column, notes.get(column.name)) for column in columns]


def _figures(value: str, mark: float) -> dict[str, str]:
    return {
        "rows": f"count(*) FILTER ({value} = {mark})",
        "lowest": f"min({value}) FILTER ({value} <> {mark})",
        "highest": f"max({value}) FILTER ({value} <> {mark})",
    }


def _note(mark: float, rows: int, lowest: float, highest: float) -> str | None:
    only_negative = mark < 0 <= lowest
    far = max(lowest - mark, mark - highest) > highest - lowest
    if rows < _LEAST_ROWS or not (only_negative or far):
        return None
    return (
        f"{many(rows, 'row', 'have')} {mark:g}, the others are from {lowest:g} to {highest:g}: if it stands for a "
        f"missing value, --missing {mark:g}"
    )


def _noted(column: Measured, note: str | None) -> Measured:
    if note is None:
        return column
    notes = "; ".join(filter(None, (column.column.note, note)))
    return replace(column, column=replace(column.column, note=notes))
