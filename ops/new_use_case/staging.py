"""The file as a view `source` of DuckDB: columns by usable names, CSV as text, `@row` its number.

A text has no blanks around it, and is missing where it stands for nothing in any column (csv_text.MISSING) or is one of
the marks that a person names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ops.console import shown
from ops.new_use_case import marks, swallowed
from ops.new_use_case.dialect import dialect, in_quotes
from ops.new_use_case.encoding import as_utf8
from ops.new_use_case.errors import DataError
from ops.new_use_case.forms import trimmed
from ops.new_use_case.names import identifiers
from ops.new_use_case.source_file import kind_of
from ops.new_use_case.workspace import Workspace, literal, name, reason

ROW = "@row"  # from 1, below the names
_SHOWN = 3  # wrong lines in a message
_LONGEST_WORD = 30


class Marks(NamedTuple):
    """Marks that stand for a missing value: all of them, and those that an earlier file had."""

    all: tuple[str, ...]
    known: tuple[str, ...]


@dataclass(frozen=True)
class SourceColumn:
    """A column of the file.

    Attributes:
        name: by which the use case calls it.
        original: as it stands in the file.
        type: DuckDB's type, VARCHAR for all columns of a CSV file and for enumerations.
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


def stage(workspace: Workspace, encoding: str | None, missing: Sequence[str] = (), known: Sequence[str] = ()) -> Source:
    """Make the view `source` of the workspace's file.

    Args:
        workspace: with the file.
        encoding: of a CSV file; None: found out.
        missing: marks that stand for a missing value, besides those of csv_text.
        known: more of them, which an earlier file had.

    Raises:
        DataError: it is no file that can be read, has no rows, or lines that do not fit its names.
    """
    path = workspace.source
    every = Marks((*known, *missing), tuple(known))
    source = _parquet(workspace, path, every) if kind_of(path) == "parquet" else _csv(workspace, path, encoding, every)
    if not workspace.rows("SELECT 1 FROM source LIMIT 1"):
        raise DataError(f"{shown(path)}: has names of columns but no rows. Write the rows below them.")
    return source


def _csv(workspace: Workspace, path: Path, encoding: str | None, missing: Marks) -> Source:
    utf8, read = as_utf8(path, workspace.scratch, encoding)
    layout = dialect(path, utf8)
    used = identifiers(layout.names)
    staged = workspace.scratch / "staged.parquet"
    types = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in used)
    texts = ", ".join(f"{trimmed(name(column))} AS {name(column)}" for column in used)
    workspace.run(
        f"COPY (SELECT {texts}, row_number() OVER () AS {name(ROW)} FROM read_csv({literal(str(utf8))}, "  # noqa: S608 - quoted
        f"columns = {{{types}}}, auto_detect = false, header = true, skip = {layout.skip}, "
        f"delim = {literal(layout.separator)}, quote = {literal(layout.quote)}, escape = {literal(layout.quote)}, "
        f"max_line_size = 4000000, store_rejects = true)) TO {literal(str(staged))} (FORMAT parquet)"
    )
    _require_all_lines(workspace, path, len(used))
    workspace.run(f"CREATE VIEW file AS FROM read_parquet({literal(str(staged))})")
    swallowed.require_none(workspace, path, "file", used, ROW, layout.separator)
    notes = [] if read in ("utf-8", "utf-8-sig") or encoding is not None else [_of_encoding(utf8, read)]
    notes += _source(workspace, {column: (column, "VARCHAR") for column in used}, missing, as_it_is=not missing.all)
    columns = tuple(SourceColumn(*both, "VARCHAR") for both in zip(used, _originals(list(layout.names)), strict=True))
    return Source(columns, layout.separator, tuple(notes))


def _source(
    workspace: Workspace, columns: dict[str, tuple[str, str]], missing: Marks, as_it_is: bool = False
) -> list[str]:
    """Make the view `source` of the view `file`, and return what became of marks.

    Args:
        workspace: with the view.
        columns: name -> name in `file`, type.
        missing: marks.
        as_it_is: whether its texts are such as they shall be.
    """
    if as_it_is:
        workspace.run("CREATE VIEW source AS FROM file")
        return []
    values = [f"{marks.without(own, type_, missing.all)} AS {name(one)}" for one, (own, type_) in columns.items()]
    workspace.run(f"CREATE VIEW source AS SELECT {', '.join(values)}, {name(ROW)} FROM file")  # noqa: S608 - quoted
    return marks.counted(workspace, [own for own, _ in columns.values()], missing.all, missing.known)


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
        f"{shown(path)}: {lines}{more}; there are {width} names, and every line has as many fields. Correct the lines: "
        'quote a field that holds the separator or a line break, write a quote inside quotes twice (""), and remove '
        "titles, comments and totals."
    )


def _reason(kind: str, message: str) -> str:
    known = {
        "MISSING COLUMNS": "too few fields",
        "TOO MANY COLUMNS": "too many fields",
        "UNQUOTED VALUE": "a quote that does not end, or text after it",
        "LINE SIZE OVER MAXIMUM": "longer than 4,000,000 characters; does a quote not end?",
        "INVALID ENCODING": "no UTF-8",
    }
    return known.get(str(kind)) or reason(message)


def _first_line(text: str | None) -> str:
    return text.splitlines()[0] if text else ""


def _parquet(workspace: Workspace, path: Path, missing: Marks) -> Source:
    workspace.run(
        "CREATE VIEW file AS SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS "  # noqa: S608 - quoted
        f"{name(ROW)} FROM read_parquet({literal(str(path))}, file_row_number = true)"
    )
    described = workspace.rows("DESCRIBE file")[:-1]
    # DuckDB numbers names that stand twice; which they were is of no use to anybody.
    used = identifiers([row[0] for row in described])
    columns = {one: (row[0], row[1]) for one, row in zip(used, described, strict=True)}
    notes = _source(workspace, columns, missing)
    return Source(
        tuple(
            SourceColumn(one, own, "VARCHAR" if marks.is_text(type_) else type_)
            for one, (own, type_) in columns.items()
        ),
        None,
        tuple(notes),
    )


def _of_encoding(utf8: Path, read: str) -> str:
    with utf8.open(encoding="utf-8") as lines:
        found = next((word for line in lines for word in re.findall(r"\w+", line) if not word.isascii()), None)
    example = (
        f", with words such as {found[:_LONGEST_WORD]!r}; if they look wrong, name its --encoding" if found else ""
    )
    return f"The text was read as {read}{example}."


def _originals(names: list[str]) -> list[str]:
    return [one or f"(column {place + 1}, without a name)" for place, one in enumerate(names)]
