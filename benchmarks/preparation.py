"""What preparing the flights costs beside pandas, and beside only reading and writing the same Parquet.

Each copy of the year is a file of its own in which `flight` is raised by 10,000 (real numbers end at 8,500), so that
copies are neither duplicates nor have a record_id in common. Two things are measured, each beside a bound of its own:
the table of records and features, which pandas makes as well, and the whole step with all its outputs.
`python -m benchmarks.preparation 100` measures one size.
"""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks import measure, preparation_plot
from benchmarks.synth import ROOT
from config import load_use_case
from pipelines_src.flight_delays import raw_data
from pipelines_src.job_code import settings

SPEED, BOUND, BOUND_MANY, MEMORY_MB = 4, 1.6, 2.0, 2000
SIZES, MANY = (1, 10, 100), 100
RUNS = {1: 3, 10: 3}
ROWS = 336_776
VARIABLES = {"ML_LOOP_MEMORY_GB": "1"}


@dataclass(frozen=True)
class Result:
    """One size: what each way used; pandas is left out where its tables would not fit into memory.

    Attributes:
        copies: of the flights.
        ours: up to the table of records and features.
        bound: reading and writing that table.
        step: all of the step.
        step_bound: reading its raw tables and writing its large outputs.
        pandas: up to the same table.
        different: rows of features in which ours and pandas differ.
    """

    copies: int
    ours: measure.Usage
    bound: measure.Usage
    step: measure.Usage
    step_bound: measure.Usage
    pandas: measure.Usage | None
    different: int

    @property
    def of_bound(self) -> float:
        """CPU seconds of ours over those of reading and writing the same."""
        return self.ours.cpu / self.bound.cpu

    @property
    def step_of_bound(self) -> float:
        """CPU seconds of the step over those of reading and writing the same."""
        return self.step.cpu / self.step_bound.cpu

    @property
    def speed(self) -> float | None:
        """How many times faster than pandas, elapsed time."""
        return self.pandas.wall / self.ours.wall if self.pandas else None

    @property
    def kept(self) -> bool:
        """Whether it keeps what is promised: of 10 copies and of 100."""
        if self.different:
            return False
        if self.copies >= MANY:
            return self.of_bound <= BOUND_MANY and max(self.ours.peak_mb, self.step.peak_mb) <= MEMORY_MB
        return self.copies == 1 or (self.of_bound <= BOUND and (self.speed or 0) >= SPEED)


def run(out: Path, sizes: tuple[int, ...] = SIZES) -> list[Result]:
    """Measure each size, and plot how it grows."""
    results = [_measure(copies) for copies in sizes]
    out.mkdir(parents=True, exist_ok=True)
    rows = [result.copies * ROWS / 1e6 for result in results]
    preparation_plot.write(rows, [vars(result) for result in results], out / "preparation.svg")
    return results


def _measure(copies: int) -> Result:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        data = _copies(folder, copies)
        # A bound rewrites what ours made; the ways alternate, since other work on the machine comes in waves.
        ways = {"ours": data, "bound": folder / "ours.parquet", "step": data, "step_bound": data}
        if copies < MANY:
            ways["pandas"] = data
        rounds = [{way: _run(way, source, folder) for way, source in ways.items()} for _ in range(RUNS.get(copies, 1))]
        used = {way: min((turn[way] for turn in rounds), key=lambda usage: usage.cpu) for way in ways}
        different = _different(folder) if "pandas" in used else 0
    return Result(copies, used["ours"], used["bound"], used["step"], used["step_bound"], used.get("pandas"), different)


def _copies(folder: Path, copies: int) -> Path:
    raw_data.write(folder / "one")
    many = folder / "many"
    (many / "flights.parquet").mkdir(parents=True)
    for table in ("weather", "planes", "airports"):
        shutil.copy(folder / "one" / f"{table}.parquet", many)
    for copy in range(copies):
        rows = f"SELECT * REPLACE (flight + {10_000 * copy} AS flight) FROM '{folder}/one/flights.parquet'"  # noqa: S608 - our own names
        duckdb.execute(f"COPY ({rows}) TO '{many}/flights.parquet/{copy:03}.parquet' (FORMAT parquet)")
    (many / "use_case.json").write_text(settings(load_use_case("flight_delays")))
    return many


def _run(way: str, source: Path, folder: Path) -> measure.Usage:
    out = folder / (way if way.startswith("step") else f"{way}.parquet")
    command = [sys.executable, "-m", "benchmarks.preparation_job", way, str(source), str(out)]
    usage = measure.run(command, ROOT, VARIABLES)
    if way == "step":
        _copy_outputs(out / "processing" / "output", folder)
    return usage


def _copy_outputs(outputs: Path, folder: Path) -> None:
    """Give the step's bound the content of each large output, in its order."""
    for output in (*outputs.rglob("*.csv"), *outputs.rglob("*.parquet")):
        rows = (
            f"read_csv('{output}', header = false, all_varchar = false)" if output.suffix == ".csv" else f"'{output}'"
        )
        duckdb.execute(f"COPY (FROM {rows}) TO '{folder}/copy_of_{output.name}.parquet' (FORMAT parquet)")


def _different(folder: Path) -> int:
    """Count rows that one has and the other has not, numbers compared as double, bit for bit."""
    described = duckdb.execute(f"DESCRIBE FROM '{folder}/ours.parquet'").fetchall()
    features = [(name, kind) for name, kind, *_ in described if name.startswith("feature:") or name == "@split"]
    alike = ", ".join(f'"{name}"::{"VARCHAR" if kind == "VARCHAR" else "DOUBLE"}' for name, kind in features)
    one, other = (f"SELECT {alike} FROM '{folder}/{way}.parquet'" for way in ("ours", "pandas"))  # noqa: S608 - our own names
    query = f"SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one}))"  # noqa: S608 - our own names
    row = duckdb.execute(query).fetchone()
    return int(row[0]) if row else -1


if __name__ == "__main__":
    for found in run(ROOT / "build", tuple(map(int, sys.argv[1:])) or SIZES):
        ratios = f"of bound {found.of_bound:.2f}, the step {found.step_of_bound:.2f}, of pandas {found.speed}"
        print(found, f"{ratios}, kept {found.kept}", flush=True)
