"""The ends of a split by time, given to a run."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.use_case.split import TimeSplit
from pipelines_src.steps.errors import StepError
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
