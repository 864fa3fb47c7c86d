"""DuckDB in this process: streaming, within a share of the machine's memory, spilling to disk beyond it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.backends.sql.compilers import DuckDBCompiler
from sqlglot import expressions as sg

from .. import files
from ..errors import StepError
from ..folders import Place
from . import parquet, text
from .base import LineReader
from .sql import Rewrite, compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MEMORY_SHARE = 0.5  # of the machine's: Python, Arrow and the files' cache need the rest
_MOST_MEMORY_GB = "ML_LOOP_MEMORY_GB"  # a lower limit, for laptops and tests
_GB = 1024**3
_BATCH = 65_536  # rows that a stream hands over at once


def _call(name: str) -> Rewrite:
    return lambda arguments: sg.Anonymous(this=name, expressions=list(arguments))


_FUNCTIONS: dict[str, Rewrite] = {
    "local_time": lambda arguments: sg.Anonymous(
        this="timezone",
        expressions=[
            arguments[1],
            sg.Anonymous(this="timezone", expressions=[sg.Literal.string("UTC"), arguments[0]]),
        ],
    ),
    "row_hash": _call("hash"),
    "has_number": _call("isfinite"),
    # It gives a double; a sum with zero makes the negative zero the other one.
    "whole_floor": lambda arguments: sg.paren(
        sg.Add(this=_call("floor")(arguments), expression=sg.Literal.number("0.0"))
    ),
    "first_part": lambda arguments: sg.Anonymous(this="split_part", expressions=[*arguments, sg.Literal.number("1")]),
    "whole_sum": lambda arguments: sg.Sum(
        this=sg.Cast(this=sg.Div(this=arguments[0], expression=arguments[1]), to=sg.DataType.build("BIGINT"))
    ),  # of 128 bits
}


class DuckDBEngine:
    """An engine whose tables are views of Parquet files.

    Args:
        scratch: an empty folder on disk, for what is kept and for what does not fit into memory.
        threads: as many as the machine has CPUs, unless stated.
    """

    def __init__(self, scratch: Path, threads: int | None = None) -> None:
        self._scratch = scratch
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads or len(os.sched_getaffinity(0)),
            "memory_limit": f"{_memory_gb():.2f}GB",
            "temp_directory": str(scratch / "spill"),
            "preserve_insertion_order": False,  # what needs an order says so; keeping the input's would fill the memory
            "autoinstall_known_extensions": False,  # there is no network
        }
        self._connection = duckdb.connect(config=config)
        self._connection.execute("SET TimeZone = 'UTC'")

    def read(self, name: str, path: Place, columns: Sequence[str]) -> ir.Table:
        """Register a view; see `Engine.read`. What lies elsewhere has to be brought to this machine before."""
        found = parquet.files_of(_local(path), columns)
        listed = ", ".join(map(_text, map(str, found)))
        selected = ", ".join(map(_name, columns))
        source = f"read_parquet([{listed}], union_by_name = true)"
        self._run(f"CREATE VIEW {_name(name)} AS SELECT {selected} FROM {source}")  # noqa: S608 - all quoted
        return self._table(name)

    def rows(self, path: Place) -> int:
        """Count by the files' own figures; see `Engine.rows`."""
        return parquet.rows(_local(path))

    def lines(self, name: str, path: Place, read: LineReader) -> ir.Table:
        """Read one file after the other into a Parquet file; see `Engine.lines`."""
        kept = self._scratch / f"{name}.parquet"
        text.to_parquet(_local(path), read, kept)
        self._run(f"CREATE OR REPLACE VIEW {_name(name)} AS FROM read_parquet({_text(str(kept))})")
        return self._table(name)

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Write the table to the scratch folder and register what was written."""
        path = self._scratch / f"{name}.parquet"
        self.write_parquet(table, path)
        self._run(f"CREATE OR REPLACE VIEW {_name(name)} AS FROM read_parquet({_text(str(path))})")
        return self._table(name)

    def lookup(self, name: str, codes: Mapping[str, float]) -> ir.Table:
        """Register a table in memory; see `Engine.lookup`."""
        self._run(f"CREATE OR REPLACE TABLE {_name(name)} (level VARCHAR, code DOUBLE)")
        rows = f"INSERT INTO {_name(name)} SELECT unnest(?::VARCHAR[]), unnest(?::DOUBLE[])"
        self._connection.execute(rows, [list(codes), list(codes.values())])
        return self._table(name)

    def fetch(self, table: ir.Table) -> list[dict[str, Any]]:
        """Return the rows; see `Engine.fetch`."""
        result = self._run(self._sql(table))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def stream(self, table: ir.Table) -> "Iterator[dict[str, NDArray[Any]]]":
        """Read the result as it comes; see `Engine.stream`."""
        with _explained():
            for batch in self._connection.sql(self._sql(table)).to_arrow_reader(_BATCH):
                yield {name: batch.column(name).to_numpy(zero_copy_only=False) for name in batch.schema.names}

    def write_parquet(self, table: ir.Table, path: Path) -> None:
        """Write one file; see `Engine.write_parquet`."""
        self._copy(table, path, "FORMAT parquet, COMPRESSION snappy")

    def write_csv(self, table: ir.Table, path: Path) -> None:
        """Write one file; see `Engine.write_csv`."""
        self._copy(table, path, "FORMAT csv, HEADER false")

    def _copy(self, table: ir.Table, path: Path, options: str) -> None:
        with files.replacing(path) as beside:
            self._run(f"COPY ({self._sql(table)}) TO {_text(str(beside))} ({options})")

    def _sql(self, table: ir.Table) -> str:
        return compiled(table, DuckDBCompiler(), "duckdb", _FUNCTIONS)

    def _table(self, name: str) -> ir.Table:
        rows = self._run(f"DESCRIBE {_name(name)}").fetchall()
        parse = DuckDBCompiler.type_mapper.from_string
        # A column without any value has a type of its own, which nothing can be compared with.
        return ibis.table({column: parse("VARCHAR" if "NULL" in kind else kind) for column, kind, *_ in rows}, name)

    def _run(self, sql: str) -> "duckdb.DuckDBPyConnection":
        with _explained():
            return self._connection.execute(sql)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise StepError(
            f"the data does not fit into {_memory_gb():.1f} GB of memory and the free disk: {error}. Choose "
            "a larger prepare.instance, or prepare.engine spark."
        ) from error
    except duckdb.Error as error:
        raise StepError(f"DuckDB refuses what the transformations make of the data: {error}") from error


def _local(place: Place) -> Path:
    if not isinstance(place, Path):
        raise StepError(f"{place}: DuckDB reads files of its own machine. Choose prepare.engine spark or glue.")
    return place


def _memory_gb() -> float:
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GB
    return min(whole * _MEMORY_SHARE, float(os.environ.get(_MOST_MEMORY_GB, "inf")))


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
