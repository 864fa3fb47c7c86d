"""Values that are no values, or stand in the way: mixed dates, words among numbers, infinite ones, marks of missing."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ops.new_use_case import Created, DataError, summary
from ops.new_use_case.more import place
from tests.unit.new_use_case_kit import ROWS, Repository, csv, customers, raw, repeated


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path)


def said(created: Created) -> str:
    return "\n".join(summary.lines(created.plan))


def test_dates_with_the_day_and_with_the_month_first_are_told(repository: Repository) -> None:
    frame = customers().assign(seen=repeated(["31/01/2024", "01/31/2024", "02/03/2024"]))
    told = said(repository.new(frame, "churn"))
    assert "left out seen: dates are written in two ways: '31/01/2024' in row 1 and 99 more have the day first" in told
    assert "'01/31/2024' in row 2 and 99 more have the month first. Write all in one way" in told
    with pytest.raises(DataError, match=r"--time: of the column seen, dates are written in two ways: '31/01/2024' in"):
        repository.new(frame, "churn", "timed", time="seen")


def test_dates_in_two_forms_that_agree_are_read_and_told(repository: Repository) -> None:
    created = repository.new(customers().assign(seen=repeated(["2024-01-31", "31/01/2024", "2024-02-03"])), "churn")
    assert set(raw(created)["seen"]) == {pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-03")}
    assert "written in several forms, all read: '2024-01-31' (row 1) and '31/01/2024' (row 2)" in said(created)


def test_words_among_numbers_are_counted_and_may_be_missing(repository: Repository) -> None:
    size = [f"{place / 7:.3f}" for place in range(ROWS)]
    size[40:90], size[200] = ["not measured"] * 50, "oops"
    frame = customers().assign(size=size)
    told = said(repository.new(frame, "churn"))
    assert "249 of 300 values are numbers, but not 'not measured' in 50 rows, from row 41 on, 'oops' in row 201" in told
    assert "--missing 'not measured'" in told
    created = repository.new(frame, "churn", "marked", missing=("Not Measured", "oops", "never"))
    assert raw(created)["size"].isna().sum() == 51
    assert "'Not Measured' was read as a missing value in 50 cells of size" in said(created)
    assert "--missing never: no value of the file is 'never'" in said(created)


def test_words_that_are_half_of_a_column_are_told_too(repository: Repository) -> None:
    size = [f"{place / 7:.3f}" if place % 5 < 3 else "unclear" for place in range(ROWS)]
    told = said(repository.new(customers().assign(size=size), "churn"))
    assert "holds numbers (180 of 300 values) and words: 'unclear' in 120 rows, from row 4 on" in told


def test_a_mark_that_counts_as_a_category_is_told(repository: Repository) -> None:
    told = said(repository.new(customers().assign(kind=repeated(["a", "b", "?"])), "churn"))
    assert "kind: '?' in 100 rows, from row 3 on counts as a value like the others" in told
    assert "--missing '?'" in told


@pytest.mark.parametrize(("mark", "told"), [(-999, True), (99999, True), (-7, False), (39, False)])
def test_numbers_far_from_the_others_are_suspected(mark: int, told: bool, repository: Repository) -> None:
    frame = customers()
    frame.loc[:9, "visits"] = mark
    assert (f"10 rows have {mark}" in said(repository.new(frame, "churn"))) == told


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_number_may_be_a_mark_in_whatever_form(suffix: str, repository: Repository) -> None:
    frame = customers()
    frame.loc[:9, ["spend", "visits"]] = -999
    path = repository.root / f"data.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    created = repository.new(path, "churn", missing=("-999",))
    assert raw(created)[["spend", "visits"]].isna().sum().tolist() == [10, 10]
    assert created.use_case.data.marks == ("-999",)
    frame.to_csv(path.with_name("more.csv"), index=False)
    placed = place("case", path.with_name("more.csv"), root=repository.root)
    assert pd.read_parquet(placed.path)["visits"].isna().sum() == 10, "the next file is read alike"


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_infinite_numbers_are_missing_and_told(suffix: str, repository: Repository) -> None:
    values: dict[str, Any] = {"rate": [np.inf, -np.inf, 1e300, *np.arange(ROWS - 3) / 8], "one": [2.5, 3.5, 4.5] * 100}
    values["one"][7] = np.inf
    frame, path = customers().assign(**values), repository.root / f"data.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    created = repository.new(path, "churn")
    assert raw(created)["rate"].isna().tolist() == [True] * 3 + [False] * (ROWS - 3)
    assert "rate: 3 values, such as 'inf' in row 1, are infinite or above 3.4e38" in said(created)
    assert "one: 'inf' in row 8 is infinite or above 3.4e38, which no model takes: read as missing" in said(created)


def test_what_was_read_of_the_label_is_told(repository: Repository) -> None:
    frame = customers().assign(amount=[f"{1000 + place}.5" for place in range(ROWS)]).astype({"amount": "object"})
    frame.loc[0, "amount"] = "inf"
    assert "amount (the label): 'inf' in row 1 is infinite" in said(repository.new(frame, "amount"))


def test_the_terminal_has_the_first_of_what_is_left_out_and_how_many_more(repository: Repository) -> None:
    alike: dict[str, Any] = {f"constant{place}": place for place in range(14)}
    apart: dict[str, Any] = {f"rare{place}": ["1"] * (place + 1) + [""] * (ROWS - place - 1) for place in range(12)}
    told = said(repository.new(customers().assign(**alike, **apart), "churn"))
    listed = "constant0, constant1, constant2, constant3, constant4 and 9 more"
    assert f"left out {listed}: has the same value in every row" in told
    assert "left out rare8: is missing in 291 of 300 rows" in told
    assert "rare9" not in told
    assert "and 3 more columns left out: use_case.yaml has each beside its column" in told


def test_what_no_feature_can_be_made_of_is_told_in_the_terminal(repository: Repository) -> None:
    path = repository.root / "data.parquet"
    nested: Any = [[1, 2]] * ROWS
    customers().assign(nested=nested).to_parquet(path)
    assert "left out nested: is BIGINT[], which no feature is made of" in said(repository.new(path, "churn"))


def test_text_that_is_written_as_missing_is_no_value(repository: Repository) -> None:
    frame = customers().assign(size=repeated(["1.5", "n/a", "NULL", "-", "?", "#N/A", "2"]))
    assert raw(repository.new(repository.write(csv(frame)), "churn"))["size"].notna().sum() == 43 + 42
