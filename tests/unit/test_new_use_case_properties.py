"""Whatever a table holds: it is read as it was written, and ends as a use case that is valid and prepares, or a "
"message."""

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ops.new_use_case import DataError, staging, workspace
from pipelines_src.job_code import settings as job_settings
from pipelines_src.steps import csv_text, prepare
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.use_case import UseCase
from tests.unit.new_use_case_kit import Repository

ROWS = 80
# No control characters (a NUL is no text file), no lone surrogates (no encoding has them).
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
CELLS = st.one_of(
    TEXTS, st.sampled_from(["", "1,5", "1;2", 'say "yes"', "it's", "a\nb", "0", "NA", "2024-01-31", " x "])
)
NAMES = st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), min_size=2, max_size=5, unique=True)


def column(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=ROWS, max_size=ROWS)


COLUMNS = st.one_of(
    column(st.integers(-5, 5)),
    column(st.integers(-(10**18), 10**18)),
    column(st.floats(allow_nan=True, allow_infinity=True)),
    column(st.sampled_from(["red", "green", "blue", ""])),
    column(st.dates().map(str)),
    column(st.datetimes().map(lambda time: time.strftime("%d/%m/%Y %H:%M"))),
    column(st.floats(-(10**6), 10**6).map(lambda number: f"{number:,.2f}")),
    column(st.sampled_from(["1", "2", "x", None])),
    column(TEXTS),
    st.just([f"id{place}" for place in range(ROWS)]),
    st.just(["same"] * ROWS),
)


@settings(max_examples=75, deadline=None)
@given(names=NAMES, separator=st.sampled_from(",;\t|"), data=st.data())
def test_a_csv_file_is_read_as_it_was_written(names: list[str], separator: str, data: st.DataObject) -> None:
    row = st.lists(CELLS, min_size=len(names), max_size=len(names)).filter(any)
    rows = data.draw(st.lists(row, min_size=1, max_size=16))  # a file is costlier than a row
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        path.write_text(written([names, *rows], separator), encoding="utf-8", newline="")
        with workspace.opened(Path(folder), path) as opened:
            source = staging.stage(opened, None)
            found = [list(row[:-1]) for row in opened.rows("FROM source")]
    assert [column.original for column in source.columns] == names
    assert found == [[csv_text.value(cell, False) for cell in row] for row in rows]


def written(rows: list[list[Any]], separator: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return text.getvalue()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(columns=st.lists(COLUMNS, min_size=1, max_size=4), label=COLUMNS, with_label=st.booleans())
def test_a_table_becomes_a_use_case_that_prepares_or_a_message(
    columns: list[list[Any]], label: list[Any], with_label: bool
) -> None:
    header = [f"c{place}" for place in range(len(columns))]
    rows = [[*header, "y"], *([*values] for values in zip(*columns, label, strict=True))]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        repository = Repository.at(Path(folder))
        path = repository.write(written(rows, ","))
        try:
            created = repository.new(path, "y" if with_label else None)
        except DataError as error:
            assert len(str(error)) > 40  # a sentence
            return
        # Its folder is no package of this process.
        patch.setattr(prepare, "transformations", lambda name: None)
        folders = Folders(Path(folder) / "job")
        folders.input("raw").parent.mkdir(parents=True)
        folders.input("raw").symlink_to(created.folder / "raw")
        prepare.run(UseCase.from_document(json.loads(job_settings(created.use_case))), folders)
        counts = json.loads((folders.output("report") / "preparation.json").read_text())["splits"]
        assert sum(split["records"] for split in counts.values()) == ROWS
