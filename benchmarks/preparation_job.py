"""One way to prepare the flights, as a process of its own: `ours`, `pandas` or `bound`; a data folder, an output.

`ours` is the step's own code up to the table of records and features; `bound` reads and writes that table, no more.
"""

import json
import sys
from pathlib import Path

NAME = "flight_delays"
THREADS, MEMORY = 2, "1GB"


def main(way: str, data: Path, out: Path) -> None:
    """Read `data` (for `bound`: what ours wrote) and write the prepared flights to `out`."""
    {"ours": _ours, "pandas": _pandas, "bound": _bound}[way](data, out)


def _ours(data: Path, out: Path) -> None:
    from pipelines_src.steps import use_case
    from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
    from pipelines_src.steps.folders import Folders
    from pipelines_src.steps.prepare import prepare

    # As a job gets it: validated before, complete.
    settings = use_case.UseCase.from_document(json.loads((data / "use_case.json").read_text()))
    base = out.parent / "ours"
    raw, scratch = base / "processing" / "input" / "raw", base / "scratch"
    if not raw.exists():
        raw.parent.mkdir(parents=True)
        raw.symlink_to(data)
        scratch.mkdir()
    engine = DuckDBEngine(scratch, THREADS)
    engine.write_parquet(prepare(engine, settings, use_case.transformations(NAME), Folders(base)), out)


def _bound(data: Path, out: Path) -> None:
    import duckdb

    engine = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY, "preserve_insertion_order": False})
    engine.execute(f"COPY (FROM '{data}') TO '{out}' (FORMAT parquet)")


def _pandas(data: Path, out: Path) -> None:
    import numpy as np
    import pandas as pd

    from benchmarks import pandas_flights

    document = json.loads((data / "use_case.json").read_text())
    tables = {
        name: pd.read_parquet(data / f"{name}.parquet", columns=columns)
        for name, columns in document["data"]["raw"].items()
    }
    tables["flights"] = tables["flights"].drop_duplicates(ignore_index=True)
    records = pandas_flights.records(tables)
    bounds = np.array(
        [document["split"][f"{name}_until"] for name in ("train", "validation", "test")], "datetime64[ns]"
    )
    place = np.searchsorted(bounds, records["scheduled_departure"].to_numpy(), side="right")
    split = np.array(("train", "validation", "test", "serving"))[place]
    features = pandas_flights.features(records).add_prefix("feature:")
    pd.concat([records.assign(**{"@split": split}), features], axis=1).to_parquet(out, index=False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
