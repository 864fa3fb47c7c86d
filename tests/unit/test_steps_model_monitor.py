"""Statistics and constraints in Model Monitor's format: exact figures, and sketches that keep their weight."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines_src.steps import model_monitor
from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from pipelines_src.steps.model_monitor import Seen
from pipelines_src.steps.numbers_seen import SKETCH_SIZE, NumbersSeen, distinct
from pipelines_src.steps.preparation.described import described
from pipelines_src.steps.use_case import Column

FIELDS = (Column("miles", "number"), Column("carrier", "text"), Column("left", "time"), Column("note", "text"))
TABLE = pd.DataFrame(
    {
        "miles": [1.0, 2.0, None, 6.0],
        "carrier": ["AA", "UA", "AA", None],
        "left": pd.date_range("2013-01-01", periods=4),
        "note": [None] * 4,
    }
)
FETCHED, COUNTED = 100_000, 0  # cells that may be in memory: all of them, or none


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    return DuckDBEngine(tmp_path)


def seen(engine: DuckDBEngine, table: pd.DataFrame, cells: int, folder: Path) -> list[Seen]:
    """What there is to see in a table, as the preparation looks at it."""
    fields = [field for field in FIELDS if field.name in table]
    path = folder / "table.parquet"
    table.astype({"note": "string"} if "note" in table else {}).to_parquet(path, index=False)
    return described(engine, engine.read(f"t{cells}", path, [field.name for field in fields]), fields, cells)


@pytest.mark.parametrize("cells", [FETCHED, COUNTED])
def test_statistics_count_and_measure(engine: DuckDBEngine, cells: int, tmp_path: Path) -> None:
    document = model_monitor.statistics(4, seen(engine, TABLE, cells, tmp_path))
    assert (document["version"], document["dataset"]) == (0.0, {"item_count": 4})
    miles, carrier, left, note = document["features"]
    assert miles["inferred_type"] == "Fractional"
    figures = miles["numerical_statistics"]
    assert figures["common"] == {"num_present": 3, "num_missing": 1}
    assert (figures["mean"], figures["sum"], figures["min"], figures["max"]) == (3.0, 9.0, 1.0, 6.0)
    assert figures["std_dev"] == pytest.approx(np.std([1, 2, 6]))
    buckets = figures["distribution"]["kll"]["buckets"]
    assert [bucket["count"] for bucket in buckets] == [1, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    assert (buckets[0]["lower_bound"], buckets[-1]["upper_bound"]) == (1.0, 6.0)
    assert carrier["string_statistics"]["common"] == {"num_present": 3, "num_missing": 1}
    assert carrier["string_statistics"]["distinct_count"] == 2.0
    assert carrier["string_statistics"]["distribution"]["categorical"]["buckets"] == [
        {"value": "AA", "count": 2},
        {"value": "UA", "count": 1},
    ]
    assert left["string_statistics"]["distinct_count"] == 4.0
    assert left["string_statistics"]["distribution"]["categorical"]["buckets"][1]["value"] == "2013-01-02 00:00:00"
    assert note["string_statistics"]["common"] == {"num_present": 0, "num_missing": 4}


@pytest.mark.parametrize("cells", [FETCHED, COUNTED])
def test_constraints_say_what_training_saw(engine: DuckDBEngine, cells: int, tmp_path: Path) -> None:
    document = model_monitor.constraints(seen(engine, TABLE, cells, tmp_path))
    miles, carrier, left, _ = document["features"]
    assert miles == {
        "name": "miles",
        "inferred_type": "Fractional",
        "completeness": 0.75,
        "num_constraints": {"is_non_negative": True},
    }
    assert carrier["string_constraints"] == {"domains": ["AA", "UA"]}
    assert left == {"name": "left", "inferred_type": "String", "completeness": 1.0}
    assert document["monitoring_config"]["distribution_constraints"]["comparison_threshold"] == 0.1


@pytest.mark.parametrize("cells", [FETCHED, COUNTED])
def test_negative_numbers_long_texts_and_what_is_no_number(engine: DuckDBEngine, cells: int, tmp_path: Path) -> None:
    odd = [-1.0] * 198 + [math.nan, math.inf]
    found = seen(engine, pd.DataFrame({"miles": odd, "carrier": [f"c{n}" for n in range(200)]}), cells, tmp_path)
    miles, carrier = model_monitor.constraints(found)["features"]
    assert (miles["completeness"], miles["num_constraints"]) == (0.99, {"is_non_negative": False})
    assert "string_constraints" not in carrier
    text = model_monitor.statistics(200, found)["features"][1]["string_statistics"]
    assert (text["distinct_count"], "distribution" in text) == (200.0, False)


def test_a_large_table_is_described_as_a_small_one(engine: DuckDBEngine, tmp_path: Path) -> None:
    drawn = np.random.default_rng(0)
    table = pd.DataFrame({"miles": drawn.normal(size=150_000), "carrier": drawn.choice(list("abc"), 150_000)})
    table.loc[::7, "miles"] = None
    documents: list[Any] = []
    for cells in (10**9, COUNTED):
        found = seen(engine, table, cells, tmp_path)
        documents.append((model_monitor.statistics(150_000, found), model_monitor.constraints(found)))
    assert documents[0] == documents[1]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40_000), st.integers(0, 2**32 - 1))
def test_a_sketch_keeps_weight_size_and_quantiles(rows: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=rows).round(2)
    found = NumbersSeen.of([distinct(values)], rows, values.min(), values.max())
    items = np.concatenate([np.asarray(level, dtype="float64") for level in found.sketch])
    weights = np.concatenate([np.full(len(level), 2**place) for place, level in enumerate(found.sketch)])
    assert weights.sum() == rows
    assert len(items) <= SKETCH_SIZE + len(found.sketch)
    ordered = np.sort(values)
    # An item stands for some place among those that are equal to it.
    first, last = (np.searchsorted(ordered, np.sort(items), side=side) / rows for side in ("left", "right"))
    ranks = np.cumsum(weights[np.argsort(items)]) / rows
    slack = 2 ** len(found.sketch) / rows + 1e-9
    assert np.isin(items, values).all()
    assert (ranks - last <= slack).all()
    assert (first - ranks <= slack).all()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.lists(st.integers(1, 300), max_size=4)
)
def test_figures_are_numpys_however_the_stream_is_cut(numbers: list[float], cuts: list[int]) -> None:
    values, counts = distinct(numbers)
    ends = [0, *sorted(cuts), len(values)]
    parts = [(values[a:b], counts[a:b]) for a, b in pairwise(ends)]
    whole = NumbersSeen.of([(values, counts)], len(numbers), values[0], values[-1])
    found = NumbersSeen.of(parts, len(numbers), values[0], values[-1])
    np.testing.assert_equal([found.mean, found.std_dev, found.sketch], [whole.mean, whole.std_dev, whole.sketch])
    assert found.buckets.sum() == len(numbers)
    size = max(map(abs, numbers))
    if size < 2**40:  # where numpy can tell the ends of intervals apart
        assert found.buckets.tolist() == np.histogram(numbers, 10)[0].tolist()
        assert found.mean == pytest.approx(np.mean(numbers), rel=1e-9, abs=1e-12 * size)
        assert found.std_dev == pytest.approx(np.std(numbers), rel=1e-6, abs=1e-9 * size)
