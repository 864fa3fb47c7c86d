"""How columns are read: types, dates, separators, encodings, names."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.new_use_case_kit import ROWS, Repository, csv, customers, raw, repeated, yaml_of

# How a column is written -> its type, and its first values.
WRITTEN: dict[str, tuple[list[str], str, list[Any]]] = {
    "plain": (["1", "2.5", "-3e2"], "number", [1, 2.5, -300]),
    "missing by words": (["1.5", "NA", "?", "none", " 2 "], "number", [1.5, None, None, None, 2]),
    "comma groups": (["1,234.5", "7"], "number", [1234.5, 7]),
    "decimal comma": (["1.234,5", "0,25"], "number", [1234.5, 0.25]),
    "space groups": (["1 234,5", "12\u202f000"], "number", [1234.5, 12000]),
    "zeros in front": (["01234", "98765"], "text", ["01234", "98765"]),
    "long ids": (["12345678901234567", "12345678901234568"], "text", ["12345678901234567", "12345678901234568"]),
    "scale": (["0", "1", "2", "3+"], "text", ["0", "1", "2", "3+"]),
    "iso": (["2024-02-01", "2024-02-01T10:30:00.5", "2024/02/03"], "time",
            ["2024-02-01", "2024-02-01 10:30:00.5", "2024-02-03"]),
    "day first": (["13.01.2024", "2.3.24 14:05"], "time", ["2024-01-13", "2024-03-02 14:05"]),
    "month first": (["01/13/2024", "3/2/2024 2:05 PM"], "time", ["2024-01-13", "2024-03-02 14:05"]),
    "named months": (["5 Jan 2024", "Feb 6, 2024"], "time", ["2024-01-05", "2024-02-06"]),
    "zones": (["2024-01-01T10:00:00Z", "2024-01-01T10:00:00+02:00"], "time", ["2024-01-01 10:00", "2024-01-01 08:00"]),
    "words": (["red", "", "N/A", "blue"], "text", ["red", None, None, "blue"]),
}  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path)


@pytest.mark.parametrize("values, kind, expected", WRITTEN.values(), ids=WRITTEN)
def test_a_column_is_read_as_it_is_written(
    values: list[str], kind: str, expected: list[Any], repository: Repository
) -> None:
    created = repository.new(customers().assign(odd=repeated(values)), "churn")
    [role] = [role for role in created.plan.roles if role.column.name == "odd"]
    assert role.column.kind == kind
    found = raw(created)["odd"].head(len(expected)).tolist()
    if kind == "time":
        assert found == [pd.Timestamp(value) for value in expected]
    else:
        assert [None if pd.isna(value) else value for value in found] == expected


@pytest.mark.parametrize(
    "options, expected", [({}, "2024-04-03"), ({"dates": "month-first"}, "2024-03-04"), ({"dates": "day-first"}, None)]
)
def test_dates_that_can_be_read_both_ways_are_told(
    options: dict[str, Any], expected: str | None, repository: Repository
) -> None:
    created = repository.new(customers().assign(odd=repeated(["03/04/2024", "05/06/2024"])), "churn", **options)
    assert str(raw(created)["odd"][0].date()) == (expected or "2024-04-03")
    assert ("can be read both ways" in yaml_of(created)) == (not options)


def test_the_rest_of_the_file_decides_what_one_comma_means(repository: Repository) -> None:
    frame = customers().assign(odd=repeated(["1,234", "5,678"]))
    assert raw(repository.new(frame, "churn", name="commas"))["odd"][0] == 1234
    for decimal, expected in {",": 1.234, ".": 1234}.items():
        written = repository.write(frame.to_csv(index=False, sep=";", decimal=decimal))
        assert raw(repository.new(written, "churn", name=f"with_{expected:.0f}"))["odd"][0] == expected


@pytest.mark.parametrize(("written", "separator"), [(["0.086", "-0.244"], ";"), (["0,086", "-0,244"], ",")])
def test_thousands_do_not_begin_with_a_zero(written: list[str], separator: str, repository: Repository) -> None:
    frame = customers()[["visits", "churn"]].assign(odd=repeated(written))
    path = repository.write(frame.to_csv(index=False, sep=separator))
    assert raw(repository.new(path, "churn"))["odd"].head(2).tolist() == [0.086, -0.244]


def test_without_other_numbers_the_separator_decides(repository: Repository) -> None:
    frame = customers()[["visits", "churn"]].assign(odd=repeated(["1.685", "5.657"]))
    created = repository.new(repository.write(frame.to_csv(index=False, sep=";")), "churn")
    assert raw(created)["odd"][0] == 1685
    assert "that semicolons separate the columns decided: check this" in yaml_of(created)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_separators_and_encodings_are_found(separator: str, encoding: str, repository: Repository) -> None:
    frame = customers().replace({"city": {"Oslo": 'Malmö, "süd"; x|y\tz', "Rome": "Évora"}})
    path = repository.write(frame.to_csv(index=False, sep=separator), encoding=encoding)
    made = raw(repository.new(path, "churn"))
    assert made["city"].tolist() == frame["city"].str.strip().tolist()
    assert made["spend"].tolist() == frame["spend"].tolist()


def test_line_breaks_in_fields_empty_lines_and_other_line_ends(repository: Repository) -> None:
    prose = "It was, as ever, late.\nNobody came, or few.\nA, b, c, d, e.\nNo.\nSo be it."
    frame = customers().assign(note=repeated(["two\nlines", "one", prose]))
    text = "\r\n\r\n" + csv(frame).replace("\n", "\r\n").replace("two\r\nlines", "two\nlines").replace(
        prose.replace("\n", "\r\n"), prose
    )
    made = raw(repository.new(repository.write(text), "churn"))
    assert made["note"].tolist() == frame["note"].tolist()
    assert made["row_number"].tolist() == list(range(1, ROWS + 1))


def test_names_are_mapped_and_the_mapping_is_told(repository: Repository) -> None:
    frame = customers().rename(columns={"spend": "Größe (€)", "visits": "2020", "city": "split", "joined": "Churn"})
    created = repository.new(frame, "churn")
    assert list(raw(created)) == ["row_number", "Grosse", "c2020", "split_2", "Churn", "churn_2"]
    assert created.use_case.data.label == "churn_2"
    for original in ("Größe (€)", "2020", "split", "churn"):
        assert f"in the file: '{original}'" in yaml_of(created)


def test_columns_without_a_name_or_with_the_same_are_kept_apart(repository: Repository) -> None:
    text = csv(customers()).replace("spend,visits,city", "city,,city", 1)
    assert list(raw(repository.new(repository.write(text), "churn")))[1:4] == ["city", "column2", "city_2"]


@pytest.mark.parametrize(
    "values",
    [
        1_700_000_000 + np.arange(ROWS) * 3600,
        (1_700_000_000 + np.arange(ROWS) * 3600) * 1000,
        1900 + np.arange(ROWS) // 3,
    ],
    ids=["seconds", "milliseconds", "years"],
)
def test_numbers_that_count_times_are_times(values: Any, repository: Repository) -> None:
    created = repository.new(customers().assign(at=values), "churn", time="at")
    assert raw(created)["at"].dt.year.between(1900, 2100).all()
    assert "its numbers were read as" in yaml_of(created)


def test_types_of_parquet_are_kept_and_what_no_feature_is_made_of_is_told(repository: Repository) -> None:
    more: dict[str, Any] = {
        "flag": [n % 3 == 0 for n in range(ROWS)],
        "at": pd.date_range("2024-01-01", periods=ROWS, freq="h", tz="Asia/Tokyo"),
        "gap": [None if n % 5 else float(n % 50) for n in range(ROWS)],
        "nested": [[1, 2]] * ROWS,
    }
    frame = customers().assign(**more)
    path = repository.root / "data.parquet"
    frame.to_parquet(path)
    created = repository.new(path, "churn")
    made = raw(created)
    assert made["at"][9] == pd.Timestamp("2024-01-01")
    assert set(made["flag"]) == {"true", "false"}
    assert "nested" not in made
    assert "nested: is " in yaml_of(created)
