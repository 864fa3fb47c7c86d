"""A file for a use case that is there: its raw table anew, more of it, or records to ask the endpoint about."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config import load_environment, load_use_case
from ops.new_use_case import DataError
from ops.new_use_case.more import Placed, place
from ops.records_of_file import FileRecord, read
from ops.target import Target
from tests.unit.new_use_case_kit import Repository, customers

Put = Callable[..., Placed]


def table(rows: int = 300, seed: int = 0, first: int = 0) -> pd.DataFrame:
    """Return customers with ids, codes of digits, and a gap."""
    frame = customers(rows, seed)
    frame.insert(0, "customer id", [f"C{place:04d}" for place in range(first, first + rows)])
    frame["city"] = frame["city"].map({"Oslo": "0150", "Rome": "0250", "Lima": "0350"})
    frame.loc[3, "spend"] = None
    return frame


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repository = Repository.at(tmp_path_factory.mktemp("repository"))
    repository.new(table(), "churn", "shop", time="joined")
    return repository


@pytest.fixture
def put(made: Repository, tmp_path: Path) -> Put:
    """Give a function that places a table, and leaves the raw table as it was first in the end."""

    def placing(frame: pd.DataFrame, add: bool = False, **how: Any) -> Placed:
        frame.to_csv(tmp_path / "more.csv", index=False, **how)
        return place("shop", tmp_path / "more.csv", add, root=made.root)

    return placing


@pytest.fixture(autouse=True)
def first_again(made: Repository) -> Any:
    raw = made.root / "pipelines_src" / "shop" / "raw" / "observations.parquet"
    content = raw.read_bytes()
    yield
    assert [path.name for path in raw.parent.iterdir()] == [raw.name]
    assert sorted(path.name for path in raw.parents[1].iterdir()) == [
        "__init__.py", "notebook.ipynb", "raw", "use_case.yaml"
    ]  # fmt: skip
    raw.write_bytes(content)


def test_a_file_takes_the_place_of_the_first(put: Put) -> None:
    placed = put(table(80, seed=1)[["churn", "joined", "city", "visits", "spend", "customer id"]], sep=";", decimal=",")
    assert (placed.rows, placed.new) == (80, 80)
    raw = pd.read_parquet(placed.path)
    assert set(raw["city"]) == {"0150", "0250", "0350"}
    assert raw["spend"].isna().sum() == 1
    assert raw["joined"].dtype.kind == "M"


def test_rows_are_added_and_keep_the_types_that_are_there(put: Put) -> None:
    later = table(20, seed=2, first=300).assign(joined="2030-02-01", city="7", visits=2.5, colour="red")
    placed = put(later, add=True)
    assert (placed.rows, placed.new) == (320, 20)
    raw = pd.read_parquet(placed.path)
    assert raw["row_number"].tolist() == list(range(1, 321))
    assert raw["city"].tolist()[-1] == "7"
    assert raw["visits"].tolist()[-1] == 2.5
    said = "\n".join(placed.notes)
    assert "does not name it: colour" in said
    assert "20 rows are of 20" in said
    assert "kept for serving" in said
    assert "city: values that no earlier row has: '7' in 20 rows" in said
    assert "churn: 'no' in" in said


@pytest.mark.parametrize(
    ("change", "add", "said"),
    [
        ({"spend": "a lot"}, False, "spend holds 'a lot' in 60 rows, from row 1 on .*data.missing.*where numbers are"),
        ({"joined": "soon"}, False, "joined holds 'soon' in 60 rows, from row 1 on.*where times are wanted"),
        ({"churn": ["yes", "no", "Yes", "maybe"] * 15}, False, "is 'Yes' in row 3 of the file and 14 more, 'maybe' in"),
        ({"churn": ["yes", "nein"] * 30}, False, r"'nein' in row 2 .* 'yes' \(data.positive\), 'no' \(data.negative\)"),
        (
            {"churn": ["yes", "no", "Nein"] * 20, "customer id": [f"D{place}" for place in range(60)]}, True,
            "churn is 'Nein' in row 3 of the file and 19 more; use_case.yaml declares",
        ),
        ({"customer id": "C1"}, False, r"tells records apart \(data.id\), and there is 'C1' in 60 row"),
        ({}, True, "'C0000' in 2 row"),
        ({"town": "x"}, False, "has no column city, which use_case.yaml names; it has .*town"),
    ],
)  # fmt: skip
def test_what_does_not_fit_changes_nothing(put: Put, made: Repository, change: Any, add: bool, said: str) -> None:
    raw = made.root / "pipelines_src" / "shop" / "raw" / "observations.parquet"
    before = raw.read_bytes()
    frame = table(60).assign(**change)
    if "town" in change:
        frame = frame.drop(columns="city")
    with pytest.raises(DataError, match=said):
        put(frame, add)
    assert raw.read_bytes() == before


def test_columns_without_a_value_and_counted_times_are_what_they_shall_be(put: Put) -> None:
    placed = put(table(60).assign(visits=None, joined=range(1_700_000_000, 1_700_000_060)))
    raw = pd.read_parquet(placed.path)
    assert raw["joined"].dtype.kind == "M"
    assert any("without a value in any row: visits" in note for note in placed.notes)


def test_raw_files_that_code_writes_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"written by .*flight_delays/raw_data.py"):
        place("flight_delays", tmp_path / "data.csv")


def records(made: Repository, frame: pd.DataFrame, tmp_path: Path) -> tuple[list[FileRecord], list[str]]:
    frame.to_csv(tmp_path / "asked.csv", index=False)
    target = Target(load_environment("local"), load_use_case("shop", made.root))
    found = read(target, tmp_path / "asked.csv", 2, None, None)
    return found.records, found.notes


def test_records_of_a_file_are_what_the_endpoint_takes(made: Repository, tmp_path: Path) -> None:
    frame = table(40, seed=3)
    found, notes = records(made, frame, tmp_path)
    first = frame.iloc[0]
    assert len(found) == 2
    assert found[0] == FileRecord(
        {"spend": first["spend"], "visits": float(first["visits"]), "city": first["city"],
         "joined": f"{first['joined']}T00:00:00"},
        first["churn"], "C0000",
    )  # fmt: skip
    assert notes == []


def test_a_file_may_lack_fields_and_what_happened_but_not_all(made: Repository, tmp_path: Path) -> None:
    found, notes = records(made, table(40)[["joined", "spend"]], tmp_path)
    assert (set(found[0].fields), found[0].happened, found[0].id) == ({"spend", "joined"}, None, None)
    assert notes == ["not in the file, so missing in every record: visits, city"]
    with pytest.raises(DataError, match="has no column joined"):  # by it, rows are split: a record has it
        records(made, table(40)[["spend", "city"]], tmp_path)
