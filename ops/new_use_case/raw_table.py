"""The raw table that the use case reads: typed columns by usable names, as Parquet, and a number per row."""

from collections.abc import Sequence
from pathlib import Path

from ops.new_use_case.column import Column
from ops.new_use_case.measuring import TABLE
from ops.new_use_case.names import ROW_NUMBER
from ops.new_use_case.staging import ROW
from ops.new_use_case.workspace import Workspace, literal, name

FILE = f"{TABLE}.parquet"
GROUP_ROWS = 100_000
_FIRST = 2_000


def write(workspace: Workspace, columns: Sequence[Column], folder: Path) -> Path:
    """Write `observations.parquet`, streaming, and make the view `observations` of it.

    A number column whose values are all whole is stored as whole numbers, so that a label 1 is 1 and not 1.0.
    """
    folder.mkdir(parents=True)
    path = folder / FILE
    usable = [column for column in columns if column.kind != "unusable"]
    whole = _whole(workspace, [column for column in usable if column.kind == "number"])
    selected = [f"{_value(column, column.name in whole)} AS {name(column.name)}" for column in usable]
    workspace.run(
        f"COPY (SELECT {', '.join([f'{name(ROW)} AS {ROW_NUMBER}', *selected])} FROM source) TO {literal(str(path))} "  # noqa: S608 - quoted
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS})"
    )
    workspace.run(f"CREATE VIEW {TABLE} AS FROM read_parquet({literal(str(path))})")
    return path


def _whole(workspace: Workspace, numbers: Sequence[Column]) -> set[str]:
    """Return the columns of which every number is whole; the first rows tell of most others that they are not."""
    known = {column.name for column in numbers if column.whole}
    workspace.run(f"CREATE OR REPLACE TEMP VIEW first_rows AS FROM source LIMIT {_FIRST}")
    unknown = [column for column in numbers if not column.whole]
    for view, without_values in (("first_rows", "true"), ("source", "false")):
        found = workspace.figures(view, {one.name: {"whole": _is_whole(one, without_values)} for one in unknown})
        unknown = [column for column in unknown if found[column.name]["whole"]]
    return known | {column.name for column in unknown}


def _is_whole(column: Column, without_values: str) -> str:
    value = f"({column.value})::DOUBLE"
    return f"coalesce(bool_and({value} = floor({value}) AND abs({value}) < 2**53), {without_values})"


def _value(column: Column, whole: bool) -> str:
    return f"({column.value})::{'BIGINT' if whole else 'DOUBLE'}" if column.kind == "number" else column.value
