"""Statistics and constraints in Model Monitor's format: exact figures, and sketches that keep their weight."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines_src.steps import model_monitor
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


def statistics(table: pd.DataFrame, fields: Sequence[Column]) -> dict[str, Any]:
    entries = [model_monitor.statistics_of(table[field.name], field) for field in fields]
    return model_monitor.statistics(len(table), entries)


def constraints(table: pd.DataFrame, fields: Sequence[Column]) -> dict[str, Any]:
    return model_monitor.constraints([model_monitor.constraints_of(table[field.name], field) for field in fields])


def test_statistics_count_and_measure() -> None:
    document = statistics(TABLE, FIELDS)
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
    assert note["string_statistics"]["common"] == {"num_present": 0, "num_missing": 4}


def test_constraints_say_what_training_saw() -> None:
    document = constraints(TABLE, FIELDS)
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


def test_negative_numbers_and_long_texts() -> None:
    many = pd.DataFrame({"miles": [-1.0] * 200, "carrier": [f"c{place}" for place in range(200)]})
    miles, carrier = constraints(many, FIELDS[:2])["features"]
    assert miles["num_constraints"] == {"is_non_negative": False}
    assert "string_constraints" not in carrier
    assert "distribution" not in statistics(many, FIELDS[:2])["features"][1]["string_statistics"]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40_000), st.integers(0, 2**32 - 1))
def test_a_sketch_keeps_weight_size_and_quantiles(rows: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=rows).round(6)
    column = pd.DataFrame({"miles": values})
    found = statistics(column, FIELDS[:1])["features"][0]["numerical_statistics"]
    levels = found["distribution"]["kll"]["sketch"]["data"]
    items = np.concatenate([np.asarray(level, dtype="float64") for level in levels])
    weights = np.concatenate([np.full(len(level), 2**place) for place, level in enumerate(levels)])
    assert weights.sum() == rows
    assert len(items) <= model_monitor.SKETCH_SIZE + len(levels)
    assert np.isin(items, values).all()
    order = np.argsort(items)
    ranks = np.cumsum(weights[order]) / rows
    true = np.searchsorted(np.sort(values), items[order], side="right") / rows
    assert np.abs(ranks - true).max() <= 2 ** len(levels) / rows + 1e-9
