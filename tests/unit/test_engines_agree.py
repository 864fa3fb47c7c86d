"""The same use case on DuckDB and on Spark, and record by record by the row function, gives the same.

Tolerance. Which split a record is in, labels, levels, ranks and numbers that nothing was learnt for are equal, byte for
byte. What is an average over many rows depends on the order of adding, which no engine promises: means, deviations,
components and what is computed with them agree to 1e-9 of their size, and once they are float32 to 1e-6.

One file, though long: each file of tests that uses Spark starts a Java machine, which takes longer than most of these.
"""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from config import load_use_case
from pipelines_src.flight_delays import raw_data
from pipelines_src.steps import model_monitor
from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from pipelines_src.steps.engines.spark_engine import SparkEngine
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.preparation.described import described
from pipelines_src.steps.use_case import Column, UseCase
from tests.preparation_engines import use_case
from tests.unit import everything_kit, labels_kit, outcomes_kit, spark_kit
from tests.unit.preparation_kit import Made, encoded_records, encoded_rows, for_steps, made, splits

LEARNT, SINGLE = 1e-9, 1e-6
SPLITS = ("train", "validation")
ENGINES = ("processing", "spark")
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-100, 100).map(float)
TEXTS = st.none() | st.sampled_from(everything_kit.KINDS) | st.text(max_size=8)
RECORDS = st.tuples(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), NUMBERS, NUMBERS, NUMBERS, TEXTS, TEXTS, TEXTS
)


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    yield from spark_kit.session()


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fortieth of the flights, and all weather, planes and airports."""
    folder = tmp_path_factory.mktemp("flights")
    raw_data.write(folder)
    every = pd.read_parquet(folder / "flights.parquet").iloc[::40]
    every.to_parquet(folder / "flights.parquet", index=False)
    return folder


@pytest.fixture(scope="module")
def submitted(flights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """flight_delays as a cluster runs it: the folder of the job and of what stands for the cluster's file system."""
    folder = tmp_path_factory.mktemp("submitted")
    ran = spark_kit.submit(use_case("spark"), flights, folder)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def both(flights: Path, submitted: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, Made]:
    """flight_delays on DuckDB and on Spark."""
    steps = for_steps(load_use_case("flight_delays"), "processing")
    duckdb = made(steps, flights, tmp_path_factory.mktemp("flights_duckdb") / "job")
    return duckdb, Made(submitted / "job/processing/output", flights)


def test_what_a_cluster_kept_lay_in_its_own_file_system_and_is_gone(submitted: Path) -> None:
    assert (submitted / "cluster").exists()
    assert [path for path in (submitted / "cluster").rglob("*") if path.is_file()] == []
    assert not list((submitted / "job").glob("scratch-*"))


def test_what_a_killed_spark_left_is_neither_read_nor_in_the_way(spark: SparkSession, tmp_path: Path) -> None:
    for left in ("output-1/part-00009.csv", "output-1/_temporary/0/task_1/part-00000.csv", "prepared/part-1.parquet"):
        (tmp_path / "scratch" / left).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "scratch" / left).write_text("half")
    engine = SparkEngine(tmp_path / "scratch")
    table = engine.keep("prepared", engine.lookup("levels", {"a": 1.0}))
    engine.write_csv(table, tmp_path / "levels.csv")
    assert (tmp_path / "levels.csv").read_text() == "a,1.0\n"
    engine.close()
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize("engine", [DuckDBEngine, SparkEngine])
def test_a_table_that_spark_did_not_end_writing_is_refused(engine: Any, spark: SparkSession, tmp_path: Path) -> None:
    raw, asked = tmp_path / "things.parquet", engine(tmp_path / "scratch")
    for name in ("part-0.parquet", "month=2/_temporary/0/task_1/part-1.parquet"):
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame({"x": [1.0]}).to_parquet(raw / name)
    for ask in (lambda: asked.read("things", raw, ["x"]), lambda: asked.rows(raw)):
        with pytest.raises(StepError, match=r"things.parquet: holds _temporary, so Spark is writing it"):
            ask()
    (raw / "month=2/_temporary").rename(raw / "month=2/_elsewhere")  # what is hidden in a folder is hidden
    assert asked.rows(raw) == 1


