"""What runs the preparation: DuckDB on one machine, Spark on many. Both run the same Ibis expressions as SQL."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..folders import Folders
from .base import Engine

__all__ = ["Engine", "opened", "reads_addresses"]
_SPARK = ("spark", "glue")


def reads_addresses(name: str) -> bool:
    """Whether an engine reads what lies elsewhere, such as in S3, by itself."""
    return name in _SPARK


@contextmanager
def opened(name: str, folders: Folders) -> Iterator[Engine]:
    """Give the engine of `prepare.engine`; what it keeps on disk goes afterwards."""
    folders.base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folders.base, prefix="scratch-") as scratch:
        # Only the wanted one is imported: SageMaker's images have one of them each.
        if reads_addresses(name):
            from .spark_engine import SparkEngine

            # A path without a scheme is one of the cluster's default file system: HDFS there, the disk on a laptop.
            spark = SparkEngine(folders.scratch or scratch)
            try:
                yield spark
            finally:
                spark.close()
        else:
            from .duckdb_engine import DuckDBEngine

            yield DuckDBEngine(Path(scratch))
