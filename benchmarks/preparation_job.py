"""One way to prepare the flights, as a process of its own: `pandas`, `duckdb` or `bound`, a data folder, an output."""

import sys
from pathlib import Path

# No row is kept to find duplicates, only its hash: few have one that occurs twice, and only those are compared in full.
_KEYS = (
    "year, month, day, hour, minute, time_hour, sched_arr_time, carrier, flight, tailnum, origin, dest, distance, "
    "dep_time, arr_delay"
)
_TWICE = f"CREATE TABLE twice AS SELECT hash({_KEYS}) AS h FROM flights GROUP BY h HAVING count(*) > 1"  # noqa: S608 - as below
_DISTINCT = f"""SELECT {_KEYS} FROM flights WHERE hash({_KEYS}) NOT IN (FROM twice)
    UNION ALL SELECT DISTINCT {_KEYS} FROM flights WHERE hash({_KEYS}) IN (FROM twice)"""  # noqa: S608 - our own names


def main(way: str, data: Path, out: Path) -> None:
    """Read `data` (for `bound`: what another way wrote) and write the prepared flights to `out`."""
    if way == "pandas":
        _pandas(data, out)
    else:
        _duckdb(way, data, out)


def _pandas(data: Path, out: Path) -> None:
    import numpy as np
    import pandas as pd

    from pipelines_src.flight_delays import transformations
    from pipelines_src.steps import files, use_case

    settings = use_case.load("flight_delays")
    tables = {name: files.read_parquet(data / f"{name}.parquet", columns) for name, columns in settings.raw.items()}
    tables["flights"] = tables["flights"].drop_duplicates(ignore_index=True)
    records = transformations.records(tables)
    bounds = np.array(settings.split_until, dtype="datetime64[ns]")
    place = np.searchsorted(bounds, records["scheduled_departure"].to_numpy(), side="right")
    known = records[["record_id", "arrived_late", "excluded"]].assign(
        time=records["scheduled_departure"], split=np.array(use_case.SPLITS)[place]
    )
    pd.concat([known, transformations.features(records)], axis=1).to_parquet(out, index=False)


def _duckdb(way: str, data: Path, out: Path) -> None:
    import duckdb

    engine = duckdb.connect(config={"threads": 2, "memory_limit": "1GB", "temp_directory": str(out.parent / "spill")})
    source = f"FROM '{data}'"
    if way == "duckdb":
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(f"CREATE VIEW flights AS FROM '{data}/flights.parquet/*.parquet'")
        for table in ("weather", "planes", "airports"):
            engine.execute(f"CREATE TABLE {table} AS FROM '{data}/{table}.parquet'")
        engine.execute(_TWICE)
        found = engine.execute("SELECT count(*) FROM twice").fetchone()
        engine.execute(f"CREATE VIEW distinct_flights AS {_DISTINCT if found != (0,) else 'FROM flights'}")
        engine.execute(Path(__file__).with_name("preparation.sql").read_text())
        source = "FROM prepared"
    engine.execute(f"COPY ({source}) TO '{out}' (FORMAT parquet)")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
