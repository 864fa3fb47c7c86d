"""The file as a view `source` of DuckDB: columns by usable names, CSV as text, `@row` its number."""

from dataclasses import dataclass
from pathlib import Path

from ops.console import shown
from ops.new_use_case.dialect import dialect, in_quotes
from ops.new_use_case.encoding import as_utf8
from ops.new_use_case.errors import DataError
from ops.new_use_case.names import identifiers
from ops.new_use_case.source_file import kind_of
from ops.new_use_case.workspace import Workspace, literal, name

ROW = "@row"  # from 1, below the names
_SHOWN = 3  # wrong lines in a message


@dataclass(frozen=True)
class SourceColumn:
    """A column of the file.

    Attributes:
        name: by which the use case calls it.
        original: as it stands in the file.
        type: DuckDB's type, VARCHAR for all columns of a CSV file.
    """

    name: str
    original: str
    type: str


@dataclass(frozen=True)
class Source:
    """What the view `source` holds.

    Attributes:
        columns: in the file's order.
        separator: of a CSV file; None for Parquet.
        notes: what a person should know of how it was read.
    """

    columns: tuple[SourceColumn, ...]
    separator: str | None
    notes: tuple[str, ...]


def stage(workspace: Workspace, encoding: str | None) -> Source:
    """Make the view `source` of the workspace's file.

    Raises:
        DataError: it is no file that can be read, has no rows, or lines that do not fit its names.
    """
    path = workspace.source
    source = _parquet(workspace, path) if kind_of(path) == "parquet" else _csv(workspace, path, encoding)
    if not workspace.rows("SELECT 1 FROM source LIMIT 1"):
        raise DataError(f"{shown(path)}: has names of columns but no rows. Write the rows below them.")
    return source


def _csv(workspace: Workspace, path: Path, encoding: str | None) -> Source:
    utf8, read = as_utf8(path, workspace.scratch, encoding)
    layout = dialect(path, utf8)
    used = identifiers(layout.names)
    staged = workspace.scratch / "staged.parquet"
    types = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in used)
    workspace.run(
        f"COPY (SELECT *, row_number() OVER () AS {name(ROW)} FROM read_csv({literal(str(utf8))}, "  # noqa: S608 - quoted
        f"columns = {{{types}}}, auto_detect = false, header = true, skip = {layout.skip}, "
        f"delim = {literal(layout.separator)}, quote = {literal(layout.quote)}, escape = {literal(layout.quote)}, "
        f"max_line_size = 4000000, store_rejects = true)) TO {literal(str(staged))} (FORMAT parquet)"
    )
    _require_all_lines(workspace, path, len(used))
    workspace.run(f"CREATE VIEW source AS FROM read_parquet({literal(str(staged))})")
    columns = tuple(SourceColumn(*both, "VARCHAR") for both in zip(used, _originals(list(layout.names)), strict=True))
    notes = [] if read in ("utf-8", "utf-8-sig") else [f"The text was read as {read}."]
    return Source(columns, layout.separator, tuple(notes))


def _require_all_lines(workspace: Workspace, path: Path, width: int) -> None:
    found = workspace.rows(
        "SELECT line, any_value(error_type), any_value(csv_line), any_value(error_message) FROM reject_errors "
        "GROUP BY line ORDER BY line"
    )
    if not found:
        return
    lines = "; ".join(
        f"line {line}: {_reason(kind, message)}: {in_quotes(_first_line(text))}"
        for line, kind, text, message in found[:_SHOWN]
    )
    more = f" (and {len(found) - _SHOWN} more lines)" if len(found) > _SHOWN else ""
    raise DataError(
        f"{shown(path)}: {lines}{more}; the names are {width}, and every line has as many fields. Correct the lines: "
        "quote "
        'a field that holds the separator or a line break, write a quote inside quotes twice (""), and remove titles, '
        "comments and totals."
    )


def _reason(kind: str, message: str) -> str:
    known = {
        "MISSING COLUMNS": "too few fields",
        "TOO MANY COLUMNS": "too many fields",
        "UNQUOTED VALUE": "a quote that does not end, or text after it",
        "LINE SIZE OVER MAXIMUM": "longer than 4,000,000 characters; does a quote not end?",
        "INVALID ENCODING": "no UTF-8",
    }
    return known.get(str(kind), str(message).splitlines()[0])


def _first_line(text: str | None) -> str:
    return text.splitlines()[0] if text else ""


def _parquet(workspace: Workspace, path: Path) -> Source:
    workspace.run(
        "CREATE VIEW file AS SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS "  # noqa: S608 - quoted
        f"{name(ROW)} FROM read_parquet({literal(str(path))}, file_row_number = true)"
    )
    described = workspace.rows("DESCRIBE file")[:-1]
    # DuckDB numbers names that stand twice; which they were is of no use to anybody.
    used = identifiers([row[0] for row in described])
    columns = tuple(SourceColumn(one, row[0], row[1]) for one, row in zip(used, described, strict=True))
    renamed = ", ".join(f"{name(column.original)} AS {name(column.name)}" for column in columns)
    workspace.run(f"CREATE VIEW source AS SELECT {renamed}, {name(ROW)} FROM file")  # noqa: S608 - quoted
    return Source(columns, None, ())


def _originals(names: list[str]) -> list[str]:
    return [one or f"(column {place + 1}, without a name)" for place, one in enumerate(names)]
