"""Jobs that are killed while they write: what they leave is whole or not there, and run again they end as undisturbed.

The moments are those in which something new lies in the outputs, a file that is being written included. Here each job
dies at a few of them; `ML_LOOP_KILLS=30 pytest tests/unit/test_killed_jobs.py` tries more.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from config import load_use_case
from config.loading import ROOT
from pipelines_src.job_code import assembled
from pipelines_src.steps import archives
from tests.unit.evaluation_kit import Run, trained

KILLS = int(os.environ.get("ML_LOOP_KILLS", "1"))
Files = dict[str, bytes]


@dataclass(frozen=True)
class Job:
    """A job's program, and the folder it writes into."""

    command: list[str]
    variables: dict[str, str]
    outputs: Path

    def start(self) -> subprocess.Popen[bytes]:
        log = self.outputs.with_name("log.txt").open("wb")
        variables = {"PATH": os.environ["PATH"], **self.variables}
        return subprocess.Popen(self.command, cwd=ROOT, env=variables, stdout=log, stderr=log, start_new_session=True)

    def run(self) -> Files:
        """Run to the end, and return what is there then."""
        assert self.start().wait(120) == 0, self.outputs.with_name("log.txt").read_text()
        return self.left(hidden=True)

    def kill_at(self, moment: int, seconds: float) -> bool:
        """Kill it `seconds` after the moment in which that many names have appeared; whether it was still running."""
        process, seen = self.start(), set[str]()
        while process.poll() is None and len(seen) < moment:
            seen |= {str(path) for path in self.outputs.rglob("*")}
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    def left(self, hidden: bool = False) -> Files:
        """Return the files that a reader would take; with those that are being written, if `hidden`."""
        paths = [path for path in self.outputs.rglob("*") if path.is_file()]
        found = [path for path in paths if hidden or not unfinished(path)]
        return {path.relative_to(self.outputs).as_posix(): path.read_bytes() for path in found}


def unfinished(path: Path) -> bool:
    """Whether a name says that the file is being written: what was killed never gets so far as to publish it."""
    return path.name.startswith(".") or path.suffix in {".partial", ".ubj"}


def step(run: Run, name: str, code: Path) -> Job:
    command = [sys.executable, "-I", str(code), name, "--use-case", "pumps"]
    return Job(command, {"ML_LOOP_BASE_DIR": str(run.root / name)}, run.root / name / "processing" / "output")


def training(algorithm: str, hyperparameters: dict[str, str], folder: Path) -> Job:
    """Return a built-in training, as the local cloud starts it, on a few rows."""
    config, train = folder / "input/config", folder / "input/data/train"
    for path in (config, train, folder / "model"):
        path.mkdir(parents=True)
    rows = np.random.default_rng(0).normal(size=(300, 4)).round(4)
    rows[:, 0] = rows[:, 0] > 0
    np.savetxt(train / "train.csv", rows, delimiter=",", fmt="%g")
    kind = "text/csv;label_size=0" if algorithm == "kmeans" else "text/csv"
    documents = {
        "hyperparameters": hyperparameters,
        "inputdataconfig": {"train": {"ContentType": kind, "S3DistributionType": "FullyReplicated"}},
        "resourceconfig": {"current_host": "algo-1", "hosts": ["algo-1"]},
    }
    for name, document in documents.items():
        (config / f"{name}.json").write_text(json.dumps(document))
    command = [sys.executable, "-m", f"local_cloud.sagemaker.images.{algorithm}_train"]
    return Job(command, {"SAGEMAKER_BASE_DIR": str(folder)}, folder / "model")


def die_and_rise(job: Job, names: int) -> tuple[int, int]:
    """Kill a job at moments up to the last of `names`; return how often it was running, and files that it left."""
    whole = job.run()
    draw = np.random.default_rng(0)
    died = left = 0
    for turn in range(KILLS):
        shutil.rmtree(job.outputs)
        job.outputs.mkdir()
        died += job.kill_at(names // 2 if turn == 0 else int(draw.integers(0, names + 1)), draw.random() * 0.05)
        found = job.left()
        left += len(found)
        assert {name: content for name, content in found.items() if whole.get(name) != content} == {}
    assert job.run() == whole, "run again in the same folder"
    print(f"{died} of {KILLS} died running and left {left} files of {len(whole)} each; all whole")
    return died, left


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = trained(
        tmp_path_factory.mktemp("killed") / "run", "binary_classification", evaluate={"bootstrap_samples": 100}
    )
    champion = made.folder("evaluate", "input", "champion")
    champion.mkdir()
    (champion / "0123abcd.zip").touch()
    return made


def test_the_preparation(run: Run) -> None:
    with assembled(load_use_case("pumps", run.root), run.root / "pipelines_src") as code:
        died, left = die_and_rise(step(run, "prepare", code), names=16)
    assert died
    assert left


def test_the_evaluation(run: Run) -> None:
    with assembled(load_use_case("pumps", run.root), run.root / "pipelines_src") as code:
        died, left = die_and_rise(step(run, "evaluate", code), names=14)
    assert died
    assert left


def test_a_warm_start(run: Run, tmp_path: Path) -> None:
    package = {path.name: path.read_bytes() for path in run.folder("prepare", "output", "features").iterdir()}
    with assembled(load_use_case("pumps", run.root), run.root / "pipelines_src") as code:
        package["use_case.json"] = (code / "pipelines_src" / "pumps" / "use_case.json").read_bytes()
        package["xgboost-model"] = (run.folder("evaluate", "input", "model") / "xgboost-model").read_bytes()
        job = step(Run(tmp_path, run.use_case), "warm_start", code)
        inputs = tmp_path / "warm_start/processing/input/model"
        inputs.mkdir(parents=True)
        archives.write(inputs / "model.tar.gz", package)
        job.outputs.mkdir()
        died, _ = die_and_rise(job, names=5)
    assert died


@pytest.mark.parametrize("algorithm, hyperparameters", [
    ("xgboost", {"num_round": "30", "objective": "binary:logistic"}),
    ("kmeans", {"k": "3", "feature_dim": "4", "mini_batch_size": "100"}),
])  # fmt: skip
def test_a_built_in_training(algorithm: str, hyperparameters: dict[str, str], tmp_path: Path) -> None:
    died, _ = die_and_rise(training(algorithm, hyperparameters, tmp_path), names=2)
    assert died