@pytest.mark.parametrize("split", SPLITS)
def test_flights_that_train_are_equal_byte_for_byte(both: tuple[Made, Made], split: str) -> None:
    duckdb, spark = both
    assert duckdb.csv(split) == spark.csv(split)
    assert duckdb.csv(split).count(b"\n") > 500


@pytest.mark.parametrize("split", ["test", "serving"])
def test_flights_that_are_judged_and_replayed_are_equal(both: tuple[Made, Made], split: str) -> None:
    duckdb, spark = (each.table(split) for each in both)
    forecast = [name for name in duckdb.columns if name == "baseline_forecast"]
    pd.testing.assert_frame_equal(
        duckdb.drop(columns=forecast), spark.drop(columns=forecast), check_exact=True, check_dtype=False
    )
    for name in forecast:
        np.testing.assert_allclose(duckdb[name], spark[name], rtol=LEARNT)


def test_what_is_learnt_and_reported_of_flights_is_equal(both: tuple[Made, Made]) -> None:
    duckdb, spark = both
    assert duckdb.json("features", "features") == spark.json("features", "features")
    assert duckdb.json("baseline", "constraints") == spark.json("baseline", "constraints")
    assert duckdb.json("baseline", "periods") == spark.json("baseline", "periods")
    assert duckdb.json("report", "preparation")["splits"].keys() == spark.json("report", "preparation")["splits"].keys()
    close(duckdb.json("report", "preparation"), spark.json("report", "preparation"))


def test_one_flight_at_a_time_is_encoded_as_the_engine_does(
    both: tuple[Made, Made], flights: Path, tmp_path: Path
) -> None:
    steps = for_steps(load_use_case("flight_delays"), "processing")
    rows = encoded_rows(steps, flights, tmp_path, both[0])
    assert len(rows) > 8000
    for record, wanted in rows[::7]:
        np.testing.assert_array_equal(np.array(both[0].row_function()(record), "float32"), wanted)
    first, second = (each.row_function() for each in both)
    for record, _ in rows[:500:5]:
        np.testing.assert_array_equal(first(record), second(record))


def on_both(name: str, folder: Path, change: Callable[[UseCase], UseCase] = lambda same: same) -> list[Made]:
    """A use case of the repository on DuckDB and on the Spark that is there."""
    importlib.import_module(f"pipelines_src.{name}.raw_data").write(folder / "raw")
    steps = [change(for_steps(load_use_case(name), engine)) for engine in ENGINES]
    labels = folder / "labels" if (folder / "labels").exists() else None
    return [
        made(each, folder / "raw", folder / engine, labels=labels) for each, engine in zip(steps, ENGINES, strict=True)
    ]


def middle_rows(use_case: UseCase) -> UseCase:
    """Half of the images' pixels, half of the components: still more pairs of columns than one query asks for."""
    others = {f"pixel{place}" for place in (*range(16), *range(48, 64))}
    pixels = [field.name for field in use_case.record if field.name not in others]
    features = [feature for feature in use_case.data["features"] if feature["name"] in pixels]
    reduce = use_case.data["reduce"] and {**use_case.data["reduce"], "columns": pixels, "components": 8}
    raw = {"images": [column for column in use_case.data["raw"]["images"] if column not in others]}
    record = tuple(field for field in use_case.record if field.name in pixels)
    return replace(use_case, record=record, data={**use_case.data, "raw": raw, "features": features, "reduce": reduce})


def test_images_are_equal_byte_for_byte(spark: SparkSession, tmp_path: Path) -> None:
    labels_kit.write(tmp_path / "labels", {"a": [("0000.png", "7"), ("0001.png", "7")], "b": [("0000.png", "9")]})
    first, second = on_both("handwritten_digits", tmp_path, middle_rows)
    for split in SPLITS:
        assert first.csv(split) == second.csv(split)
    assert first.csv("train").count(b"\n") > 700
    for made_by in (first, second):
        assert made_by.json("report", "preparation")["labels"] == {"objects": 2, "records": 2}
    assert first.json("features", "features") == second.json("features", "features")
    for split in ("test", "serving"):
        pd.testing.assert_frame_equal(first.table(split), second.table(split), check_exact=True, check_dtype=False)


