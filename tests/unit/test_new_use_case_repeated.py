"""Rows that stand twice: counted, told, dropped by a rule where chance does not make them, and no leak."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ops.new_use_case import Created, clusters, repeated, sampling, summary, workspace
from ops.new_use_case.column import Column
from ops.new_use_case.measuring import TABLE, measure
from ops.new_use_case.names import ROW_NUMBER
from tests.unit.new_use_case_kit import ROWS, Repository, customers, yaml_of


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path)


def twice(frame: pd.DataFrame, rows: int = 40) -> pd.DataFrame:
    return pd.concat([frame, frame.sample(rows, random_state=0)], ignore_index=True)


def said(created: Created) -> str:
    return "\n".join(summary.lines(created.plan))


def test_copies_are_told_and_dropped_before_the_split(repository: Repository) -> None:
    created = repository.new(twice(customers()), "churn")
    assert "40 rows are equal to an earlier one in every column, which chance does not make" in said(created)
    [rule] = created.use_case.prepare.clean
    assert rule.model_dump(include={"rule", "columns"}) == {
        "rule": "duplicates", "columns": ("spend", "visits", "city", "joined", "churn")
    }  # fmt: skip
    output = repository.run(created, "prepare")
    counts = json.loads((output / "report" / "preparation.json").read_text())
    assert sum(split["used"] for split in counts["splits"].values()) == ROWS
    assert [one["left_out"] for one in counts["cleaning"]] == [40]


def test_copies_are_seen_though_each_has_an_id(repository: Repository) -> None:
    frame = twice(customers())
    created = repository.new(frame.assign(index=range(len(frame))), "churn")
    assert "40 rows are equal to an earlier one in every column (index aside)" in said(created)
    assert created.use_case.prepare.clean


def test_rows_that_are_equal_by_chance_stay_and_are_told(repository: Repository) -> None:
    frame = customers().assign(visits=lambda frame: frame["visits"] // 10)[["city", "visits", "churn"]]
    created = repository.new(frame, "churn")
    assert f"{frame.duplicated().sum()} rows are equal to an earlier one in every column; chance may" in said(created)
    assert not created.use_case.prepare.clean
    assert "duplicates" not in yaml_of(created).partition("name:")[2]


@pytest.mark.parametrize("copies", [0, 30])
def test_copies_among_coarse_values_are_told_from_chance(copies: int, repository: Repository) -> None:
    drawn = np.random.default_rng(0)
    frame = pd.DataFrame({"a": drawn.normal(size=ROWS).round(2), "b": drawn.integers(0, 40, ROWS)})
    frame["churn"] = np.where(frame["a"] + drawn.normal(size=ROWS) > 0, "yes", "no")
    created = repository.new(twice(frame, copies), "churn")
    assert bool(created.use_case.prepare.clean) == bool(copies)


@pytest.mark.parametrize("levels", [(10, 10, 10), (30, 20), (200, 15, 4, 2)])
def test_what_chance_makes_is_about_what_it_makes(levels: tuple[int, ...], tmp_path: Path) -> None:
    drawn = np.random.default_rng(0)
    frame = pd.DataFrame({f"c{place}": drawn.integers(0, most, 2000) for place, most in enumerate(levels)})
    frame.insert(0, ROW_NUMBER, range(2000))
    names = [str(name) for name in frame if name != ROW_NUMBER]
    columns = [Column(name, name, "number", name) for name in names]
    with workspace.opened(tmp_path, tmp_path) as opened:
        opened._connection.register(TABLE, frame)
        expected = repeated._by_chance(opened, measure(opened, columns))
    found = int(frame.drop(columns=ROW_NUMBER).duplicated().sum())
    more_columns = 2 if len(levels) > 3 else 1  # the fourth is not multiplied
    # Beyond a few, pairs are more than rows: of three that are equal there are three pairs and two repetitions.
    assert found <= expected <= 4 * more_columns * found


def test_a_rule_that_would_drop_other_rows_is_not_declared(repository: Repository) -> None:
    frame = customers().assign(note=[f"call number {place} of a long list" for place in range(ROWS)])
    frame.loc[1, ["spend", "visits", "city", "joined", "churn"]] = frame.loc[0]  # but for the note
    created = repository.new(twice(frame), "churn")
    assert not created.use_case.prepare.clean
    assert "sees the columns of record only, and would drop 41" in said(created)


@pytest.mark.parametrize(
    ("frame", "left"),
    [
        (pd.concat([customers(20)] * 6), "20 rows are left"),
        (pd.concat([customers().query("churn == 'no'"), *[customers().query("churn == 'yes'").head(8)] * 9]),
         "8 rows are left with the label 'yes'"),
    ],
)  # fmt: skip
def test_a_rule_that_would_leave_too_little_is_not_declared(
    frame: pd.DataFrame, left: str, repository: Repository
) -> None:
    created = repository.new(frame, "churn")
    assert f"flatters the model. Without them {left}, too few: bring more rows that differ" in said(created)
    assert not created.use_case.prepare.clean


def test_a_file_without_copies_says_nothing_of_them(repository: Repository) -> None:
    assert "equal to an earlier one" not in said(repository.new(customers(), "churn"))


@pytest.mark.parametrize("times", [1, 5])
def test_a_twin_in_the_other_half_is_no_leak(times: int, repository: Repository) -> None:
    street = [f"s{place}" for place in range(ROWS)]  # knows the answer only by its own twins
    created = repository.new(pd.concat([customers().assign(street=street)] * times), "churn")
    street_role = next(role for role in created.plan.roles if role.column.name == "street")
    assert "predicts the label" not in f"{street_role.why_not} {street_role.remark}"


def test_clusters_are_counted_without_copies(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def counted(*drawn: Any) -> pd.DataFrame:
        rows = sampling.sample(*drawn)
        seen.append(len(rows))
        return rows

    monkeypatch.setattr(clusters, "sample", counted)
    repository.new(twice(customers().drop(columns="churn"), 150))
    assert seen == [ROWS]
