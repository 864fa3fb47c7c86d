"""The labelled set as the label of records: which object is which record, which label counts, what is left out."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines_src.steps.errors import StepError
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.preparation.labels import LABELLED, counted, labels
from pipelines_src.steps.preparation.records import EXCLUDED, LABEL, RECORD_ID, records
from pipelines_src.steps.use_case import UseCase
from tests.labelling import IMPORTED, TASK
from tests.unit import labels_kit
from tests.unit.engine_kit import Bench, use_case

ROWS = 5
FRAME = pd.DataFrame(
    {
        "at": pd.Timestamp("2026-01-01"),
        "size": [1.0] * ROWS,
        "kind": "a",
        "id": ["a", "cats/b.png", "c", "d", "e"],
        "y": [1, 1, 0, None, 0],
    }
)
RUNS = {
    "20260101T000000Z-000001-aa": [("a.png", "0"), ("cats/b.png", "0"), ("nobody.png", "1")],
    "20260102T000000Z-000002-bb": [("a.png", "1"), ("d.jpg", "neither")],
    "20260103T000000Z-000003-cc": [("c.png", "1")],
}


def labelled(label_from: str, **data: Any) -> UseCase:
    task = TASK | {"categories": ["0", "1", "neither"]}
    changes = {"label_from": label_from, "negative": 0, **data}
    return use_case(data=changes, label=IMPORTED | {"task": task})


def made(case: UseCase, folder: Path, runs: Any = RUNS) -> tuple[pd.DataFrame, dict[str, Any] | None]:
    """Records by id, and what is counted of the labels."""
    bench = Bench(folder)
    folders = Folders(folder)
    labels_kit.write(folders.input("labels"), runs, "toy")
    found = labels(bench.engine, case, folders)
    table = records(case, None, {"t": bench.table(FRAME)}, found)
    counts = counted(bench.engine, found, table) if found else None
    return bench.frame(table).set_index(RECORD_ID), counts


def test_the_newest_label_of_an_object_is_its_records(tmp_path: Path) -> None:
    found, counts = made(labelled("labelled_set"), tmp_path)
    told = {name: (None if pd.isna(value) else int(value)) for name, value in found[LABEL].items()}
    assert told == {"a": 1, "cats/b.png": 0, "c": 1, "d": None, "e": None}
    assert found[EXCLUDED].dropna().to_dict() == {"d": "y is none of data.positive and data.negative", "e": "no y"}
    assert counts == {"objects": 5, "records": 4}


def test_with_both_the_raw_label_is_that_of_records_without_another(tmp_path: Path) -> None:
    found, _ = made(labelled("both"), tmp_path)
    told = {name: (None if pd.isna(value) else int(value)) for name, value in found[LABEL].items()}
    # What somebody said counts, also where it is no class: d is left out.
    assert told == {"a": 1, "cats/b.png": 0, "c": 1, "d": None, "e": 0}
    assert found[LABELLED].to_dict() == {"a": True, "cats/b.png": True, "c": True, "d": True, "e": False}


def test_without_any_label_yet_both_is_the_raw_one(tmp_path: Path) -> None:
    found, counts = made(labelled("both"), tmp_path, {})
    assert found[LABEL].dropna().astype(int).to_dict() == {"a": 1, "cats/b.png": 1, "c": 0, "e": 0}
    assert found[EXCLUDED].dropna().to_dict() == {"d": "no y"}
    assert counts == {"objects": 0, "records": 0}


def test_raw_labels_need_no_labelled_set(tmp_path: Path) -> None:
    found, counts = made(use_case(), tmp_path)
    assert LABELLED not in found
    assert counts is None


def test_imports_name_objects_by_their_address_and_texts_are_no_records(tmp_path: Path) -> None:
    folders, bench, case = Folders(tmp_path), Bench(tmp_path), labelled("labelled_set")
    labels_kit.write(folders.input("labels"), {}, "toy")
    said = {"label": 1, "label-metadata": {"class-name": "1"}}
    lines = [{"source-ref": "s3://raw/to-label/toy/e.png", **said}, {"source": "a text", **said}]
    (folders.input("labels") / "x.manifest").write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = labels(bench.engine, case, folders)
    assert found is not None
    table = records(case, None, {"t": bench.table(FRAME)}, found)
    assert bench.frame(table).set_index(RECORD_ID)[LABEL].dropna().to_dict() == {"e": 1}
    assert counted(bench.engine, found, table) == {"objects": 1, "records": 1}


@pytest.mark.parametrize("text", ["{", '{"source-ref": "s3://b/a"}', '{"label-metadata": {"class-name": "1"}}', "[]"])
def test_a_line_that_is_no_label_is_told_with_its_file(text: str, tmp_path: Path) -> None:
    folders, bench, case = Folders(tmp_path), Bench(tmp_path), labelled("both")
    labels_kit.write(folders.input("labels"), RUNS, "toy")
    (folders.input("labels") / "odd.manifest").write_text(f"{text}\n")
    found = labels(bench.engine, case, folders)
    assert found is not None
    with pytest.raises(StepError, match=r"1 lines of the labelled set are no labels .* in odd\.manifest"):
        counted(bench.engine, found, records(case, None, {"t": bench.table(FRAME)}, found))
