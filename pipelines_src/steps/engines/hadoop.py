"""Files of the file systems that Spark knows: HDFS, S3, the disk; asked through Spark, so that no library is needed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from ..errors import StepError
from ..folders import Place
from . import parquet

_NANOS = "TIMESTAMP(NANOS"


class Files:
    """What the engine does with files besides reading and writing tables.

    Args:
        session: whose configuration says how file systems are reached.
    """

    def __init__(self, session: SparkSession) -> None:
        # Spark has no other way to its file systems from Python.
        self._java: Any = session._jvm
        self._configuration: Any = session._jsc.hadoopConfiguration()

    def parts(self, address: str) -> list[str]:
        """Return the addresses of the files of a table, in order: of the file itself, or of all below a folder.

        Raises:
            StepError: there is none, or Spark did not end writing the table.
        """
        path, system = self._at(address)
        try:
            found = list(system.globStatus(path) or ())
            files = sorted(self._below(system, found, address))
        except Py4JJavaError as error:
            raise StepError(f"{address}: cannot be read: {reason(error)}.") from error
        if not found:
            raise StepError(f"{address}: there is no such file. Upload it under this name.")
        if not files:
            raise StepError(f"{address}: the folder holds no file. Upload the parts of the table into it.")
        return files

    def bring(self, address: str, path: Path) -> None:
        """Copy a file to this machine."""
        source, system = self._at(address)
        # As a raw file, without a checksum beside it.
        system.copyToLocalFile(False, source, self._path(str(path.absolute())), True)

    def nanosecond_columns(self, address: str) -> set[str]:
        """Return the columns of a Parquet file that hold times in nanoseconds, as pandas writes them.

        Spark 3.5 refuses these, or reads them as integers, so that it has to be told which they are.
        """
        parquet, path = self._java.org.apache.parquet.hadoop, self._path(address)
        reader = parquet.ParquetFileReader.open(parquet.util.HadoopInputFile.fromPath(path, self._configuration))
        try:
            fields = reader.getFileMetaData().getSchema().getFields()
            return {field.getName() for field in fields if str(field.getLogicalTypeAnnotation()).startswith(_NANOS)}
        finally:
            reader.close()

    def holds_files(self, address: str) -> bool:
        """Whether a file lies at an address or anywhere below."""
        path, system = self._at(address)
        return bool(system.exists(path)) and bool(system.listFiles(path, True).hasNext())

    def remove(self, address: str) -> None:
        """Remove a file, or a folder with all that is in it, if it is there."""
        path, system = self._at(address)
        system.delete(path, True)

    def _below(self, system: Any, statuses: Sequence[Any], table: str) -> list[str]:
        files = []
        for status in statuses:
            if not parquet.is_of_table(status.getPath().getName(), table):
                continue
            if status.isDirectory():
                files += self._below(system, list(system.listStatus(status.getPath())), table)
            else:
                files.append(status.getPath().toString())
        return files

    def _at(self, address: str) -> tuple[Any, Any]:
        path = self._path(address)
        return path, path.getFileSystem(self._configuration)

    def _path(self, address: str) -> Any:
        return self._java.org.apache.hadoop.fs.Path(address)


def reason(error: Exception) -> str:
    """Return what Spark says of an error, without the places in its code."""
    text = str(error.java_exception) if isinstance(error, Py4JJavaError) else str(error)
    return text.partition("\n")[0]


def address(place: Place) -> str:
    """Return a place as Spark reads it, whatever its default file system is."""
    return place.absolute().as_uri() if isinstance(place, Path) else place
