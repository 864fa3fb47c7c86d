"""Whether a champion learnt from the records it is compared on."""

import copy
from typing import Any

import pandas as pd
import pytest

from pipelines_src.steps.evaluation import limits
from pipelines_src.steps.evaluation.overlap import seen

TIMES = pd.Series(pd.to_datetime(["2013-05-01 00:00", "2013-05-31 23:59", "2013-06-01 00:00", "NaT"]))
REPORT: dict[str, Any] = {
    "split": {"by": "time", "train_until": "2013-04-01T00:00:00"},
    "splits": {"train": {"last": "2013-03-31 23:00:00"}, "validation": {"last": "2013-04-30 23:00:00"}},
}


@pytest.mark.parametrize(
    ("last", "rows"), [("2013-04-30 23:59:00", 0), ("2013-05-01 00:00:00", 1), ("2013-06-30 00:00:00", 3)]
)
def test_records_until_the_champions_last_may_have_been_learnt_from(last: str, rows: int) -> None:
    champions = copy.deepcopy(REPORT)
    champions["splits"]["validation"]["last"] = last
    assert seen(champions, REPORT, TIMES, stratified=False) == rows


def test_a_split_without_times_repeats_unless_it_was_another() -> None:
    group = {"split": {"by": "group", "column": "site", "seed": 1}, "splits": {}}
    assert seen(group, copy.deepcopy(group), TIMES, stratified=False) == 0
    assert seen(group, {**group, "split": {**group["split"], "seed": 2}}, TIMES, stratified=False) is None
    assert seen(group, REPORT, TIMES, stratified=False) is None


def test_where_classes_are_divided_by_rank_other_records_may_have_moved() -> None:
    same = {
        "split": {"by": "random", "stratify": True},
        "splits": {"train": {"records": 700}, "test": {"records": 300}},
    }
    more = {**same, "splits": {"train": {"records": 770}, "test": {"records": 330}}}
    assert seen(same, copy.deepcopy(same), TIMES, stratified=True) == 0
    assert seen(same, more, TIMES, stratified=True) is None
    assert seen(same, more, TIMES, stratified=False) == 0


def test_a_package_that_does_not_say_is_not_known() -> None:
    assert seen(None, REPORT, TIMES, stratified=False) is None


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (0, []),
        (50, ["may know 50 of the 200 test records"]),
        (None, ["Whether the champion learnt from some of the test records is not known"]),
    ],
)
def test_the_card_says_what_flatters_the_champion(rows: int | None, says: list[str]) -> None:
    said = limits.compared("regression", {"incumbent": "champion", "rows_known_to_champion": rows, "rows": 200})
    assert len(said) == len(says)
    assert all(part in text for part, text in zip(says, said, strict=True))


def test_clusters_have_no_baseline_to_be_compared_with() -> None:
    (said,) = limits.compared("clustering", {"incumbent": "baseline"})
    assert said.endswith("those over one single group of all records.")
