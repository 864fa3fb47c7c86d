"""Ibis expressions over tables of a test, run by DuckDB."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from pipelines_src.steps.use_case import UseCase


class Bench:
    """An engine with tables of a test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "scratch").mkdir(parents=True)
        self.engine = DuckDBEngine(folder / "scratch", threads=1)
        self._tables = 0
        self._views: dict[tuple[str, str], str] = {}

    def table(self, frame: pd.DataFrame, name: str = "given") -> ir.Table:
        """Register a table."""
        self._tables += 1
        return self._read(frame, f"{name}{self._tables}")

    def tables(self, frames: Mapping[str, pd.DataFrame]) -> dict[str, ir.Table]:
        """Register several tables, each in the place of one of its name and columns: equal SQL reads them."""
        return {name: self._instead(frame, name) for name, frame in frames.items()}

    def _instead(self, frame: pd.DataFrame, name: str) -> ir.Table:
        self._tables += 1
        columns = pa.Schema.from_pandas(frame, preserve_index=False).remove_metadata()
        view = self._views.setdefault((name, str(columns)), f"{name}{self._tables}")
        self.engine._run(f"DROP VIEW IF EXISTS {view}")
        return self._read(frame, view)

    def _read(self, frame: pd.DataFrame, view: str) -> ir.Table:
        path = self.folder / f"{self._tables}.parquet"  # another each time: none is remembered
        frame.to_parquet(path, index=False)
        return self.engine.read(view, path, list(frame.columns))

    def frame(self, table: ir.Table) -> pd.DataFrame:
        """Compute a table."""
        return pd.DataFrame(self.engine.fetch(table), columns=list(table.columns))


def use_case(**changes: Any) -> UseCase:
    """A use case of the steps, complete: one number, one text, one time."""
    from config.use_case import UseCase as Schema
    from pipelines_src.job_code import settings

    document: dict[str, Any] = {
        "name": "toy",
        "description": "A toy",
        "problem": "binary_classification",
        "data": {
            "raw": {"t": ["at", "size", "kind", "y", "id"]},
            "record": [
                {"name": "at", "type": "time", "required": True}, {"name": "size", "type": "number"},
                {"name": "kind", "type": "text"},
            ],
            "label": "y", "id": "id", "category_min_rows": 2,
            "features": [{"name": "size", "type": "number"}, {"name": "kind", "type": "category"}],
        },
        "split": {"by": "random", "train": 0.5, "validation": 0.2, "test": 0.2},
        "gate": [{"metric": "auc.value", "at_least": 0.5}],
    }  # fmt: skip
    for key, value in changes.items():
        document[key] = {**document[key], **value} if isinstance(document.get(key), dict) else value
    import json

    return UseCase.from_document(json.loads(settings(Schema.model_validate(document))))
