"""Capture files as a table of records: one file of the job's disk, so that any number of them fits into its memory.

Format: "Capture data from real-time endpoint" in the SageMaker developer guide. DuckDB reads the lines, one after the
other; what is no capture, or holds no record, is counted and costs itself only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from duckdb.func import SPECIAL

from ..outcomes.reading import OWN, named
from ..use_case import Document
from . import bodies, sql

_FILES_NAMED = 10
_COUNTED = {"line": "lines", "body": "bodies", "record": "records"}
_PATHS = (
    "/captureData/endpointInput/data", "/captureData/endpointInput/encoding",
    "/captureData/endpointInput/observedContentType", "/eventMetadata/eventId", "/eventMetadata/inferenceId",
    "/eventMetadata/inferenceTime",
)  # fmt: skip
HOUR = r"([^/]+)/\d{4}/\d{2}/\d{2}/\d{2}/[^/]+$"


@dataclass(frozen=True)
class Window:
    """Which captures count.

    Attributes:
        variants: those of the endpoint; empty: whichever lie there.
        start: before this time none; None: from the first.
        end: from this time on none; None: up to the last.
    """

    variants: Sequence[str] = ()
    start: str | None = None
    end: str | None = None

    @property
    def only(self) -> str:
        """The variant of files that do not name theirs, since they are of one variant's own folder."""
        return self.variants[0] if len(self.variants) == 1 else "unknown"


@dataclass
class Bad:
    """What could not be read of one variant.

    Attributes:
        lines: that are no capture.
        bodies: of requests that are neither JSON, JSON Lines nor CSV.
        records: in a body, that are no record.
        files: those with most of them.
    """

    lines: int = 0
    bodies: int = 0
    records: int = 0
    files: list[Document] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All of them."""
        return self.lines + self.bodies + self.records

    def merge(self, other: "Bad") -> None:
        """Take another part's in."""
        self.lines += other.lines
        self.bodies += other.bodies
        self.records += other.records
        by_file: dict[str, int] = {}
        for one in [*self.files, *other.files]:
            by_file[one["file"]] = by_file.get(one["file"], 0) + one["bad"]
        worst = sorted(by_file.items(), key=lambda pair: (-pair[1], pair[0]))[:_FILES_NAMED]
        self.files = [{"file": file, "bad": count} for file, count in worst]


