"""Preparing the flights in DuckDB beside pandas and beside reading and writing: `python -m benchmarks.preparation`.

Each copy of the year is a file of its own in which `flight` is raised by 10,000 (real numbers end at 8,500), so that
copies are neither duplicates nor have a record_id in common.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks import measure
from pipelines_src.flight_delays import raw_data

ROOT = Path(__file__).resolve().parents[1]
SPEED, BOUND, BOUND_MANY, MEMORY_MB, MANY = 4, 1.6, 2.0, 2000, 50


def main(copies: int) -> int:
    """Print what each way used and whether the bars are kept; 1 if not. From 50 copies on pandas is left out."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        data = _copies(folder, copies)
        # The bound rewrites what DuckDB prepared; the ways alternate, since other work on the machine comes in waves.
        ways = {"duckdb": data, "bound": folder / "duckdb.parquet"} | ({} if copies >= MANY else {"pandas": data})
        rounds = [{way: _run(way, source, folder) for way, source in ways.items()} for _ in range(3)]
        used = {way: min((turn[way] for turn in rounds), key=lambda usage: usage.cpu) for way in ways}
        for way, usage in used.items():
            print(f"{way:8} {usage.cpu:7.2f} s CPU {usage.wall:7.2f} s {usage.peak_mb:6.0f} MB")
        kept = used["duckdb"].cpu <= (BOUND_MANY if copies >= MANY else BOUND) * used["bound"].cpu
        kept = kept and used["duckdb"].peak_mb <= MEMORY_MB
        print(f"CPU, of the bound: {used['duckdb'].cpu / used['bound'].cpu:.2f}")
        if "pandas" in used:
            speed = min(turn["pandas"].wall / turn["duckdb"].wall for turn in rounds)
            different = _different(folder)
            print(f"speed, of pandas: {speed:.1f}; rows that differ from pandas: {different}")
            kept = kept and speed >= SPEED and not different
        return 0 if kept else 1


def _copies(folder: Path, copies: int) -> Path:
    raw_data.write(folder / "one")
    many = folder / "many"
    (many / "flights.parquet").mkdir(parents=True)
    for table in ("weather", "planes", "airports"):
        shutil.copy(folder / "one" / f"{table}.parquet", many)
    for copy in range(copies):
        rows = f"SELECT * REPLACE (flight + {10_000 * copy} AS flight) FROM '{folder}/one/flights.parquet'"  # noqa: S608 - our own names
        duckdb.execute(f"COPY ({rows}) TO '{many}/flights.parquet/{copy:03}.parquet' (FORMAT parquet)")
    return many


def _run(way: str, source: Path, folder: Path) -> measure.Usage:
    command = [sys.executable, "-m", "benchmarks.preparation_job", way, str(source), str(folder / f"{way}.parquet")]
    return measure.run(command, ROOT, {})


def _different(folder: Path) -> int:
    """Count rows that one has and the other has not, numbers compared as double, bit for bit."""
    columns = duckdb.execute(f"DESCRIBE FROM '{folder}/duckdb.parquet'").fetchall()
    text = {"VARCHAR", "TIMESTAMP"}
    alike = ", ".join(f"{name}{'::VARCHAR' if kind in text else '::DOUBLE'} AS {name}" for name, kind, *_ in columns)
    one, other = (f"SELECT {alike} FROM '{folder}/{way}.parquet'" for way in ("duckdb", "pandas"))  # noqa: S608 - our own names
    query = f"SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one}))"  # noqa: S608 - our own names
    row = duckdb.execute(query).fetchone()
    return int(row[0]) if row else -1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