def test_components_of_images_agree(spark: SparkSession, tmp_path: Path) -> None:
    first, second = on_both("digit_clusters", tmp_path, middle_rows)
    for split in SPLITS:
        np.testing.assert_allclose(matrix(first.csv(split)), matrix(second.csv(split)), rtol=SINGLE, atol=SINGLE)
    assert matrix(first.csv("train")).shape == (854, 8)
    close(first.json("features", "features"), second.json("features", "features"))


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw files of everything_kit."""
    folder = tmp_path_factory.mktemp("hard")
    everything_kit.write(folder)
    return folder


@pytest.fixture(scope="module")
def on_duckdb(hard: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Every rule, scale and encoding on hard values, by DuckDB."""
    steps = for_steps(everything_kit.schema("random"), "processing")
    return made(steps, hard, tmp_path_factory.mktemp("everything") / "duckdb", everything_kit.module())


@pytest.fixture(scope="module")
def everything(
    hard: Path, spark: SparkSession, on_duckdb: Made, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Made, Made]:
    """The same by DuckDB and by Spark."""
    steps = for_steps(everything_kit.schema("random"), "spark")
    folder = tmp_path_factory.mktemp("everything")
    return on_duckdb, made(steps, hard, folder / "spark", everything_kit.module())


@pytest.mark.parametrize("way", list(everything_kit.SPLITS))
def test_a_record_is_in_the_same_split_on_every_engine(
    way: str, hard: Path, spark: SparkSession, tmp_path: Path
) -> None:
    found = [splits(for_steps(everything_kit.schema(way), engine), hard, tmp_path / engine) for engine in ENGINES]
    assert found[0] == found[1]
    assert {split for _, split in found[0]} == {"train", "validation", "test", "serving"}


@pytest.mark.parametrize("split", SPLITS)
def test_everything_trains_alike(everything: tuple[Made, Made], split: str) -> None:
    duckdb, spark = (matrix(each.csv(split)) for each in everything)
    assert len(duckdb) > 50
    exact = slice(0, everything_kit.EXACT)
    np.testing.assert_array_equal(duckdb[:, exact], spark[:, exact])
    np.testing.assert_allclose(duckdb, spark, rtol=SINGLE, atol=SINGLE, equal_nan=True)


def test_everything_is_split_judged_and_reported_alike(everything: tuple[Made, Made]) -> None:
    duckdb, spark = everything
    for split in ("test", "serving"):
        assert duckdb.table(split)["record_id"].tolist() == spark.table(split)["record_id"].tolist()
    close(duckdb.json("features", "features"), spark.json("features", "features"))
    close(duckdb.json("report", "preparation"), spark.json("report", "preparation"))
    rules = duckdb.json("report", "preparation")["cleaning"]
    assert all(rule["left_out"] + rule["changed"] > 0 for rule in rules), rules


def test_one_record_at_a_time_is_encoded_as_everything_was(on_duckdb: Made, tmp_path: Path) -> None:
    steps = for_steps(everything_kit.schema("random"), "processing")
    rows = encoded_rows(steps, on_duckdb.raw, tmp_path, on_duckdb, everything_kit.module())
    assert len(rows) > 1200
    encode = on_duckdb.row_function()
    found = np.array([encode(record) for record, _ in rows], "float32")
    np.testing.assert_allclose(found, [wanted for _, wanted in rows], rtol=SINGLE, atol=SINGLE)


def test_one_test_record_at_a_time_is_encoded_as_spark_did(everything: tuple[Made, Made]) -> None:
    _, spark = everything
    rows = pq.read_table(spark.folder / "test" / "test.parquet").to_pylist()
    assert len(rows) > 150
    encode = spark.row_function()
    fields = [f"field_{field.name}" for field in for_steps(everything_kit.schema("random"), "spark").record]
    found = np.array([encode(tuple(row[name] for name in fields)) for row in rows], "float32")
    wanted = [[value for name, value in row.items() if name.startswith("feature_")] for row in rows]
    np.testing.assert_allclose(found, np.array(wanted, "float64"), rtol=SINGLE, atol=SINGLE)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RECORDS, min_size=1, max_size=40))
def test_any_records_are_encoded_alike_by_duckdb_and_the_row_function(
    on_duckdb: Made, tmp_path: Path, given_records: list[tuple[Any, ...]]
) -> None:
    steps = for_steps(everything_kit.schema("random"), "processing")
    rows = encoded_records(steps, given_records, tmp_path, on_duckdb, everything_kit.module())
    encode = on_duckdb.row_function()
    for record, wanted in rows:
        np.testing.assert_allclose(np.array(encode(record), "float32"), wanted, rtol=SINGLE, atol=SINGLE)


