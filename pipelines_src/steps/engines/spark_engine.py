"""Spark 3.5: for data larger than one machine, and for AWS Glue."""

import shutil
import sys
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
from ibis.backends.sql.compilers import DatabricksCompiler
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from sqlglot import expressions as sg

from .. import files
from ..errors import StepError
from ..folders import Place
from . import parquet
from .base import LineReader
from .hadoop import Files, address, reason
from .sql import WHOLE, Rewrite, compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH = 65_536  # rows that a stream hands over at once
_LARGEST = sg.Literal.number(repr(sys.float_info.max))  # nan is larger to Spark


class _Compiler(DatabricksCompiler):  # type: ignore[misc] # Ibis has no types
    """Ibis knows Spark's SQL as that of Databricks; its own `pyspark` needs a session to be made before it compiles."""

    __slots__ = ()

    def visit_TimestampFromYMDHMS(  # noqa: N802 - the name is Ibis'
        self, op: Any, *, year: Any, month: Any, day: Any, hours: Any, minutes: Any, seconds: Any
    ) -> Any:
        return self.f.anon.make_timestamp(year, month, day, hours, minutes, seconds)


def _call(name: str) -> Rewrite:
    return lambda arguments: sg.Anonymous(this=name, expressions=list(arguments))


def _whole_floor(value: sg.Expression) -> sg.Expression:
    # Spark's floor gives integers, which the largest floats do not fit; those are whole.
    small = sg.LT(this=sg.Abs(this=value.copy()), expression=sg.Literal.number(repr(WHOLE)))
    floor = sg.cast(_call("floor")([value.copy()]), "DOUBLE")
    return sg.If(this=small, true=floor, false=value.copy())


_FUNCTIONS: dict[str, Rewrite] = {
    "local_time": _call("from_utc_timestamp"),
    "row_hash": _call("xxhash64"),
    "has_number": lambda arguments: sg.paren(sg.LTE(this=sg.Abs(this=arguments[0]), expression=_LARGEST.copy())),
    "whole_floor": lambda arguments: _whole_floor(arguments[0]),
    "first_part": lambda arguments: sg.Anonymous(
        this="substring_index", expressions=[*arguments, sg.Literal.number("1")]
    ),
    # Through BIGINT, since Spark makes a DECIMAL of a DOUBLE by way of its text. A sum of them has ten digits more.
    "whole_sum": lambda arguments: sg.Sum(
        this=sg.cast(sg.cast(sg.Div(this=arguments[0], expression=arguments[1]), "BIGINT"), "DECIMAL(18, 0)")
    ),
}
_SPARK_TYPES = {"string": "string", "int64": "bigint", "float64": "double"}
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",  # times have no zone
    "spark.sql.ansi.enabled": "false",  # what cannot be cast is missing, as everywhere
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.legacy.parquet.nanosAsLong": "true",  # else it refuses times as pandas writes them
}


