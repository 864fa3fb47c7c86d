"""Records of one day share its weather: what the baseline knows of that, and what windows of days then tell."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from config import load_use_case
from pipelines_src.steps import model_monitor
from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from pipelines_src.steps.monitoring import captured, data_quality, expected, profile, profiling
from pipelines_src.steps.monitoring.captured import Window
from pipelines_src.steps.monitoring.expected import Expected
from pipelines_src.steps.monitoring.profile import Profile
from pipelines_src.steps.monitoring.request import Request
from pipelines_src.steps.preparation import periods
from pipelines_src.steps.preparation.described import described
from pipelines_src.steps.use_case import Column, UseCase
from tests.unit import monitoring_kit as kit
from tests.unit.preparation_kit import for_steps

FIELDS = (Column("at", "time"), Column("wind", "number"), Column("seats", "number"), Column("sky", "text"))
RECORDS = 60  # a day


@pytest.fixture(scope="module")
def use_case() -> UseCase:
    """One of these fields, whose records of a day are alike."""
    found = for_steps(load_use_case("flight_delays"), "processing")
    return replace(found, record=FIELDS, data={**found.data, "time": "at"})


def days(count: int, seed: int, seats: float = 0.0) -> pd.DataFrame:
    """Records of days that each have a wind and a sky of their own; seats are drawn one by one."""
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(count), RECORDS)
    rows = len(day)
    wind = np.where(random.random(rows) < 0.02, np.nan, random.normal(0, 3, count)[day] + random.normal(0, 1, rows))
    sky = np.where(random.random(rows) < 0.8, random.choice(["clear", "cloudy", "rain"], count)[day], "fog")
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(day * 24 * 60 + random.integers(0, 24 * 60, rows), unit="min")
    return pd.DataFrame({"at": at, "wind": wind, "seats": random.normal(seats, 1, rows), "sky": sky})


def baseline(table: pd.DataFrame, use_case: UseCase, folder: Path) -> Expected:
    """What the preparation says of a table."""
    table.to_parquet(folder / "part.parquet")
    engine = DuckDBEngine(folder, 1)
    read = engine.read("part", folder / "part.parquet", [field.name for field in FIELDS])
    seen = described(engine, read, FIELDS)
    alike = periods.described(engine, read, use_case, seen)
    return expected.of(model_monitor.constraints(seen), model_monitor.statistics(seen[0].rows, seen), alike)


def seen(table: pd.DataFrame) -> Profile:
    """The profile of captured records."""
    plain = table[["wind", "seats", "sky"]].astype("object")
    columns: Any = plain.where(plain.notna(), None).to_dict("list")
    found = kit.profile({"at": table["at"].astype("str").tolist(), **columns})
    found.add_periods(table["at"].dt.date.astype("str").value_counts().items())
    return found


def violated(before: Expected, window: pd.DataFrame) -> set[str]:
    found = data_quality.result(before, seen(window), Request.of({})).findings
    return {one.feature for one in found if one.violated}


def test_windows_of_days_alarm_no_oftener_than_stated(use_case: UseCase, tmp_path: Path) -> None:
    told, counted = 0, 0
    for seed in range(15):
        before = baseline(days(60, seed), use_case, tmp_path)
        for number, length in enumerate((20, 5, 1)):
            window = days(length, 1000 + 10 * seed + number)
            told += bool(violated(before, window))
            counted += bool(violated(Expected(before.fields), window))
    assert told <= 2  # of 45; stated is one in a hundred at most
    assert counted > 20  # what would be said if each record told by itself


def test_what_is_drawn_one_by_one_is_seen_as_before(use_case: UseCase, tmp_path: Path) -> None:
    before = baseline(days(60, 0), use_case, tmp_path)
    assert violated(before, days(5, 7, seats=1.0)) == {"seats"}
    alike = {field.name: field.alike for field in before.fields}
    assert alike["wind"] == pytest.approx(0.8, abs=0.15)
    assert alike["sky"] > 0.3
    assert alike["seats"] < 0.01
    assert before.periods == pytest.approx(60)


def test_where_records_are_drawn_one_by_one_nothing_is_said_of_periods(use_case: UseCase, tmp_path: Path) -> None:
    plain = replace(use_case, evaluate={**use_case.evaluate, "resample": "row"})
    assert baseline(days(3, 0), plain, tmp_path).period is None


@pytest.mark.parametrize(
    ("length", "counts"),
    [
        ("hour", {"2026-03-02 05:00:00": 1, "2026-03-02 06:00:00": 1, "2026-03-04 06:00:00": 1, profile.UNDATED: 2}),
        ("day", {"2026-03-02 00:00:00": 2, "2026-03-04 00:00:00": 1, profile.UNDATED: 2}),
        ("week", {"2026-03-02 00:00:00": 3, profile.UNDATED: 2}),
    ],
)
def test_captures_are_counted_by_period(tmp_path: Path, length: str, counts: dict[str, int]) -> None:
    times = ['"2026-03-02T05:59:00"', '"2026-03-02T06:00:00"', '"2026-03-04T06:00:00"', "null", '"soon"']
    folder = kit.write(tmp_path / "captures", [kit.line(f'{{"at": {time}}}') for time in times])
    connection = captured.connect(tmp_path, 0.5, 1)
    read = partial(profiling.of_captures, connection, folder, ["at"], Window(), tmp_path / "records.parquet")
    periods_of = read(profiling.Period(length, "at"))["champion"].periods
    found = {name.removesuffix(" 00:00:00"): count for name, count in periods_of.items()}
    assert found == {name.removesuffix(" 00:00:00"): count for name, count in counts.items()}
    assert read()["champion"].periods == {}


def test_periods_of_several_machines_add_up() -> None:
    one, other = Profile({}, periods={"a": 1, "b": 2}), Profile({}, periods={"b": 3, "": 1})
    one.merge(other)
    assert one.periods == {"a": 1, "b": 5, "": 1}
    assert Profile.from_document(one.to_document()).periods == one.periods


def test_times_that_a_client_invents_count_as_one_period() -> None:
    found = Profile({})
    found.add_periods((str(number), 1) for number in range(20_000))
    assert len(found.periods) == 10_001
    assert found.periods[profile.UNDATED] == 10_000
