"""Numbers that no model takes: infinite ones, and those that float32 does not hold. They are missing, and told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ops.new_use_case import forms
from ops.new_use_case.column import Column
from ops.new_use_case.evidence import Found
from ops.new_use_case.staging import ROW, Source
from ops.new_use_case.workspace import Workspace, name

_REAL = ("FLOAT", "DOUBLE", "DECIMAL", "HUGEINT", "UHUGEINT")  # the types that can hold such a number


def told(workspace: Workspace, source: Source, columns: Sequence[Column], counted: Mapping[str, Found]) -> list[Column]:
    """Return the columns, those of numbers with a note of how many values are missing for their size.

    Args:
        workspace: with the view `source`.
        source: what it holds.
        columns: those of the view.
        counted: of those that are text in the file, what evidence found.
    """
    numbers = {column.name for column in columns if column.kind == "number"}
    large = {column: found["large"] for column, found in counted.items() if column in numbers}
    real = [one.name for one in source.columns if one.name in numbers and one.type.partition("(")[0] in _REAL]
    figures = workspace.figures("source", {one: {"large": f"count(*) FILTER ({_is_large(one)})"} for one in real})
    large |= {column: found["large"] for column, found in figures.items()}
    return [_with_note(workspace, column, large.get(column.name, 0)) for column in columns]


def _is_large(column: str) -> str:
    value = f"{name(column)}::DOUBLE"
    return f"NOT isnan({value}) AND abs({value}) > {forms.LARGEST}"


def _with_note(workspace: Workspace, column: Column, rows: int) -> Column:
    if not rows:
        return column
    text = name(column.name)
    lost = f"({column.value}) IS NULL AND {text} IS NOT NULL AND {text}::VARCHAR NOT IN ('nan', 'NaN')"
    [(value, row)] = workspace.rows(
        f"SELECT {text}::VARCHAR, {name(ROW)} FROM source WHERE {lost} AND NOT {forms.is_beside(f'{text}::VARCHAR')} "  # noqa: S608 - quoted
        f"ORDER BY 2 LIMIT 1"
    )
    values = f"{value!r} in row {row} is" if rows == 1 else f"{rows} values, such as {value!r} in row {row}, are"
    note = f"{values} infinite or above 3.4e38, which no model takes: read as missing"
    return replace(column, note="; ".join(filter(None, (column.note, note))))
