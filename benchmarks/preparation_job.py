"""One way to prepare the flights, as a process of its own; its name, a data folder, an output.

`ours` is the step's own code up to the table of records and features, `pandas` makes the same table; `bound` reads and
writes that table, no more. `step` is the whole step with all its outputs; `step_bound` reads its raw tables and writes
its large outputs, whose content it has from Parquet copies, no more.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines_src.steps.folders import Folders
    from pipelines_src.steps.use_case import UseCase

NAME = "flight_delays"
THREADS, MEMORY = 2, "1GB"


def main(way: str, data: Path, out: Path) -> None:
    """Read `data` (for `bound`: what ours wrote) and write the prepared flights to `out`."""
    ways = {"ours": _ours, "pandas": _pandas, "bound": _bound, "step": _step, "step_bound": _step_bound}
    ways[way](data, out)


def _ours(data: Path, out: Path) -> None:
    from pipelines_src.steps import use_case
    from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
    from pipelines_src.steps.prepare import prepare

    settings, folders = _job(data, out.parent / "ours")
    scratch = folders.base / "scratch"
    scratch.mkdir()
    engine = DuckDBEngine(scratch, THREADS)
    engine.write_parquet(prepare(engine, settings, use_case.transformations(NAME), folders), out)


def _step(data: Path, out: Path) -> None:
    from pipelines_src.steps import prepare

    prepare.run(*_job(data, out))


def _job(data: Path, base: Path) -> "tuple[UseCase, Folders]":
    """Return what a job gets: settings, validated before and complete, and folders, with nothing of an earlier run."""
    from pipelines_src.steps.folders import Folders
    from pipelines_src.steps.use_case import UseCase

    shutil.rmtree(base, ignore_errors=True)
    folders = Folders(base)
    folders.input("raw").parent.mkdir(parents=True)
    folders.input("raw").symlink_to(data)
    return UseCase.from_document(json.loads((data / "use_case.json").read_text())), folders


def _bound(data: Path, out: Path) -> None:
    import duckdb

    engine = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY, "preserve_insertion_order": False})
    engine.execute(f"COPY (FROM '{data}') TO '{out}' (FORMAT parquet)")


def _step_bound(data: Path, out: Path) -> None:
    """Write each Parquet file beside `out` named `copy_of_<output>.parquet` as that output, in the same order."""
    import duckdb

    raw = json.loads((data / "use_case.json").read_text())["data"]["raw"]
    engine = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY})
    for name, columns in raw.items():
        files = "/*.parquet" if (data / f"{name}.parquet").is_dir() else ""
        values = ", ".join(f"any_value({column})" for column in columns)
        engine.execute(f"SELECT {values} FROM '{data}/{name}.parquet{files}'")  # noqa: S608 - our own names
    out.mkdir(exist_ok=True)
    for copy in out.parent.glob("copy_of_*.parquet"):
        name = copy.stem.removeprefix("copy_of_")
        how = "FORMAT csv, HEADER false" if name.endswith(".csv") else "FORMAT parquet, COMPRESSION snappy"
        engine.execute(f"COPY (FROM '{copy}') TO '{out}/{name}' ({how})")


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
