"""Every kind of bad file, and every option that does not fit its file: a message, nothing left behind."""

import bz2
import gzip
import io
import json
import pickle
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from ops import __main__ as ops
from ops.new_use_case import DataError
from ops.new_use_case.source_file import kind_of
from tests.unit.new_use_case_kit import ROWS, Repository, csv, customers


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("data.csv", csv(customers()))
    return packed.getvalue()


def database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a)")
    return connection.serialize()


def parquet(table: pa.Table) -> bytes:
    written = io.BytesIO()
    pq.write_table(table, written)
    return written.getvalue()


def orc_file() -> bytes:
    written = io.BytesIO()
    orc.write_table(pa.table({"churn": ["yes", "no"]}), written)
    return written.getvalue()


def with_column(name: str, values: Any, frame: pd.DataFrame | None = None) -> str:
    return csv((customers() if frame is None else frame).assign(**{name: values}))


GOOD = csv(customers())
LINES = GOOD.splitlines(keepends=True)
PARQUET = parquet(pa.Table.from_pandas(customers()))
NESTED = pa.table({"churn": [{"a": 1}] * 60, "spend": np.arange(60.0)})
ONE_TIME = ["2024-01-01"] * (ROWS - 1) + ["2024-01-02"]
LATE_EVENTS = customers().sort_values("joined").assign(churn=["no"] * 280 + ["yes"] * 20)

