"""What it costs to see drift: nine months of flights beside evidently and frouros, and captures by the million.

Peers run in an environment of their own (`monitoring_peers.txt`), made the first time. Times are CPU seconds of whole
processes, imports and all, the least of some runs, which alternate since other work on the machine comes in waves.
`python -m benchmarks.monitoring` measures this alone.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from benchmarks import measure, monitoring_job
from benchmarks.synth import ROOT
from config import load_use_case
from pipelines_src.flight_delays import raw_data
from pipelines_src.job_code import settings

EVIDENTLY, FROUROS, TENFOLD, CAPTURES_S, CAPTURES_MB = 25, 4, 2.0, 30, 1000
CAPTURED, RUNS = 1_000_000, 3
PEERS = ROOT / "benchmarks" / "monitoring_peers.txt"
_NAME = "flight_delays"


@dataclass(frozen=True)
class Result:
    """What one way used.

    Attributes:
        name: of the way.
        cpu: CPU seconds.
        wall: elapsed seconds.
        peak_mb: most memory.
        ratio: ours in comparison, how the bound is meant; None for ours.
        bound: of the ratio, or of the seconds.
        kept: whether that holds.
    """

    name: str
    cpu: float
    wall: float
    peak_mb: float
    ratio: float | None
    bound: float | None
    kept: bool


def run(out: Path) -> list[Result]:
    """Measure all ways; the peers' environment is kept below `out`."""
    python = _peers(out / "monitoring-peers")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _prepare(folder)
        ways = {"ours": (sys.executable, "ours", "one"), "ten times": (sys.executable, "ours", "ten")}
        ways |= {name: (str(python), name, "peers") for name in ("evidently", "frouros")}
        turns = [{name: _run(*way, folder) for name, way in ways.items()} for _ in range(RUNS)]
        used = {name: min((turn[name] for turn in turns), key=lambda usage: usage.cpu) for name in ways}
        captures = _run(sys.executable, "captures", "captures", folder)
    ours = used["ours"]
    ratios = {"evidently": used["evidently"].cpu / ours.cpu, "frouros": used["frouros"].cpu / ours.cpu}
    grown = used["ten times"].cpu / ours.cpu
    return [
        Result("nine months, ours", ours.cpu, ours.wall, ours.peak_mb, None, None, kept=True),
        _result("... evidently 0.7.23", used["evidently"], ratios["evidently"], EVIDENTLY, at_least=True),
        _result("... frouros 0.9.0", used["frouros"], ratios["frouros"], FROUROS, at_least=True),
        _result("ten times the rows, ours", used["ten times"], grown, TENFOLD, at_least=False),
        Result(
            "a million captures", captures.cpu, captures.wall, captures.peak_mb, None, CAPTURES_S,
            # On a busy machine 2 CPUs take longer for it: what they would take undisturbed is half of the CPU seconds.
            kept=min(captures.wall, captures.cpu) <= CAPTURES_S and captures.peak_mb <= CAPTURES_MB,
        ),
    ]  # fmt: skip


def _result(name: str, used: measure.Usage, ratio: float, bound: float, *, at_least: bool) -> Result:
    kept = ratio >= bound if at_least else ratio <= bound
    return Result(name, used.cpu, used.wall, used.peak_mb, ratio, bound, kept)


def _run(python: str, way: str, where: str, folder: Path) -> measure.Usage:
    shutil.rmtree(folder / where / "processing" / "output", ignore_errors=True)
    command = [python, "-m", "benchmarks.monitoring_job", way, str(folder / where)]
    return measure.run(command, ROOT, {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})


def _peers(folder: Path) -> Path:
    """Return the Python of the peers' environment, made if it is not there or of another lock."""
    python, made = folder / "bin" / "python", folder / PEERS.name
    if not made.exists() or made.read_text() != PEERS.read_text():
        uv = str(ROOT / ".venv" / "bin" / "uv")
        shutil.rmtree(folder, ignore_errors=True)
        for command in (
            [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
            [uv, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(PEERS)],
        ):
            subprocess.run(command, check=True)
        shutil.copy(PEERS, made)
    return python


def _prepare(folder: Path) -> None:
    """Prepare the flights, and lay out what each way reads."""
    raw_data.write(folder / "raw")
    (folder / "raw" / "use_case.json").write_text(settings(load_use_case(_NAME)))
    for way, target in (("step", "step"), ("ours", "table.parquet")):
        command = [sys.executable, "-m", "benchmarks.preparation_job", way, str(folder / "raw"), str(folder / target)]
        measure.run(command, ROOT, {})
    baseline = folder / "step" / "processing" / "output" / "baseline"
    for name in ("one", "ten", "peers"):
        (folder / name).mkdir()
        for copy in range(10 if name == "ten" else 1):
            rows = f"SELECT *, month(scheduled_departure)::TINYINT AS month FROM '{folder}/table.parquet'"  # noqa: S608
            rows += "" if name == "peers" else f" WHERE month(scheduled_departure) >= {monitoring_job.LATER[0]}"
            duckdb.execute(f"COPY ({rows}) TO '{folder}/{name}/records{copy}.parquet' (FORMAT parquet)")
        if name != "peers":
            shutil.copytree(baseline, folder / name / "baseline")
    _capture(folder, baseline)


def _capture(folder: Path, baseline: Path) -> None:
    """Write flights as captured requests, in the files of two days, and what else the job gets."""
    job = folder / "captures"
    inputs = job / "processing" / "input"
    inputs.mkdir(parents=True)
    shutil.copy(folder / "raw" / "use_case.json", job)
    (inputs / "baseline").symlink_to(baseline)
    (inputs / "request").mkdir()
    request = {"endpoint": "dev-flight-delays", "monitors": ["data_quality"]}
    (inputs / "request" / "request.json").write_text(json.dumps(request))
    fields = json.loads((job / "use_case.json").read_text())["data"]["record"]
    record = ", ".join(
        f"{field['name']} := "
        + (f"strftime({field['name']}, '%Y-%m-%dT%H:%M:%S')" if field["type"] == "time" else field["name"])
        for field in fields
    )
    engine = duckdb.connect()
    engine.execute(
        f"CREATE TABLE sent AS SELECT row_number() OVER () AS place, to_json(struct_pack({record}))::VARCHAR AS body "  # noqa: S608
        f"FROM (FROM '{folder}/table.parquet' CROSS JOIN range(4)) LIMIT {CAPTURED}"
    )
    answer = '\'{"predictions": [{"probability": 0.25}]}\''
    for hour in range(48):
        place = inputs / "captures" / "champion" / "2013" / "06" / f"{1 + hour // 24:02}" / f"{hour % 24:02}"
        place.mkdir(parents=True)
        line = f"""SELECT struct_pack(
                endpointInput := struct_pack(observedContentType := 'application/json', mode := 'INPUT', data := body,
                    encoding := 'JSON'),
                endpointOutput := struct_pack(observedContentType := 'application/json', mode := 'OUTPUT',
                    data := {answer}, encoding := 'JSON')) AS captureData,
            struct_pack(eventId := uuid(), inferenceTime := '2013-06-01T00:00:00Z') AS eventMetadata,
            '0' AS eventVersion FROM sent WHERE place % 48 = {hour}"""  # noqa: S608 - our own names
        engine.execute(f"COPY ({line}) TO '{place}/captures.jsonl' (FORMAT json)")


if __name__ == "__main__":
    for found in run(ROOT / "build" / "bench"):
        print(asdict(found), flush=True)
