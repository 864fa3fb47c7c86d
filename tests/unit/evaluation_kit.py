"""A small use case per problem, from raw data to an evaluated model, as the jobs run it."""

import json
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xgboost
import yaml

from config import load_use_case
from local_cloud.sagemaker.images import kmeans_fit, kmeans_hyperparameters, mxnet_ndarray
from pipelines_src.job_code import assembled
from tests.job_process import run_job

SOURCES = Path(__file__).resolve().parents[2] / "pipelines_src"
ROWS = 3000
KINDS: dict[str, dict[str, Any]] = {
    "binary_classification": {"label": "failed"},
    "multiclass_classification": {"label": "state", "classes": ["good", "$worn_", "br<o>ken$"]},
    "regression": {"label": "hours"},
    "clustering": {},
}
GATES = {
    "binary_classification": "auc_over_incumbent.lower",
    "multiclass_classification": "accuracy_over_incumbent.lower",
    "regression": "mae_skill_over_incumbent.lower",
    "clustering": "variance_explained.lower",
}


def pumps(seed: int = 0) -> pd.DataFrame:
    """Return raw rows of pumps whose load decides what becomes of them; some values are missing."""
    random = np.random.default_rng(seed)
    load, age = random.random(ROWS), random.integers(0, 20, ROWS).astype("float64")
    site = random.choice(["north", "south", "east"], ROWS, p=[0.6, 0.37, 0.03])
    wear = load + 0.02 * age + random.normal(0, 0.15, ROWS)
    table = pd.DataFrame(
        {
            "id": [f"p{number}" for number in range(ROWS)],
            "at": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 90 * 24, ROWS), unit="h"),
            "load": load,
            "age": age,
            "site": site,
            "failed": (wear > 0.9).astype("float64"),
            "state": np.select([wear < 0.5, wear < 0.9], ["good", "$worn_"], "br<o>ken$"),
            "hours": 100 * (2 - wear) + 10 * (site == "north"),
        }
    )
    table.loc[::50, "load"] = None
    return table


def settings(problem: str, **changes: Any) -> dict[str, Any]:
    """Return the use case file of a problem; `changes` replace or extend its sections."""
    clustering = problem == "clustering"
    document: dict[str, Any] = {
        "name": "pumps",
        "description": "What becomes of a pump?",
        "problem": problem,
        "data": {
            "raw": {"pumps": list(pumps().columns)},
            "id": "id",
            "time": "at",
            "record": [
                {"name": "at", "type": "time", "required": True},
                {"name": "load", "type": "number"},
                {"name": "age", "type": "number"},
                {"name": "site", "type": "text"},
            ],
            "features": [
                {"name": "load", "type": "number", "missing": "mean", "scale": "standard"},
                {"name": "age", "type": "number", "missing": "mean", "scale": "standard"},
                *([] if clustering else [{"name": "site", "type": "category"}]),
            ],
            **KINDS[problem],
        },
        "split": {"by": "random", "stratify": False, "train": 0.5, "validation": 0.2, "test": 0.3},
        "train": {"algorithm": "kmeans", "k": 4} if clustering else {"algorithm": "xgboost"},
        "evaluate": {"slices": ["site"], "bootstrap_samples": 100, "resample": "day"},
        "gate": [{"metric": GATES[problem], "at_least": 0.01}],
    }
    for section, change in changes.items():
        given = document.get(section)
        document[section] = {**given, **change} if isinstance(given, dict) else change
    return document


@dataclass
class Run:
    """One run of the pipeline's jobs in a folder."""

    root: Path
    use_case: dict[str, Any]
    raw: pd.DataFrame = field(default_factory=pumps)

    def job(self, name: str, variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a processing job's code as the pipeline's asset has it."""
        given = {"ML_LOOP_CHAMPION": "s3://c", **(variables or {})}
        with assembled(load_use_case("pumps", self.root), self.root / "pipelines_src") as code:
            return run_job(code, name, "pumps", self.root / name, given)

    def folder(self, job: str, kind: str, name: str) -> Path:
        return self.root / job / "processing" / kind / name

    def message(self, job: str) -> str:
        return (self.root / job / "output" / "message").read_text()

    def prepare(self) -> None:
        sources = self.root / "pipelines_src"
        shutil.copytree(SOURCES / "steps", sources / "steps", ignore=shutil.ignore_patterns("__pycache__"))
        (sources / "pumps").mkdir()
        (sources / "pumps" / "__init__.py").touch()
        (sources / "pumps" / "use_case.yaml").write_text(yaml.safe_dump(self.use_case))
        raw = self.folder("prepare", "input", "raw")
        raw.mkdir(parents=True)
        self.raw.to_parquet(raw / "pumps.parquet", index=False)
        done = self.job("prepare")
        assert done.returncode == 0, done.stderr

    def train(self, **hyperparameters: Any) -> None:
        """Train as the built-in algorithm would, on what the preparation wrote."""
        name, content = self._kmeans() if self.use_case["problem"] == "clustering" else self._xgboost(hyperparameters)
        folder = self.folder("evaluate", "input", "model")
        folder.mkdir(parents=True)
        (folder / name).write_bytes(content)
        with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
            archive.add(folder / name, name)
        for output in ("test", "validation", "features", "report"):
            target = self.folder("evaluate", "input", output)
            target.unlink(missing_ok=True)
            target.symlink_to(self.folder("prepare", "output", output))

    def _kmeans(self) -> tuple[str, bytes]:
        rows = pd.read_csv(self.folder("prepare", "output", "train") / "train.csv", header=None).to_numpy("float32")
        parameters = kmeans_hyperparameters.parse({"k": "4", "feature_dim": str(rows.shape[1])})
        centres = kmeans_fit.train(rows, parameters, "algo-1")
        return "model_algo-1", mxnet_ndarray.dump([centres.astype("float32")])

    def _xgboost(self, hyperparameters: dict[str, Any]) -> tuple[str, bytes]:
        table = pd.read_csv(self.folder("prepare", "output", "train") / "train.csv", header=None)
        objectives: dict[str, dict[str, Any]] = {
            "binary_classification": {"objective": "binary:logistic"},
            "multiclass_classification": {"objective": "multi:softprob", "num_class": 3},
            "regression": {"objective": "reg:squarederror"},
        }
        given = objectives[self.use_case["problem"]]
        matrix = xgboost.DMatrix(table.iloc[:, 1:].to_numpy("float32"), table[0].to_numpy())
        model = xgboost.train({"nthread": 1, "max_depth": 3, **given, **hyperparameters}, matrix, 20)
        return "xgboost-model", bytes(model.save_raw("ubj"))

    def evaluate(
        self, champion: Path | None = None, variables: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Evaluate against a champion's package, or with an input that holds none, as the pipeline's default does."""
        folder = self.folder("evaluate", "input", "champion")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "0123abcd.zip").touch()
        if champion:
            shutil.copy(champion, folder / "model.tar.gz")
        return self.job("evaluate", variables)

    def output(self, name: str) -> Any:
        return json.loads((self.folder("evaluate", "output", "evaluation") / name).read_text())

    @property
    def package(self) -> Path:
        return self.folder("evaluate", "output", "package") / "model.tar.gz"


def trained(root: Path, problem: str, raw: pd.DataFrame | None = None, **changes: Any) -> Run:
    """Return a run that is ready to be evaluated."""
    root.mkdir(parents=True, exist_ok=True)
    run = Run(root, settings(problem, **changes), pumps() if raw is None else raw)
    run.prepare()
    run.train()
    return run