# What is wrong -> the file's content, its name, options, and what the message must say.
FILES: dict[str, tuple[str | bytes, str, list[str]]] = {
    "empty": ("", "data.csv", ["data.csv: is empty", "Write it again"]),
    "blanks": ("\n  \n\n", "data.csv", ["holds blanks only"]),
    "zip": (archive(), "data.csv", ["ZIP archive or an Excel workbook", "unpack"]),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "data.xls", ["old Excel workbook", "Save the sheet as CSV"]),
    "gzip": (gzip.compress(GOOD.encode()), "data.csv.gz", ["compressed with gzip", "Unpack it"]),
    "sqlite": (database(), "data.db", ["an SQLite database", "Export the table"]),
    "pdf": (b"%PDF-1.7 ...", "data.pdf", ["a PDF", "allowed are CSV and Parquet"]),
    "bzip2": (bz2.compress(GOOD.encode()), "data.csv.bz2", ["compressed with bzip2"]),
    "orc": (orc_file(), "data.orc", ["an ORC file", "Export the table"]),
    "pickle": (pickle.dumps({"a": 1}, protocol=4), "data.pkl", ["a Python pickle"]),
    "json": (json.dumps([{"a": 1}]), "data.json", ["looks like JSON", "Export the table"]),
    "json lines": ('{"a": 1}\n{"a": 2}\n', "data.jsonl", ["looks like JSON"]),
    "web page": ("<!DOCTYPE html><html>Log in</html>", "data.csv", ["is a web page", "Download the file itself"]),
    "binary": (b"abc\x00\x01\x02\x00def\xff", "data.csv", ["a binary file of an unknown kind"]),
    "no parquet": (GOOD, "data.parquet", ["is named .parquet but is no Parquet file"]),
    "half a parquet": (
        PARQUET[: len(PARQUET) // 2], "data.parquet", ["data.parquet: cannot be read: No magic", "Write the file"],
    ),
    "parquet without rows": (
        parquet(pa.table({"churn": pa.array([], "string"), "spend": pa.array([], "float64")})),
        "data.parquet",
        ["has names of columns but no rows"],
    ),
    "nested label": (parquet(NESTED), "data.parquet", ["--label", "STRUCT", "Write it as numbers or text".lower()]),
    "names only": (LINES[0], "data.csv", ["has names of columns but no rows", "Write the rows below them"]),
    "no names": ("".join(LINES[1:]).replace("yes", "1").replace("no", "0").replace("Oslo", "1").replace("Rome", "2")
                 .replace("Lima", "3"), "data.csv", ["line 1 is", "values, where the names", "Add a line of names"]),
    "names are empty": (",,,,\n" + "".join(LINES[1:]), "data.csv", ["line 1 has separators but no names"]),
    "one column": ("churn\nyes\nno\n", "data.csv", ["'churn'", "one column", "semicolon"]),
    "a title above": ("Churn report\n\n" + GOOD, "data.csv", ["line 1 is 'Churn report'", "one column"]),
    "too few fields": (GOOD + "1,2\n", "data.csv", [f"line {ROWS + 2}: too few fields: '1,2'", "there are 5 names"]),
    "too many fields": (
        GOOD + "1,2,Oslo,2022-01-01,yes,more\n", "data.csv", [f"line {ROWS + 2}: too many fields", "Correct the lines"],
    ),
    "many wrong lines": (GOOD + "1,2\n" * 9, "data.csv", ["and 6 more lines"]),
    "a total below": (GOOD + "Total\n", "data.csv", [f"line {ROWS + 2}", "titles, comments and totals"]),
    "a quote that does not end": (
        LINES[0] + '1,2,"Oslo,2022-01-01,yes\n' + "".join(LINES[1:]), "data.csv", ["line 2: a quote that does not end"],
    ),
    "two quotes around many lines": (
        f'{LINES[0]}1,2,"Oslo,2022-01-01,yes\n{"".join(LINES[1:9])}1,2,Rome",2022-01-01,yes\n{"".join(LINES[9:])}',
        "data.csv", ["row 1: the value of city goes over 10 lines", "A quote is missing or one too many"],
    ),
    "text after a quote": (
        LINES[0] + '1,2,"Oslo"s,2022-01-01,yes\n' + "".join(LINES[1:]), "data.csv", ["line 2", "a quote"],
    ),
    "no encoding": (b"churn,spend\nyes,\x81\x98\xff\xff\n", "data.csv", ["is not UTF-8", "--encoding"]),
    "too few rows": ("".join(LINES[:31]), "data.csv", ["Found 30 rows", "at least 50", "Bring more rows"]),
    "no such label": (GOOD.replace("churn", "churned"), "data.csv", ["--label: there is no column 'churn'",
                                                                    "Did you mean churned?"]),
    "label in capitals": (GOOD.replace("churn", "CHURN"), "data.csv", ["no column 'churn'", "Did you mean CHURN?"]),
    "label twice": (GOOD.replace("visits", "churn", 1), "data.csv", ["2 columns named 'churn'", "churn or churn_2"]),
    "labels in several spellings": (
        with_column("churn", np.resize(["Yes", "YES ", "no", "No"], ROWS)), "data.csv",
        ["differ in capitals or blanks only: 'No' and 'no'; 'YES' and 'Yes'", "--problem multiclass_classification"],
    ),
    "one label in two spellings": (
        with_column("churn", np.resize(["late flight", "Late  flight"], ROWS)), "data.csv",
        ["'Late  flight' and 'late flight'", "--problem binary_classification"],
    ),
    "constant label": (with_column("churn", "yes"), "data.csv", ["is 'yes' in every row", "nothing to learn"]),
    "label without a value": (with_column("churn", ""), "data.csv", ["has no value in any row"]),
    "label mostly missing": (
        with_column("churn", ["yes", "no"] * 10 + [""] * (ROWS - 20)), "data.csv",
        ["20 rows with a value in churn", "at least 50"],
    ),
    "label of mixed types": (
        with_column("churn", [*range(ROWS - 1), "many"]), "data.csv",
        [f"{ROWS - 1} of {ROWS} values are numbers, but not 'many' in row {ROWS}", "Correct these values"],
    ),
    "label is an id": (
        with_column("churn", [f"c{n}" for n in range(ROWS)]), "data.csv",
        [f"has {ROWS} different values", "at most 100 classes", "ids or free text"],
    ),
    "labels of a few rows each": (
        with_column("churn", [f"c{n % 90}" for n in range(ROWS)]), "data.csv",
        ["of the 90 values of churn, 0 have 10 rows", "Join rare values"],
    ),
    "label is a time": (
        with_column("churn", customers()["joined"]), "data.csv", ["holds times, which are not predicted"],
    ),
    "hardly any event": (
        with_column("churn", ["yes"] * 3 + ["no"] * (ROWS - 3)), "data.csv",
        ["only 3 rows have the label 'yes'", "at least 10"],
    ),
    "the label and nothing else": (
        "churn,n\n" + "".join(f"{'yes' if n % 3 else 'no'},1\n" for n in range(90)), "data.csv",
        ["No column is left to learn from", "n: has the same value in every row"],
    ),
    "ids only": (
        "churn,customer id\n" + "".join(f"{'yes' if n % 3 else 'no'},{n}\n" for n in range(90)), "data.csv",
        ["No column is left to learn from", "tells rows apart"],
    ),
    "leaks only": (
        "churn,closed\n" + "".join(f"{'yes' if n % 3 else 'no'},{n % 3}\n" for n in range(900)), "data.csv",
        ["No column is left to learn from", "predicts the label nearly alone", "known before the outcome"],
    ),
}  # fmt: skip