def connect(scratch: Path, memory_gb: float, threads: int) -> "duckdb.DuckDBPyConnection":
    """Open DuckDB within bounds; what does not fit spills into the scratch folder."""
    connection = duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": f"{memory_gb:.2f}GB",
            "temp_directory": str(scratch / "spill"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,  # there is no network
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.create_function("csv_records", bodies.csv_records, ["VARCHAR"], "VARCHAR[]", null_handling=SPECIAL)
    connection.create_function("plain_text", bodies.plain_text, ["VARCHAR"], "VARCHAR", null_handling=SPECIAL)
    return connection


def read(
    connection: "duckdb.DuckDBPyConnection", folder: Path, names: Sequence[str], window: Window, target: Path
) -> dict[str, Bad]:
    """Write the records below a folder to a Parquet file, and return what was bad, by variant.

    The file has `variant`, `event`, `position`, `keys` (those of a record that are no known name) and for each name,
    by its place, `v<place>`: the value's JSON; absent: none.

    Args:
        connection: of `connect`.
        folder: with the capture files, as SageMaker names them, from the endpoint or from one variant on.
        names: of the columns that are known, in the order of records without names.
        window: which of them count.
        target: the file.
    """
    files = sorted(str(path) for path in folder.rglob("*.jsonl") if path.is_file() and path.stat().st_size)
    listed = ", ".join(map(sql.text, files))
    source = (
        f"SELECT filename AS file, content AS line FROM ({sql.lines(listed)}) WHERE trim(content) <> ''"  # noqa: S608
        if files
        else "SELECT '' AS file, '' AS line WHERE false"
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW lines AS {source}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW captures AS {_captures(window, folder.name)}")
    copied = f"COPY ({_records(names)}) TO {sql.text(str(target))} (FORMAT parquet, COMPRESSION snappy)"
    connection.execute(copied)
    return _bad(connection, target, folder, window)


def _captures(window: Window, above: str) -> str:
    wanted = [f"NOT coalesce(starts_with(coalesce(x[5], x[4]), {sql.text(OWN)}), false)"]
    if window.variants:
        wanted.append(f"variant IN ({', '.join(map(sql.text, window.variants))})")
    at = "try_cast(x[6] AS TIMESTAMPTZ)"
    wanted += [f"coalesce({at} >= {sql.text(window.start)}::TIMESTAMPTZ, true)"] if window.start else []
    wanted += [f"coalesce({at} < {sql.text(window.end)}::TIMESTAMPTZ, true)"] if window.end else []
    paths = ", ".join(map(sql.text, _PATHS))
    return f"""
        SELECT file, variant, x[4] AS event, x[4] IS NOT NULL AND x[1] IS NOT NULL AS is_capture,
            lower(trim(split_part(coalesce(x[3], ''), ';', 1))) AS kind,
            CASE WHEN upper(x[2]) = 'BASE64' THEN plain_text(x[1]) ELSE x[1] END AS body
        FROM (
            SELECT file, {_variant(above, window)} AS variant,
                CASE WHEN json_valid(line) THEN json_extract_string(line, [{paths}]) END AS x
            FROM lines
        ) WHERE {" AND ".join(wanted)}"""  # noqa: S608 - all quoted


def _variant(above: str, window: Window) -> str:
    """Return the variant of a file in SQL: the folder above the year, unless that is the one all files are in."""
    found = f"nullif(regexp_extract(file, {sql.text(HOUR)}, 1), '')"
    return f"coalesce(nullif({found}, {sql.text(above)}), {sql.text(window.only)})"


def _records(names: Sequence[str]) -> str:
    pointers = ", ".join(sql.text(sql.pointer(name)) for name in names)
    places = ", ".join(sql.text(f"/{place}") for place in range(max(1, len(names))))
    known = f"[{', '.join(map(sql.text, names))}]::VARCHAR[]"
    columns = "".join(f", v[{place + 1}] AS v{place}" for place in range(len(names)))
    empty = "[]::JSON[]"
    return f"""
        SELECT file, variant, event, position, bad, keys{columns} FROM (
            SELECT file, variant, event, position,
                CASE WHEN NOT is_capture THEN 'line' WHEN document IS NULL THEN 'body'
                    WHEN shape = 'NULL' THEN 'record' END AS bad,
                CASE WHEN shape = 'OBJECT' THEN list_filter(json_keys(document), lambda k: NOT k IN {known})
                    WHEN shape = 'ARRAY' THEN list_transform(
                        range({len(names)}, json_array_length(document)::BIGINT), lambda i: '_c' || i)
                    WHEN shape <> 'NULL' AND {len(names)} = 0 THEN ['_c0'] END AS keys,
                CASE WHEN shape = 'OBJECT' THEN json_extract(document, [{pointers}]::VARCHAR[])
                    WHEN shape = 'ARRAY' THEN json_extract(document, [{places}]::VARCHAR[])
                    WHEN shape <> 'NULL' THEN [document] ELSE {empty} END AS v
            FROM (
                SELECT *, json_type(document) AS shape FROM (
                    SELECT file, variant, event, is_capture, unnest(documents) AS document,
                        generate_subscripts(documents, 1) - 1 AS position
                    FROM (SELECT file, variant, event, is_capture, {bodies.DOCUMENTS} AS documents FROM captures)
                )
            )
        )"""  # noqa: S608 - all quoted


def _bad(connection: "duckdb.DuckDBPyConnection", target: Path, folder: Path, window: Window) -> dict[str, Bad]:
    """Count what was bad, by variant: in the records, and lines that DuckDB left out since they are no UTF-8."""
    rows = connection.execute(
        f"SELECT variant, file, bad, count(*) FROM read_parquet({sql.text(str(target))}) "  # noqa: S608 - quoted
        "WHERE bad IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    if connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchall():
        rows += connection.execute(
            f"SELECT {_variant(folder.name, window)} AS variant, file, 'line', count(*) FROM ("  # noqa: S608
            "SELECT DISTINCT file_path AS file, line FROM reject_errors JOIN reject_scans USING (scan_id, file_id)"
            ") GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    found: dict[str, Bad] = {variant: Bad() for variant in window.variants}
    for variant, file, what, count in rows:
        if not window.variants or variant in window.variants:
            part = Bad(files=[{"file": named(file, 6), "bad": count}])
            setattr(part, _COUNTED[what], count)
            found.setdefault(variant, Bad()).merge(part)
    return found
