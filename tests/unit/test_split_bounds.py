"""The ends of a split by time, given to a run."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.use_case.split import TimeSplit
from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.preparation.records import EXCLUDED
from pipelines_src.steps.preparation.splits import at_newest
from pipelines_src.steps.use_case import UseCase, with_bounds
from tests.unit.engine_kit import use_case

TIMES = st.lists(st.datetimes(), min_size=3, max_size=3, unique=True).map(sorted)
NAMES = ("train_until", "validation_until", "test_until")


def timed() -> UseCase:
    split = {"by": "time", **dict(zip(NAMES, ("2013-01-01", "2013-02-01", "2013-03-01"), strict=True))}
    return replace(use_case(), split=split)


@given(TIMES)
def test_what_the_configuration_spells_a_step_reads(times: list[object]) -> None:
    split = TimeSplit.model_validate(dict(zip(NAMES, times, strict=True)))
    found = with_bounds(timed(), split.until)
    assert TimeSplit.model_validate(found.split) == split
    assert found.data == timed().data


@pytest.mark.parametrize("until", [None, ""])
def test_without_any_the_file_holds(until: str | None) -> None:
    assert with_bounds(timed(), until) == timed()


@pytest.mark.parametrize(
    "until",
    [
        "2013-07-01", "a/b/c", "2013-07-01/2013-08-01/2013-08-01", "2013-09-01/2013-08-01/2013-07-01",
        "2013-07-01/2013-08-01/2013-09-01/2013-10-01", "2013-07-01/2013-08-01/2013-09-01T00:00+00:00",
        "2013-07-01T00:00+00:00/2013-08-01T00:00+00:00/2013-09-01T00:00+00:00",
    ],
)  # fmt: skip
def test_others_are_refused(until: str) -> None:
    with pytest.raises(StepError, match=r"three times that rise.*Correct it"):
        with_bounds(timed(), until)


def test_a_split_that_is_not_by_time_has_no_ends() -> None:
    with pytest.raises(StepError, match=r"not by time. Leave it out"):
        with_bounds(use_case(), "2013-07-01/2013-08-01/2013-09-01")


def ends(until: str, tmp_path: Path) -> list[str]:
    """The ends of a split of records up to the evening of 20 August, of which the last three days have no outcome."""
    at = pd.date_range("2013-07-01", "2013-08-20 23:30", freq="h")
    known = at < pd.Timestamp("2013-08-18")
    why = [None if one else "no outcome" for one in known]
    pd.DataFrame({"at": at, EXCLUDED: why}).to_parquet(tmp_path / "r.parquet")
    engine = DuckDBEngine(tmp_path, 1)
    asked = with_bounds(timed(), until)
    case = replace(asked, data={**asked.data, "time": "at"})
    split = at_newest(engine, engine.read("records", tmp_path / "r.parquet", ["at", EXCLUDED]), case).split
    return [split[name] for name in NAMES]


def test_a_split_may_end_at_the_newest_record_with_an_outcome(tmp_path: Path) -> None:
    moved = ends("2026-11-01T05:00:00/2026-11-15T05:00:00/2026-11-29T05:00:00/newest", tmp_path)
    assert moved == ["2013-07-21T05:00:00", "2013-08-04T05:00:00", "2013-08-18T05:00:00"]


def test_a_split_that_ends_before_stays_and_so_does_one_that_was_given(tmp_path: Path) -> None:
    early = ["2013-07-20T00:00:00", "2013-08-01T00:00:00", "2013-08-18T00:00:00"]
    assert ends("/".join([*early, "newest"]), tmp_path) == early
    late = ["2013-07-20T00:00:00", "2013-08-01T00:00:00", "2013-09-01T00:00:00"]
    assert ends("/".join(late), tmp_path) == late
