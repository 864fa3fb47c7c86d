"""Records of clients, and files of the job scripts."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines_src.steps import files
from pipelines_src.steps.errors import RequestError
from pipelines_src.steps.records import Reader
from pipelines_src.steps.use_case import Column

FIELDS = (Column("at", "time", required=True), Column("size", "number"), Column("kind", "text"))


def test_a_record_is_typed_in_the_order_of_its_fields() -> None:
    read = Reader(FIELDS).read
    assert read({"kind": "a", "size": 3, "at": "2024-01-01T05:00:00"}) == (datetime(2024, 1, 1, 5), 3.0, "a")
    assert read({"at": "2024-01-02", "size": None}) == (datetime(2024, 1, 2), None, None)
    assert type(read({"at": "2024-01-02", "size": 3})[1]) is float


AT = {"at": "2024-01-01"}


@pytest.mark.parametrize(
    "record, expected",
    [
        ([], r"record 1: found \[\]; a record is an object"),
        ("text", "record 1: found 'text'; a record is an object"),
        ({}, "record 1: at: is missing, and no prediction is made without it"),
        ({"at": None}, "record 1: at: is missing"),
        ({"at": 5}, "record 1: at: found 5; it must be text"),
        ({"at": "soon"}, "record 1: at: found 'soon'; it must be a time without zone: 2013-06-01T05:15:00"),
        ({"at": "2024-01-01T05:00:00Z"}, "it must be a time without zone"),
        ({**AT, "size": "3"}, "record 1: size: found '3'; it must be a number, without quotes"),
        ({**AT, "size": True}, "record 1: size: found True; it must be a number"),
        ({**AT, "size": float("inf")}, "record 1: size: found inf; it must be a number"),
        ({**AT, "size": 10**400}, "it must be a number"),
        ({**AT, "kind": 3}, "record 1: kind: found 3; it must be text, in quotes"),
        ({**AT, "sise": 3}, "record 1: 'sise' is not a field of a record; the fields are at, size, kind"),
    ],
)
def test_a_bad_record_is_refused_with_its_place_and_reason(record: Any, expected: str) -> None:
    with pytest.raises(RequestError, match=expected) as caught:
        Reader(FIELDS).read(record, 1)
    assert caught.value.status == 400
    assert len(str(caught.value)) < 300


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    files.write_json(path, {"auc": np.float64(0.5), "rows": np.int64(3), "none": float("nan")})
    assert json.loads(path.read_text()) == {"auc": 0.5, "rows": 3, "none": None}
    with pytest.raises(TypeError):
        files.write_json(path, {"broken": object()})
    assert json.loads(path.read_text())["rows"] == 3
    assert [item.name for item in tmp_path.iterdir()] == ["report.json"]
