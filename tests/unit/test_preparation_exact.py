"""What is learnt of numbers does not depend on the order in which an engine meets the rows."""

import math
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines_src.steps.preparation import exact
from pipelines_src.steps.preparation.fitting import fitted
from tests.unit.engine_kit import Bench, use_case

SINGLE = st.floats(-3.4e38, 3.4e38, allow_nan=False)
ROWS = 2000


@settings(max_examples=15, deadline=None)
@given(st.lists(SINGLE, min_size=1, max_size=50), st.randoms(use_true_random=False))
def test_a_mean_is_that_of_any_order_and_within_a_unit_of_the_exact_one(values: list[float], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        found = []
        for one in (values, shuffled):
            table = bench.table(pd.DataFrame({"x": np.array(one, "float64")}))
            size = exact.size(exact.bounds(bench.engine, table, {"x": table["x"]})["x"])
            found.append(exact.means(bench.engine, table, {"x": table["x"]}, {"x": size})["x"])
    assert found[0] == found[1]
    assert found[0] == pytest.approx(math.fsum(values) / len(values), abs=exact.unit(size))


def test_a_column_without_values_has_no_mean(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    table = bench.table(pd.DataFrame({"x": np.array([np.nan, np.nan])}))
    value = table["x"].nullif(float("nan"))
    assert exact.bounds(bench.engine, table, {"x": value}) == {"x": (0.0, 0.0)}
    assert exact.means(bench.engine, table, {"x": value}, {"x": 0.0}) == {"x": None}


@pytest.mark.parametrize("problem", ["binary_classification", "regression"])
def test_shuffled_rows_teach_the_same_bit_for_bit(problem: str, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    label = random.normal(size=ROWS) * 1e3 if problem == "regression" else random.integers(0, 2, ROWS)
    frame = pd.DataFrame(
        {
            "@label": label.astype("float64"),
            "feature:size": random.lognormal(0, 3, ROWS),
            "feature:kind": random.choice(list("abcdefgh"), ROWS),
        }
    )
    gate = {"binary_classification": "auc.value", "regression": "r2.value"}[problem]
    features = [{"name": "size", "type": "number", "missing": "mean", "scale": "standard"},
                {"name": "kind", "type": "category"}]  # fmt: skip
    case = use_case(problem=problem, data={"features": features}, gate=[{"metric": gate, "at_least": 0.0}])
    bench = Bench(tmp_path)
    learnt = [fitted(bench.engine, bench.table(rows), case) for rows in (frame, frame.sample(frac=1, random_state=1))]
    assert learnt[0] == learnt[1]
    size = learnt[0]["features"][0]
    assert size["offset"] == pytest.approx(frame["feature:size"].mean(), rel=1e-12)
    assert size["divisor"] == pytest.approx(frame["feature:size"].std(ddof=0), rel=1e-12)
