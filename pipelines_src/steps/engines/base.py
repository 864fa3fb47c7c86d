"""What the preparation asks of an engine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import ibis.expr.types as ir

from ..folders import Place

if TYPE_CHECKING:
    from numpy.typing import NDArray


class LineReader(Protocol):
    """Makes rows of a line of text. Workers of a cluster get copies of it."""

    @property
    def columns(self) -> Mapping[str, str]:
        """The rows' columns: name -> `string`, `int64` or `float64`."""

    def __call__(self, file: str, line: str) -> Iterable[tuple[Any, ...]]:
        """Return the rows of a line, without its end; `file` is the path or address of its file."""


class Engine(Protocol):
    """Runs expressions over tables that it has registered by name; none but `fetch` brings rows to this process."""

    def read(self, name: str, path: Place, columns: Sequence[str]) -> ir.Table:
        """Register some columns of a Parquet file, or of a folder of parts, and return the table.

        Raises:
            StepError: it is missing, is not Parquet, or lacks a column.
        """

    def rows(self, path: Place) -> int:
        """Return how many rows a Parquet file, or a folder of parts, has; StepError as `read`."""

    def lines(self, name: str, path: Place, read: LineReader) -> ir.Table:
        """Register what is read of every line of the text files below a folder, on disk; no file is no row.

        Files whose names begin with `.` or `_` are left alone. What is no UTF-8 is read all the same, with marks in its
        place.
        """

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Compute a table once, on disk, for several readers."""

    def lookup(self, name: str, codes: Mapping[str, float]) -> ir.Table:
        """Register a small table of levels and their codes: columns `level` and `code`."""

    def fetch(self, table: ir.Table) -> list[dict[str, Any]]:
        """Return the rows of a small table."""

    def stream(self, table: ir.Table) -> "Iterator[dict[str, NDArray[Any]]]":
        """Yield the columns of a table of any size in its order, some thousand rows at a time; numbers, none missing.

        Nothing else may be asked of the engine before the last part is read.
        """

    def write_parquet(self, table: ir.Table, path: Path) -> None:
        """Write one Parquet file; nobody sees half of it."""

    def write_csv(self, table: ir.Table, path: Path) -> None:
        """Write one CSV file without a header; a missing value is an empty field."""
