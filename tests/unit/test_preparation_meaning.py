"""What the rules of cleaning, the splits and the scales mean, on tables that a person can check."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines_src.steps.preparation.cleaning import CHANGED, Cleaner
from pipelines_src.steps.preparation.fitting import fitted
from pipelines_src.steps.preparation.records import EXCLUDED, FEATURE, LABEL, RECORD_ID, SPLIT
from pipelines_src.steps.preparation.splits import with_splits
from pipelines_src.steps.use_case import UseCase
from tests.unit.engine_kit import Bench, use_case

BASE = use_case()
# record id, size, kind, label
ROWS: list[tuple[str, float | None, str | None, float]] = [
    ("a", 1.0, "red", 1), ("b", 1.0, "red", 1), ("c", 1.0, "red", 0), ("d", 2.0, "blue", 0), ("e", 2.0, "blue", 0),
    ("f", -3.0, "green", 1), ("g", 99.0, None, 0), ("h", None, "red", 1), ("i", 5.0, "grey", 0),
]  # fmt: skip


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("meaning"))


def cleaned(bench: Bench, *rules: dict[str, Any], data: dict[str, Any] | None = None) -> pd.DataFrame:
    """Return the rows after the rules, by record id; `data` changes what is declared."""
    frame = pd.DataFrame(ROWS, columns=[RECORD_ID, "size", "kind", LABEL])
    frame[EXCLUDED] = pd.Series([None] * len(frame), dtype="string")
    prepare = {**BASE.prepare, "clean": [{"why": "a test", **rule} for rule in rules]}
    found = bench.frame(
        Cleaner(bench.engine, replace(BASE, prepare=prepare, data={**BASE.data, **(data or {})})).clean(
            bench.table(frame)
        )
    )
    return found.set_index(RECORD_ID).sort_index()


@pytest.mark.parametrize("otherwise", ["missing", "drop"])
@pytest.mark.parametrize(
    "rule",
    [
        {"rule": "between", "column": "y", "at_least": 0.5, "at_most": None},
        {"rule": "one_of", "column": "y", "values": ["yes"]},
    ],
)
def test_a_record_goes_with_a_label_that_a_rule_refuses(bench: Bench, rule: dict[str, Any], otherwise: str) -> None:
    found = cleaned(bench, {**rule, "otherwise": otherwise}, data={"classes": ["no", "yes"]})
    assert out(found) == dict.fromkeys("cdegi", f"rule 1: {rule['rule']}")
    assert set(found.loc[found[EXCLUDED].isna(), LABEL]) == {1}


def out(found: pd.DataFrame) -> dict[str, str]:
    """Return the reasons of the rows that are left out."""
    return {str(name): str(reason) for name, reason in found[EXCLUDED].dropna().items()}


def test_of_rows_that_repeat_the_first_stays(bench: Bench) -> None:
    found = cleaned(bench, {"rule": "duplicates", "columns": ["size", "kind", "y"]})
    assert out(found) == dict.fromkeys(["b", "e"], "rule 1: duplicates")


def test_rows_that_contradict_each_other_all_go(bench: Bench) -> None:
    found = cleaned(bench, {"rule": "contradictions", "columns": ["size", "kind"]})
    assert out(found) == dict.fromkeys(["a", "b", "c"], "rule 1: contradictions")


def test_a_row_without_a_value_goes(bench: Bench) -> None:
    assert out(cleaned(bench, {"rule": "known", "column": "kind"})) == {"g": "rule 1: known"}


def test_a_missing_value_is_filled_and_no_other(bench: Bench) -> None:
    found = cleaned(bench, {"rule": "fill", "column": "kind", "value": "none"})
    assert found["kind"].tolist() == ["red", "red", "red", "blue", "blue", "green", "none", "red", "grey"]
    assert found[CHANGED].tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("otherwise", "sizes", "gone"),
    [
        ("drop", [1, 1, 1, 2, 2, -3, 99, None, 5], ["f", "g"]),
        ("missing", [1, 1, 1, 2, 2, None, None, None, 5], []),
        ("clip", [1, 1, 1, 2, 2, 0, 10, None, 5], []),
    ],
)
def test_a_number_outside_its_range(bench: Bench, otherwise: str, sizes: list[float | None], gone: list[str]) -> None:
    rule = {"rule": "between", "column": "size", "at_least": 0, "at_most": 10, "otherwise": otherwise}
    found = cleaned(bench, rule)
    assert [None if np.isnan(size) else size for size in found["size"].astype(float)] == sizes
    assert sorted(out(found)) == gone
    assert found.index[found[CHANGED] > 0].tolist() == ([] if gone else ["f", "g"])


def test_bounds_belong_to_the_range_and_one_is_enough(bench: Bench) -> None:
    drops = {"rule": "between", "column": "size", "otherwise": "drop"}
    assert sorted(out(cleaned(bench, drops | {"at_least": 1, "at_most": None}))) == ["f"]
    assert sorted(out(cleaned(bench, drops | {"at_least": None, "at_most": 5}))) == ["g"]


@pytest.mark.parametrize(("otherwise", "gone"), [("drop", ["i"]), ("missing", [])])
def test_a_text_that_is_none_of_some(bench: Bench, otherwise: str, gone: list[str]) -> None:
    rule = {"rule": "one_of", "column": "kind", "values": ["red", "blue", "green"], "otherwise": otherwise}
    found = cleaned(bench, rule)
    assert sorted(out(found)) == gone
    assert found.loc["i", "kind"] == ("grey" if gone else None)
    assert found.loc["a", "kind"] == "red"


def test_rules_follow_each_other_and_the_first_reason_stays(bench: Bench) -> None:
    known = {"rule": "known", "column": "size"}
    between = {"rule": "between", "column": "size", "at_least": 0, "at_most": 10, "otherwise": "clip"}
    found = cleaned(bench, known, between, {"rule": "duplicates", "columns": ["size"]})
    assert out(found) == {"h": "rule 1: known", **dict.fromkeys(["b", "c", "e"], "rule 3: duplicates")}
    assert found[CHANGED].tolist() == [0, 0, 0, 0, 0, 2, 2, 0, 0]


def parts(bench: Bench, frame: pd.DataFrame, **split: Any) -> pd.DataFrame:
    """Return the rows with their splits."""
    frame = frame.assign(**{EXCLUDED: pd.Series([None] * len(frame), dtype="string")})
    wanted: UseCase = replace(BASE, split=split, data={**BASE.data, "time": "at"})
    return bench.frame(with_splits(bench.table(frame), wanted))


def test_no_group_is_in_two_splits(bench: Bench) -> None:
    drawn = np.random.default_rng(1)
    frame = pd.DataFrame({"owner": drawn.integers(0, 40, 600).astype(str), RECORD_ID: [f"r{at}" for at in range(600)]})
    found = parts(bench, frame, by="group", column="owner", train=0.5, validation=0.2, test=0.2, seed=3)
    assert found.groupby("owner")[SPLIT].nunique().max() == 1
    assert found.groupby("owner")[SPLIT].first().value_counts().to_dict().keys() == {
        "train", "validation", "test", "serving",
    }  # fmt: skip
    other = parts(bench, frame, by="group", column="owner", train=0.5, validation=0.2, test=0.2, seed=4)
    assert (found.set_index(RECORD_ID)[SPLIT] != other.set_index(RECORD_ID)[SPLIT]).any()


@given(st.integers(20, 120), st.integers(20, 120), st.integers(0, 1000))
@settings(max_examples=10)
def test_each_label_has_its_shares_in_every_split(bench: Bench, ones: int, zeros: int, seed: int) -> None:
    labels = [1.0] * ones + [0.0] * zeros
    frame = pd.DataFrame({LABEL: labels, RECORD_ID: [f"r{at}" for at in range(ones + zeros)]})
    how = {"by": "random", "train": 0.5, "validation": 0.2, "test": 0.2, "seed": seed, "stratify": True}
    found = parts(bench, frame, **how)
    for label, rows in ((1.0, ones), (0.0, zeros)):
        counts = found[found[LABEL] == label][SPLIT].value_counts()
        for name, share in (("train", 0.5), ("validation", 0.2), ("test", 0.2), ("serving", 0.1)):
            assert abs(counts.get(name, 0) - share * rows) <= 1


def test_a_time_at_a_bound_is_in_the_split_that_begins_there(bench: Bench) -> None:
    times = pd.to_datetime(["2024-01-31T23:59:59", "2024-02-01T00", "2024-03-01T00", "2024-04-01T00"], format="ISO8601")
    frame = pd.DataFrame({"at": times.astype("datetime64[us]"), RECORD_ID: list("abcd")})
    bounds = {"train_until": "2024-02-01", "validation_until": "2024-03-01", "test_until": "2024-04-01"}
    found = parts(bench, frame, by="time", **bounds).set_index(RECORD_ID)[SPLIT]
    assert found.sort_index().tolist() == ["train", "validation", "test", "serving"]


@pytest.fixture
def scaled(bench: Bench) -> Iterator[Callable[[list[float], str], np.ndarray[Any, Any]]]:
    """Give a function: numbers and a scale -> numbers as what was learnt of them has it."""

    def run(numbers: list[float], scale: str) -> np.ndarray[Any, Any]:
        features = [{"name": "size", "type": "number", "missing": "keep", "scale": scale}]
        case = replace(BASE, data={**BASE.data, "features": [{**BASE.data["features"][0], **features[0]}]})
        [learnt] = fitted(bench.engine, bench.table(pd.DataFrame({f"{FEATURE}size": numbers})), case)["features"]
        found: np.ndarray[Any, Any] = (np.array(numbers) - learnt["offset"]) / learnt["divisor"]
        return found

    yield run


def test_minmax_ends_at_minus_one_and_one(scaled: Callable[[list[float], str], np.ndarray[Any, Any]]) -> None:
    assert scaled([2.0, 4.0, 10.0], "minmax").tolist() == [-1.0, -0.5, 1.0]
    assert scaled([3.0, 3.0], "minmax").tolist() == [0.0, 0.0]


def test_standard_has_a_mean_of_0_and_a_deviation_of_1(
    scaled: Callable[[list[float], str], np.ndarray[Any, Any]],
) -> None:
    found = scaled([2.0, 4.0, 10.0, -7.5], "standard")
    assert found.mean() == pytest.approx(0, abs=1e-12)
    assert found.std() == pytest.approx(1)
