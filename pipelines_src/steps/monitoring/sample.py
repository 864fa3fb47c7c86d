"""A sample of captured records, the same however they are shared out: those whose hashes are lowest."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..use_case import Document
from . import sql

MOST_ROWS = 2000  # of a variant
if TYPE_CHECKING:
    import duckdb


def taken(connection: "duckdb.DuckDBPyConnection", records: Path, names: Sequence[str], variant: str) -> list[Document]:
    """Return the sample of a variant: `hash`, and the `record` as a client sent it.

    Args:
        connection: to DuckDB.
        records: file of `captured.read`.
        names: of its columns.
        variant: whose.
    """
    values = ", ".join(f"v{place}::VARCHAR" for place in range(len(names)))
    rows = connection.execute(
        f"SELECT hash(event || '/' || position) AS h, {values} FROM read_parquet({sql.text(str(records))}) "  # noqa: S608
        f"WHERE bad IS NULL AND len(keys) = 0 AND variant = {sql.text(variant)} ORDER BY h LIMIT {MOST_ROWS}"
    ).fetchall()
    return [{"hash": int(row[0]), "record": _record(names, row[1:])} for row in rows]


def merged(parts: Iterable[Sequence[Document]]) -> list[Any]:
    """Return the records of one sample for several."""
    both = sorted((one for part in parts for one in part), key=lambda one: (one["hash"], json.dumps(one["record"])))
    return [one["record"] for one in both[:MOST_ROWS]]


def _record(names: Sequence[str], values: Sequence[str | None]) -> Document:
    return {name: json.loads(value) for name, value in zip(names, values, strict=True) if value is not None}