def close(first: Any, second: Any) -> None:
    """Two documents are equal but for the last digits of numbers."""
    if isinstance(first, dict):
        assert first.keys() == second.keys()
        for key in first:
            close(first[key], second[key])
    elif isinstance(first, list):
        assert len(first) == len(second)
        for one, other in zip(first, second, strict=True):
            close(one, other)
    elif isinstance(first, float):
        assert second == pytest.approx(first, rel=LEARNT, abs=1e-12)
    else:
        assert first == second


def matrix(csv: bytes) -> NDArray[np.float64]:
    rows = [[float(cell) if cell else np.nan for cell in line.split(",")] for line in csv.decode().splitlines()]
    return np.array(rows)


def test_what_is_counted_for_monitoring_is_equal(spark: SparkSession, tmp_path: Path) -> None:
    drawn = np.random.default_rng(0)
    table = pd.DataFrame({"n": drawn.normal(size=500), "t": drawn.choice(["a", "b"], 500)})
    table["at"] = pd.date_range("2024-01-01", periods=500, freq="h").astype("datetime64[us]")
    table.iloc[::9] = None
    table.to_parquet(tmp_path / "table.parquet", index=False)
    fields = [Column("n", "number"), Column("t", "text"), Column("at", "time")]
    engines = DuckDBEngine(tmp_path / "duckdb"), SparkEngine(tmp_path / "spark")
    found = []
    for engine in engines:
        read = engine.read("monitored", tmp_path / "table.parquet", list(table.columns))
        seen = described(engine, read, fields, most_cells=0)  # as of a table that is too large for memory
        found.append((model_monitor.statistics(500, seen), model_monitor.constraints(seen)))
    assert found[0] == found[1]


def test_no_outcomes_come_to_no_sums_on_spark(spark: SparkSession, tmp_path: Path) -> None:
    wanted = outcomes_kit.request("auc", outcomes_kit.BINARY, assignment="sticky")
    nothing = outcomes_kit.reduced(SparkEngine(tmp_path / "spark"), tmp_path, wanted, outcomes_kit.BINARY)
    assert nothing["counts"]["champion"]["captured"] == 0
    assert nothing["users"] == {"variance": 0.0, "champion": 0, "challenger": 0, "of_nobody": 0}


@pytest.mark.parametrize("metric", ["log_loss", "auc"])
def test_outcomes_come_to_the_same_sums(metric: str, spark: SparkSession, tmp_path: Path) -> None:
    captured, truths = outcomes_kit.drawn(200)
    exposed = [outcomes_kit.Exposed(one.id, f"a{at % 9}" if at % 4 else None) for at, one in enumerate(captured)]
    outcomes_kit.write(tmp_path, captured, truths, Random(1), exposed)  # noqa: S311 - no secret
    (tmp_path / "captures/champion/2026/01/01/00/half.jsonl").write_text(captured[0].line()[:60])
    wanted = outcomes_kit.request(metric, outcomes_kit.BINARY, assignment="sticky")
    (tmp_path / "scratch").mkdir()
    engines = (DuckDBEngine(tmp_path / "scratch", threads=1), SparkEngine(tmp_path / "spark"))
    one, two = (outcomes_kit.reduced(engine, tmp_path, wanted, outcomes_kit.BINARY) for engine in engines)
    exact = ("hours", "counts", "unreadable_files")
    assert [one[name] for name in exact] == [two[name] for name in exact]
    for mine, other in zip(one["strata"], two["strata"], strict=True):
        for variant in ("champion", "challenger"):
            same = other[variant] if metric == "auc" else pytest.approx(other[variant], rel=LEARNT)
            assert mine[variant] == same
        assert [mine[name] for name in ("clusters", "first")] == [other[name] for name in ("clusters", "first")]
    assert two["users"] == {**one["users"], "variance": pytest.approx(one["users"]["variance"], rel=LEARNT)}
    assert one["users"]["variance"] > 0
    assert one["counts"]["champion"]["labelled"] > 20
    assert one["counts"]["unreadable"]["captures"] == 1
