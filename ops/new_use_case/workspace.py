"""DuckDB over the files of one run, in a folder that goes afterwards."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from ops.console import shown
from ops.new_use_case.errors import DataError

_KIND = re.compile(r"^([A-Z][A-Za-z-]+ )+Error: ")
_NO_REASON = ("CSV Error on Line", "Original Line", "Possible", "* ", "LINE ")
_TOGETHER = 500  # columns
_PER_QUERY = 60  # expressions; the time that DuckDB plans grows with their square, and files are read by columns


class Workspace:
    """A connection and a folder for what does not fit into memory."""

    def __init__(self, scratch: Path, source: Path) -> None:
        self.scratch, self.source = scratch, source
        self._connection = duckdb.connect(config={"temp_directory": str(scratch / "spill")})
        # It makes a join of each list of words, of which wide tables have thousands in one statement.
        self._connection.execute("SET disabled_optimizers = 'in_clause'")
        self._connection.execute("SET TimeZone = 'UTC'")

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()

    def run(self, sql: str, *values: Any) -> "duckdb.DuckDBPyConnection":
        """Run a statement; DataError names the file if DuckDB cannot read it."""
        try:
            return self._connection.execute(sql, list(values))
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException):
            raise  # of a statement that is wrong itself
        except duckdb.Error as error:
            said = reason(str(error)).removesuffix(".")
            raise DataError(f"{shown(self.source)}: cannot be read: {said}. Write the file again.") from error

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        found = self.run(sql, *values)
        try:
            return found.fetchall()
        except RuntimeError as error:  # what DuckDB raises here
            raise KeyboardInterrupt from error

    def figures(self, view: str, wanted: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
        """Return the value of each aggregate over a view, by column and name, in as few passes as can be.

        Args:
            view: a view or table.
            wanted: column -> name of the figure -> SQL.
        """
        keys = [(column, figure) for column, figures in wanted.items() for figure in figures]
        found: dict[str, dict[str, Any]] = {column: {} for column in wanted}
        for start in range(0, len(keys), _PER_QUERY):
            part = keys[start : start + _PER_QUERY]
            selected = ", ".join(wanted[column][figure] for column, figure in part)
            [row] = self.rows(f"SELECT {selected} FROM {name(view)}")  # noqa: S608 - quoted
            for (column, figure), value in zip(part, row, strict=True):
                found[column][figure] = value
        return found

    def by_column(self, view: str, columns: Sequence[str], wanted: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """Return aggregates of columns of one type, by column and name; a thousand columns take one statement or few.

        Args:
            view: a view or table.
            columns: numbers, texts or times.
            wanted: name of the figure -> SQL of an aggregate over `v`.
        """
        found: dict[str, dict[str, Any]] = {column: {} for column in columns}
        for start in range(0, len(columns), _TOGETHER):
            part = columns[start : start + _TOGETHER]
            # A row per value: distinct values of many columns side by side take DuckDB the square of their number.
            values = f"SELECT unnest(range({len(part)})) AS place, unnest([{', '.join(map(name, part))}]) AS v"
            figures = ", ".join(wanted.values())
            for place, *row in self.rows(f"SELECT place, {figures} FROM ({values} FROM {name(view)}) GROUP BY place"):  # noqa: S608 - quoted
                found[part[place]] = dict(zip(wanted, row, strict=True))
        return found


@contextmanager
def opened(scratch: Path, source: Path) -> Iterator[Workspace]:
    """Give a workspace, closed afterwards."""
    workspace = Workspace(scratch, source)
    try:
        yield workspace
    finally:
        workspace.close()


def reason(message: str) -> str:
    """Return the line of DuckDB's message that says why, without the kind of error and the lines that repeat the input.

    >>> reason("Invalid Input Error: CSV Error on Line: 4\\nOriginal Line: a,b\\nValue with unterminated quote found.")
    'Value with unterminated quote found.'
    >>> reason("IO Error: No magic bytes found at end of file")
    'No magic bytes found at end of file'
    """
    lines = [_KIND.sub("", line).strip() for line in message.splitlines()]
    return next((line for line in lines if line and not line.startswith(_NO_REASON)), lines[0] if lines else "")


def name(text: str) -> str:
    """Return a name as SQL quotes it."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as SQL quotes it."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Sequence[str]) -> str:
    """Return a list of texts as SQL writes it, without brackets."""
    return ", ".join(map(literal, texts))
