"""Spark 3.5: for data larger than one machine, and for AWS Glue."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends.sql.compilers import DatabricksCompiler
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from sqlglot import expressions as sg

from .. import files
from ..errors import StepError
from . import parquet
from .sql import Rewrite, compiled


class _Compiler(DatabricksCompiler):  # type: ignore[misc] # Ibis has no types
    """Ibis knows Spark's SQL as that of Databricks; its own `pyspark` needs a session to be made before it compiles."""

    __slots__ = ()

    def visit_TimestampFromYMDHMS(  # noqa: N802 - the name is Ibis'
        self, op: Any, *, year: Any, month: Any, day: Any, hours: Any, minutes: Any, seconds: Any
    ) -> Any:
        return self.f.anon.make_timestamp(year, month, day, hours, minutes, seconds)


def _call(name: str) -> Rewrite:
    return lambda arguments: sg.Anonymous(this=name, expressions=list(arguments))


_FUNCTIONS: dict[str, Rewrite] = {"local_time": _call("from_utc_timestamp"), "row_hash": _call("xxhash64")}
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",  # times have no zone
    "spark.sql.ansi.enabled": "false",  # what cannot be cast is missing, as everywhere
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}


class SparkEngine:
    """An engine whose tables are temporary views.

    Args:
        scratch: a folder, or an address that every worker reaches, for what is kept.
        session: the session to use; else one with the settings of the place it runs in.
    """

    def __init__(self, scratch: Path | str, session: SparkSession | None = None) -> None:
        self._scratch = str(scratch)
        self._session = session or SparkSession.builder.appName("prepare").getOrCreate()
        for name, value in _SETTINGS.items():
            self._session.conf.set(name, value)

    def close(self) -> None:
        """End the session."""
        self._session.stop()

    def read(self, name: str, path: Path, columns: Sequence[str]) -> ir.Table:
        """Register a view; see `Engine.read`."""
        found = [str(file) for file in parquet.files_of(path, columns)]
        return self._registered(name, self._session.read.parquet(*found).select(*columns))

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Write the table to the scratch place and register what was written."""
        address = f"{self._scratch}/{name}"
        self._run(table).write.mode("overwrite").parquet(address)
        return self._registered(name, self._session.read.parquet(address))

    def lookup(self, name: str, codes: Mapping[str, float]) -> ir.Table:
        """Register a small table; see `Engine.lookup`."""
        rows = [(level, float(code)) for level, code in codes.items()]
        return self._registered(name, self._session.createDataFrame(rows, "level string, code double"))

    def fetch(self, table: ir.Table) -> list[dict[str, Any]]:
        """Return the rows; see `Engine.fetch`."""
        return [row.asDict() for row in self._run(table).collect()]

    def write_parquet(self, table: ir.Table, path: Path) -> None:
        """Write one file; see `Engine.write_parquet`."""
        self._one(path, self._run(table).coalesce(1).write.parquet)

    def write_csv(self, table: ir.Table, path: Path) -> None:
        """Write one file; see `Engine.write_csv`."""
        self._one(path, lambda folder: self._run(table).coalesce(1).write.csv(folder, header=False, emptyValue=""))

    def _one(self, path: Path, write: Any) -> None:
        with files.replacing(path) as beside:
            folder = beside.with_name(f"{beside.name}.parts")
            try:
                write(str(folder))
                [part] = folder.glob("part-*")
                part.replace(beside)
            finally:
                files.remove_folder(folder)

    def _registered(self, name: str, frame: DataFrame) -> ir.Table:
        frame.createOrReplaceTempView(name)
        parse = DatabricksCompiler.type_mapper.from_string
        return ibis.table({field.name: _plain(parse(field.dataType.simpleString())) for field in frame.schema}, name)

    def _run(self, table: ir.Table) -> DataFrame:
        sql = compiled(table, _Compiler(), "spark", _FUNCTIONS)
        try:
            return self._session.sql(sql)
        except PySparkException as error:
            raise StepError(f"Spark refuses what the transformations make of the data: {error}") from error


def _plain(kind: Any) -> Any:
    # Spark's timestamps are moments; the session's zone is UTC, so they read as local times without a zone.
    return ibis.dtype("timestamp(6)") if kind.is_timestamp() else kind