def far(values: dict[int, int]) -> bytes:
    """Return Parquet with times of 64-bit microseconds, some of them no dates of a calendar."""
    at = np.arange(ROWS) * 86_400_000_000 + 1_640_995_200_000_000
    for row, value in values.items():
        at[row - 1] = value
    frame = pa.Table.from_pandas(customers().drop(columns="joined"))
    return parquet(frame.append_column("joined", pa.array(at, pa.timestamp("us"))))


INFINITY, YEAR_10000, YEAR_0 = 2**63 - 1, 253_402_300_800_000_000, -62_135_596_800_000_001
OPTIONS: dict[str, tuple[str | bytes, dict[str, Any], list[str]]] = {
    "no such time": (GOOD, {"time": "date"}, ["--time: there is no column 'date'", "joined"]),
    "time is text": (GOOD, {"time": "city"}, ["--time: the column city holds text such as", "31.01.2024"]),
    "time is a small number": (GOOD, {"time": "visits"}, ["--time: the column visits holds numbers from 0 to 39"]),
    "times of which one is none": (
        with_column("joined", [f"2024-01-{1 + n % 28:02d} {n % 24:02d}:00" for n in range(ROWS - 1)] + ["soon"]),
        {"time": "joined"},
        ["values are times, but not 'soon' in row 300"],
    ),
    "one time": (with_column("joined", ONE_TIME), {"time": "joined"}, ["has 2 different times", "Leave --time out"]),
    "events at the end only": (
        csv(LATE_EVENTS), {"time": "joined"}, ["the first 70 % of the rows", "all have the label 'no'"],
    ),
    "times of no calendar": (
        far({3: INFINITY, 7: YEAR_10000, 9: YEAR_0}), {"time": "joined"},
        [f"{ROWS - 3} of {ROWS} values are times", "'infinity' in row 3", "in row 7", "in row 9"],
    ),
    "the last second of the calendar": (
        far({300: YEAR_10000 - 1}), {"time": "joined"}, ["'9999-12-31 23:59:59.999999' in row 300"],
    ),
    "a year 0": (
        with_column("joined", [f"2024-01-{1 + n % 28:02d} {n % 24:02d}:00" for n in range(ROWS - 1)] + ["0000-01-01"]),
        {"time": "joined"},
        ["values are times, but not '0000-01-01' in row 300"],
    ),
    "time is the label": (GOOD, {"time": "churn"}, ["--label and --time both name 'churn'"]),
    "name with capitals": (GOOD, {"name": "Churn"}, ["NAME: found 'Churn'", "small letters"]),
    "name of a package": (GOOD, {"name": "steps"}, ["NAME: found 'steps'", "script_code, steps, wheels"]),
    "no such event": (GOOD, {"positive": "maybe"}, ["--positive: found 'maybe'", "'no', 'yes'"]),
    "text as a quantity": (GOOD, {"problem": "regression"}, ["--problem regression", "a number is wanted"]),
    "two values as many": (
        GOOD, {"problem": "multiclass_classification"}, ["the column churn has 2 values", "three or more"],
    ),
    "a label in clustering": (GOOD, {"problem": "clustering"}, ["--problem clustering has no label"]),
    "clusters with a label": (GOOD, {"clusters": 3}, ["--clusters is for data without a label"]),
    "a problem without a label": (
        GOOD, {"label": None, "problem": "regression"}, ["--problem regression predicts a label"],
    ),
    "an event of a quantity": (GOOD, {"label": "spend", "positive": "1"}, ["--positive is for two values"]),
    "unknown encoding": (GOOD, {"encoding": "latin-99"}, ["--encoding: found 'latin-99'"]),
    "wrong encoding": (GOOD.replace("Oslo", "Malmö"), {"encoding": "ascii"}, ["is no ascii text", "--encoding"]),
}  # fmt: skip