class SparkEngine:
    """An engine whose tables are temporary views.

    Args:
        scratch: a folder that every worker reaches, for what is kept; a path is one of Spark's default file system.

    It uses the session that is there, else one with the settings of the place it runs in.
    """

    def __init__(self, scratch: Path | str) -> None:
        self._scratch = str(scratch).rstrip("/")
        self._own = SparkSession.getActiveSession() is None
        self._session = SparkSession.builder.appName("prepare").getOrCreate()
        for name, value in _SETTINGS.items():
            self._session.conf.set(name, value)
        self._files = Files(self._session)
        self._files.remove(self._scratch)  # of a run that was killed: Spark refuses to write where something lies
        self._outputs = 0

    def close(self) -> None:
        """Remove what was kept, and end the session unless it was there before."""
        self._files.remove(self._scratch)
        if self._own:
            self._session.stop()

    def read(self, name: str, path: Place, columns: Sequence[str]) -> ir.Table:
        """Register a view; see `Engine.read`."""
        found = self._files.parts(address(path))
        try:
            # Parts may lack a column that others have.
            frame = self._session.read.option("mergeSchema", "true").parquet(*found)
            nanoseconds = self._files.nanosecond_columns(found[0])
        except (PySparkException, Py4JJavaError) as error:
            raise StepError(f"{path}: is not Parquet that can be read: {reason(error)}. Write it again.") from error
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise parquet.lacks(path, missing, frame.columns)
        return self._registered(name, frame.selectExpr(*(_selected(column, nanoseconds) for column in columns)))

    def rows(self, path: Place) -> int:
        """Count, which needs the files' ends only; see `Engine.rows`."""
        found = self._files.parts(address(path))
        return int(self._ran(lambda: self._session.read.parquet(*found).count()))

    def lines(self, name: str, path: Place, read: LineReader) -> ir.Table:
        """Have the workers read the files that they get; see `Engine.lines`."""
        types = ", ".join(f"`{column}` {_SPARK_TYPES[kind]}" for column, kind in read.columns.items())
        frame = self._session.createDataFrame([], types)
        if self._files.holds_files(address(path)):
            found = self._session.read.option("recursiveFileLookup", "true").text(address(path))
            located = found.selectExpr("input_file_name() AS file", "value")
            rows = located.rdd.flatMap(lambda row: read(row.file, row.value))
            frame = self._session.createDataFrame(rows, types)
        kept = f"{self._scratch}/{name}"
        self._ran(lambda: frame.write.mode("overwrite").parquet(kept))
        return self._registered(name, self._session.read.parquet(kept))

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Write the table to the scratch place and register what was written."""
        kept = f"{self._scratch}/{name}"
        self._ran(lambda: self._run(table).write.mode("overwrite").parquet(kept))
        return self._registered(name, self._session.read.parquet(kept))

    def lookup(self, name: str, codes: Mapping[str, float]) -> ir.Table:
        """Register a small table; see `Engine.lookup`."""
        rows = [(level, float(code)) for level, code in codes.items()]
        return self._registered(name, self._session.createDataFrame(rows, "level string, code double"))

    def fetch(self, table: ir.Table) -> list[dict[str, Any]]:
        """Return the rows; see `Engine.fetch`."""
        rows: list[Any] = self._ran(lambda: self._run(table).collect())
        return [row.asDict() for row in rows]

    def stream(self, table: ir.Table) -> "Iterator[dict[str, NDArray[Any]]]":
        """Bring one partition after the other to this machine; see `Engine.stream`."""
        frame = self._run(table)
        rows = self._ran(frame.toLocalIterator)
        while part := self._ran(lambda: list(islice(rows, _BATCH))):
            columns = zip(*part, strict=True)
            yield {name: np.array(values) for name, values in zip(frame.columns, columns, strict=True)}

    def write_parquet(self, table: ir.Table, path: Path) -> None:
        """Write one file; see `Engine.write_parquet`."""
        self._one(path, self._run(table).coalesce(1).write.parquet)

    def write_csv(self, table: ir.Table, path: Path) -> None:
        """Write one file; see `Engine.write_csv`."""
        # The parts of a sorted table are in order, and without a header one after the other they are the whole.
        self._one(path, lambda folder: self._run(table).write.csv(folder, header=False, emptyValue=""))

    def _one(self, path: Path, write: Callable[[str], None]) -> None:
        """Let the workers write to the scratch place, and bring the parts to this machine as one file."""
        self._outputs += 1
        folder = f"{self._scratch}/output-{self._outputs}"
        self._ran(lambda: write(folder))
        with files.replacing(path) as beside, beside.open("wb") as whole:
            part = beside.with_name(f"{beside.name}.one")
            for found in self._files.parts(folder):
                self._files.bring(found, part)
                with part.open("rb") as content:
                    shutil.copyfileobj(content, whole)
                part.unlink()
        self._files.remove(folder)

    def _ran(self, run: Callable[[], Any]) -> Any:
        try:
            return run()
        except (PySparkException, Py4JJavaError) as error:
            raise StepError(f"Spark fails at what the transformations make of the data: {reason(error)}") from error

    def _registered(self, name: str, frame: DataFrame) -> ir.Table:
        frame.createOrReplaceTempView(name)
        parse = DatabricksCompiler.type_mapper.from_string
        return ibis.table({field.name: _plain(parse(field.dataType.simpleString())) for field in frame.schema}, name)

    def _run(self, table: ir.Table) -> DataFrame:
        sql = compiled(table, _Compiler(), "spark", _FUNCTIONS)
        try:
            return self._session.sql(sql)
        except PySparkException as error:
            raise StepError(f"Spark refuses what the transformations make of the data: {reason(error)}") from error


def _selected(column: str, nanoseconds: Container[str]) -> str:
    name = f"`{column}`"
    if column not in nanoseconds:
        return name
    return f"CAST(timestamp_micros(({name} - pmod({name}, 1000)) DIV 1000) AS TIMESTAMP_NTZ) AS {name}"


def _plain(kind: Any) -> Any:
    # Spark's timestamps are moments; the session's zone is UTC, so they read as local times without a zone.
    return ibis.dtype("timestamp(6)") if kind.is_timestamp() else kind
