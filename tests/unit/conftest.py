"""The jobs of a use case, run as on AWS: from the zipped asset, under the container's folders."""

import ast
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import xgboost

from config import load_use_case
from pipelines_src.job_code import assembled
from pipelines_src.steps.engines import duckdb_engine, sql
from tests.job_process import run_job

SOURCES = Path(__file__).resolve().parents[2] / "pipelines_src"


@dataclass(frozen=True)
class Jobs:
    """The jobs of one use case, one after the other, in folders of their own."""

    root: Path
    asset: Path
    use_case: str

    def input(self, job: str, name: str) -> Path:
        return self.root / job / "processing" / "input" / name

    def output(self, job: str, name: str) -> Path:
        return self.root / job / "processing" / "output" / name

    def give(self, job: str, name: str, folder: Path) -> None:
        """Make a folder an input of a job."""
        target = self.input(job, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(folder.resolve())

    def message(self, job: str) -> str:
        """Return what DescribeProcessingJob would show as ExitMessage."""
        return (self.root / job / "output" / "message").read_text()

    def run(self, job: str) -> subprocess.CompletedProcess[str]:
        """Run a processing job."""
        return run_job(self.asset, job, self.use_case, self.root / job)

    def train(self, hyperparameters: dict[str, Any]) -> None:
        """Train as the built-in algorithm does, and give the job evaluate its inputs; there is no champion."""
        # One thread: on a busy machine several wait for each other most of the time.
        parameters = {"nthread": 1, **{key: value for key, value in hyperparameters.items() if key != "num_round"}}
        if "monotone_constraints" in parameters:
            parameters["monotone_constraints"] = ast.literal_eval(parameters["monotone_constraints"])
        data = [
            xgboost.DMatrix(f"{self.output('prepare', split)}?format=csv&label_column=0&delimiter=,")
            for split in ("train", "validation")
        ]
        model = xgboost.train(parameters, data[0], int(hyperparameters["num_round"]), evals=[(data[1], "validation")])
        folder = self.root / "train"
        folder.mkdir()
        model.save_model(folder / "model.ubj")
        with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
            archive.add(folder / "model.ubj", "xgboost-model")
        self.give("evaluate", "model", folder)
        for name in ("test", "validation", "features", "report"):
            self.give("evaluate", name, self.output("prepare", name))


def zip_asset(path: Path, use_case: Path, steps: Path = SOURCES / "steps") -> Path:
    """Zip what the CDK's asset of a use case holds."""
    root = path.parent / "sources"
    sources = root / "pipelines_src"
    shutil.copytree(use_case, sources / use_case.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(steps, sources / "steps", ignore=shutil.ignore_patterns("__pycache__"))
    with assembled(load_use_case(use_case.name, root), sources) as code:
        shutil.make_archive(str(path.with_suffix("")), "zip", code)
    return path


@pytest.fixture(scope="session")
def make_jobs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function: the folder of a use case -> its jobs, in a new folder."""

    def make(use_case: Path) -> Jobs:
        root = tmp_path_factory.mktemp(use_case.name)
        return Jobs(root, zip_asset(root / "0123abcd.zip", use_case), use_case.name)

    return make


@pytest.fixture(scope="module")
def compiled_once() -> Iterator[None]:
    """Make SQL of equal expressions once: most of what a test takes that reduces a few records again and again."""
    known: dict[Any, str] = {}

    def compiled(table: Any, compiler: Any, dialect: str, functions: Any) -> str:
        key = (table.op(), dialect)
        if key not in known:
            known[key] = sql.compiled(table, compiler, dialect, functions)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb_engine, "compiled", compiled)
        yield
