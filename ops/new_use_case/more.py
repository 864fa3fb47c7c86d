"""New data of a use case that is there: read as its first file was, held against use_case.yaml, put in its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config import UseCase, load_use_case
from config.loading import ROOT
from ops.console import shown
from ops.new_use_case import agreement, conforming, raw_table, remarks, staging, workspace
from ops.new_use_case.beside import beside
from ops.new_use_case.column import Kind
from ops.new_use_case.conforming import Wanted
from ops.new_use_case.errors import DataError
from ops.new_use_case.measuring import TABLE
from ops.new_use_case.names import ROW_NUMBER
from ops.new_use_case.request import Dates
from ops.new_use_case.workspace import Workspace, literal, name

WHOLE = "whole"  # view: the table as it will be
_KINDS: dict[str, Kind] = {"VARCHAR": "text", "TIMESTAMP": "time", "DATE": "time", "DOUBLE": "number",
                           "FLOAT": "number", "BIGINT": "number", "INTEGER": "number"}  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """A raw table that is there now.

    Attributes:
        path: where it is.
        rows: that it has.
        new: those of the file.
        notes: what a person should know.
    """

    path: Path
    rows: int
    new: int
    notes: tuple[str, ...]


def place(
    use_case: str, data: Path, add: bool = False, encoding: str | None = None, dates: Dates | None = None,
    root: Path = ROOT,
) -> Placed:  # fmt: skip
    """Make a file the use case's raw table, or add its rows to it.

    Args:
        use_case: a folder of pipelines_src.
        data: a CSV or Parquet file with the columns that `data.raw` names.
        add: keep the rows that are there; else the file takes their place.
        encoding: of a CSV file; None: found out.
        dates: how 03/04/2024 is read; None: as the column's other values allow.
        root: of the repository.

    Raises:
        DataError: file and use case do not fit; the raw table stays as it was.
    """
    case = load_use_case(use_case, root)
    path = _place_of(case, root)
    [columns] = case.data.raw.values()
    with beside(path.parents[1], ".raw-") as scratch, workspace.opened(scratch, data) as opened:
        source = staging.stage(opened, encoding, known=case.data.marks)
        wanted = _wanted(opened, case, columns, path)
        typed = conforming.conforming(opened, source, wanted, dates)
        written = raw_table.write(opened, typed, scratch / "new")
        whole = _joined(opened, path, scratch / path.name) if add and path.exists() else written
        opened.run(f"CREATE VIEW {WHOLE} AS FROM read_parquet({literal(str(whole))})")
        notes = (
            *source.notes,
            *remarks.of_file(typed, source, wanted),
            *remarks.of_levels(opened, typed, path),
            *agreement.check(opened, case, WHOLE),
        )
        [(rows, new)] = opened.rows(f"SELECT (SELECT count(*) FROM {WHOLE}), count(*) FROM {TABLE}")  # noqa: S608 - constants
        path.parent.mkdir(exist_ok=True)
        whole.replace(path)
    return Placed(path, rows, new, tuple(notes))


def _place_of(case: UseCase, root: Path) -> Path:
    """Return the path of the raw table; DataError if a file cannot become it."""
    folder = root / "pipelines_src" / case.name
    tables = list(case.data.raw)
    if (folder / "raw_data.py").exists():
        raise DataError(
            f"{case.name}: its raw files are written by {shown(folder / 'raw_data.py')}, not taken from a file. Change "
            "what that writes, then run `python -m ops data upload`."
        )
    if len(tables) > 1:
        raise DataError(
            f"{case.name}: has {len(tables)} raw tables, {', '.join(tables)}, and a file can become one only. Put each "
            f"as <table>.parquet into {shown(folder / 'raw')}."
        )
    path = folder / "raw" / f"{tables[0]}.parquet"
    if path.is_dir():
        raise DataError(
            f"{shown(path)}: is a folder of parts, which is not touched. Remove it, or put a part into it as Parquet."
        )
    return path


def _wanted(opened: Workspace, case: UseCase, columns: Sequence[str], path: Path) -> list[Wanted]:
    """Return the columns to read: of the kinds that they have now, else of those that use_case.yaml says."""
    kinds: dict[str, Kind] = {field.name: field.type for field in case.data.record}
    if case.problem == "regression" and case.data.label is not None:
        kinds[case.data.label] = "number"
    if path.exists():
        described = opened.rows(f"DESCRIBE FROM read_parquet({literal(str(path))})")
        kinds |= {row[0]: _KINDS[row[1]] for row in described if row[1] in _KINDS}
    return [Wanted(column, kinds.get(column)) for column in columns if column != ROW_NUMBER]


def _joined(opened: Workspace, path: Path, target: Path) -> Path:
    """Write the rows of a raw table, and below them those of the file, their numbers going on."""
    old = f"read_parquet({literal(str(path))})"
    there = [row[0] for row in opened.rows(f"DESCRIBE FROM {old}")]
    selected = ", ".join(map(name, there))
    numbered = "*"
    if ROW_NUMBER in there:
        [(last,)] = opened.rows(f"SELECT coalesce(max({ROW_NUMBER}), 0) FROM {old}")  # noqa: S608 - quoted
        numbered = f"* REPLACE ({ROW_NUMBER} + {last} AS {ROW_NUMBER})"
    opened.run(
        f"COPY (SELECT {selected} FROM (FROM {old} UNION ALL BY NAME SELECT {numbered} FROM {TABLE})) "  # noqa: S608 - quoted
        f"TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {raw_table.GROUP_ROWS})"
    )
    return target
