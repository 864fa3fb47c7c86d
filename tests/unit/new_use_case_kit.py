"""A repository of its own for tests of `use-case new`, and tables to make files of."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ops.new_use_case import Created, Request, create
from pipelines_src.job_code import assembled
from tests.job_process import run_job

ROWS = 300  # that `customers` has by itself
SOURCES = Path(__file__).resolve().parents[2] / "pipelines_src"


@dataclass(frozen=True)
class Repository:
    """A folder with `pipelines_src/steps`, where use cases are made and their jobs run."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> "Repository":
        (root / "pipelines_src").mkdir()
        (root / "pipelines_src" / "steps").symlink_to(SOURCES / "steps")
        return cls(root)

    def write(self, content: str | bytes, name: str = "data.csv", encoding: str = "utf-8") -> Path:
        path = self.root / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    def new(self, data: Path | pd.DataFrame, label: str | None = None, name: str = "case", **options: Any) -> Created:
        if isinstance(data, pd.DataFrame):
            frame, data = data, self.root / f"{name}.csv"
            frame.to_csv(data, index=False)
        return create(Request(name, data, label, **options), self.root)

    def run(self, created: Created, job: str) -> Path:
        """Run a job as on AWS, from the assembled code; return the folder of its outputs."""
        base = self.root / "jobs" / created.use_case.name / job
        if job == "prepare":
            shutil.copytree(created.folder / "raw", base / "processing" / "input" / "raw")
        with assembled(created.use_case, self.root / "pipelines_src") as code:
            done = run_job(code, job, created.use_case.name, base)
        assert done.returncode == 0, done.stderr
        return base / "processing" / "output"


def customers(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Return a sound table: numbers, a category, dates, and a label `churn` that `spend` has to do with."""
    drawn = np.random.default_rng(seed)
    spend = drawn.normal(50, 10, rows).round(2)
    return pd.DataFrame(
        {
            "spend": spend,
            "visits": drawn.integers(0, 40, rows),
            "city": drawn.choice(["Oslo", "Rome", "Lima"], rows),
            "joined": (pd.Timestamp("2022-01-01") + pd.to_timedelta(drawn.integers(0, 700, rows), unit="D")).strftime(
                "%Y-%m-%d"
            ),
            "churn": np.where(spend + drawn.normal(0, 10, rows) > 55, "yes", "no"),
        }
    )


def csv(frame: pd.DataFrame) -> str:
    return str(frame.to_csv(index=False))


def raw(created: Created) -> Any:
    return pq.read_table(created.folder / "raw" / "observations.parquet").to_pandas()


def yaml_of(created: Created) -> str:
    return (created.folder / "use_case.yaml").read_text()


def repeated(values: list[Any]) -> list[Any]:
    return [values[place % len(values)] for place in range(ROWS)]
