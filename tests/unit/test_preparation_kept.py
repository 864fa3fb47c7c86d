"""What the preparation stores between reading and writing."""

from pathlib import Path
from types import ModuleType
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from tests.unit.engine_kit import use_case
from tests.unit.preparation_kit import made

FEATURES = [
    {"name": "size", "type": "number"},
    {"name": "large", "type": "number", "source": "size"},
    {"name": "hour", "type": "number", "source": "at", "part": "hour"},
]


def test_a_feature_that_is_a_field_of_the_record_is_stored_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns: dict[str, Any] = {}
    keep = DuckDBEngine.keep

    def seen(self: DuckDBEngine, name: str, table: ir.Table) -> ir.Table:
        columns[name] = list(table.columns)
        return keep(self, name, table)

    monkeypatch.setattr(DuckDBEngine, "keep", seen)
    result = made(use_case(data={"features": FEATURES}), _raw(tmp_path), tmp_path / "job", ModuleType("toy"))
    assert [name for name in columns["prepared"] if name.startswith("feature:")] == ["feature:hour"]
    test = result.table("test")
    assert len(test) > 10
    np.testing.assert_array_equal(test["feature_size"], test["field_size"].astype("float32"))
    np.testing.assert_array_equal(test["feature_large"], test["feature_size"])


def _raw(folder: Path) -> Path:
    rows = 200
    frame = pd.DataFrame(
        {
            "at": pd.date_range("2026-01-01", periods=rows, freq="7h"),
            "size": np.arange(rows) * 1.5,
            "kind": np.tile(["a", "b"], rows // 2),
            "y": np.arange(rows) % 3 == 0,
            "id": [f"r{row}" for row in range(rows)],
        }
    ).astype({"y": "int64"})
    raw = folder / "raw"
    raw.mkdir()
    frame.to_parquet(raw / "t.parquet", index=False)
    return raw