def test_there_are_forty_kinds_of_bad_file() -> None:
    assert len(FILES) >= 40


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path)


def refused(repository: Repository, attempt: Callable[[], object], expected: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        attempt()
    for text in expected:
        assert text in str(caught.value)
    left = [path.name for path in (repository.root / "pipelines_src").iterdir()]
    assert left == ["steps"], "nothing is left behind"


@pytest.mark.parametrize("content, name, expected", FILES.values(), ids=FILES)
def test_a_bad_file_is_explained(content: str | bytes, name: str, expected: list[str], repository: Repository) -> None:
    path = repository.write(content, name)
    refused(repository, lambda: repository.new(path, "churn"), expected)


@pytest.mark.parametrize("content, options, expected", OPTIONS.values(), ids=OPTIONS)
def test_an_option_that_does_not_fit_is_explained(
    content: str | bytes, options: dict[str, Any], expected: list[str], repository: Repository
) -> None:
    path = repository.write(content, "data.csv" if isinstance(content, str) else "data.parquet")
    refused(repository, lambda: repository.new(path, **{"label": "churn"} | options), expected)


def test_classes_that_differ_in_capitals_are_classes_if_a_person_says_so(repository: Repository) -> None:
    path = repository.write(with_column("churn", np.resize(["A", "a", "b"], ROWS)))
    created = repository.new(path, "churn", problem="multiclass_classification")
    assert created.use_case.data.classes == ("A", "a", "b")


@pytest.mark.parametrize("first", ["ORCID", "BZh9", "PAR1", "ARROW1", "SQLite format 3"])
def test_a_csv_file_may_begin_with_the_letters_of_another_format(first: str, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(GOOD.replace("spend", first, 1))
    assert kind_of(path) == "csv"


def test_times_of_no_calendar_are_left_out_and_told(repository: Repository) -> None:
    created = repository.new(repository.write(far({3: INFINITY}), "data.parquet"), "churn")
    [role] = [role for role in created.plan.roles if role.column.name == "joined"]
    assert "'infinity' in row 3" in str(role.why_not)


def test_a_file_that_is_not_there_or_is_a_folder_is_explained(repository: Repository) -> None:
    repository.write(GOOD, "customers.csv")
    refused(repository, lambda: repository.new(repository.root / "custmers.csv"), ["no file", "customers.csv"])
    refused(repository, lambda: repository.new(repository.root), ["a folder", "one CSV or Parquet file"])


def test_a_folder_that_is_there_is_not_overwritten(repository: Repository) -> None:
    path = repository.write(GOOD)
    folder = repository.new(path, "churn").folder
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with pytest.raises(DataError, match="pipelines_src/case is there already"):
        repository.new(path, "churn")
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_the_command_ends_with_a_message_and_no_traceback(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = repository.write(GOOD.replace("churn", "churned"))
    arguments = ["ops", "use-case", "new", "customer_churn", "--data", str(path), "--label", "churn"]
    monkeypatch.setattr(sys, "argv", arguments)
    assert ops.main() == 1
    said = capsys.readouterr()
    assert "error --label: there is no column 'churn'" in said.err
    assert "Traceback" not in said.err + said.out
