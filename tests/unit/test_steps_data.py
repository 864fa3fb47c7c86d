"""Splits, records, encoding and files of the job scripts."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines_src.steps import files, prepare, rates, records
from pipelines_src.steps.encoding import Encoder
from pipelines_src.steps.errors import RequestError, StepError
from pipelines_src.steps.use_case import SPLITS, Column, UseCase

DOCUMENT: dict[str, Any] = {
    "name": "toy",
    "data": {
        "raw": {"t": ["at"]},
        "record": [],
        "label": "y",
        "time": "at",
        "features": [{"name": "size", "type": "number"}, {"name": "kind", "type": "category"}],
        "category_min_rows": 2,
    },
    "split": {f"{name}_until": datetime(2024, month, 1) for month, name in enumerate(SPLITS[:3], 2)},
    "evaluate": {"baseline": {"group_by": ["kind"]}},
}
TOY = UseCase.from_document(DOCUMENT)
TIMES = st.datetimes(min_value=datetime(2023, 1, 1), max_value=datetime(2025, 1, 1))
BOUNDS = st.lists(TIMES, min_size=3, max_size=3, unique=True).map(sorted)


@given(st.lists(TIMES, min_size=1), BOUNDS)
def test_splits_cover_every_row_once_and_in_order(times: list[datetime], bounds: list[datetime]) -> None:
    document = {**DOCUMENT, "split": dict(zip(DOCUMENT["split"], bounds, strict=True))}
    times = sorted([*times, *bounds])
    found = prepare.assign_splits(pd.Series(pd.to_datetime(times)), UseCase.from_document(document)).tolist()
    assert found == sorted(found, key=SPLITS.index)
    edges = [datetime.min, *bounds, datetime.max]
    expected = [SPLITS[sum(time >= edge for edge in edges[1:-1])] for time in times]
    assert found == expected


def test_a_bound_begins_the_next_split() -> None:
    bound = datetime(2024, 2, 1)
    times = pd.Series([bound - timedelta(microseconds=1), bound])
    assert prepare.assign_splits(times, TOY).tolist() == ["train", "validation"]


FIELDS = (Column("at", "time", required=True), Column("size", "number"), Column("kind", "text"))


def test_a_record_from_a_client_is_typed_like_one_from_a_table() -> None:
    table = pd.DataFrame({"kind": ["a", np.nan], "size": [3, 4], "at": ["2024-01-01T05:00:00", "2024-01-02"], "x": 1})
    documents = [{"at": "2024-01-01T05:00:00", "size": 3, "kind": "a"}, {"at": "2024-01-02", "size": 4.0, "kind": None}]
    typed, parsed = records.typed(table, FIELDS), records.parse(documents, FIELDS)
    pd.testing.assert_frame_equal(typed, parsed)
    assert typed.dtypes.astype("str").to_dict() == {"at": "datetime64[ns]", "size": "float64", "kind": "object"}


def test_a_request_of_missing_values_keeps_its_types() -> None:
    parsed = records.parse([{"at": "2024-01-01"}], FIELDS)
    assert parsed.dtypes.astype("str").to_dict() == {"at": "datetime64[ns]", "size": "float64", "kind": "object"}
    assert parsed.isna().iloc[0].tolist() == [False, True, True]


@pytest.mark.parametrize("edge, step", [(pd.Timestamp.min, 1), (pd.Timestamp.max, -1)])
def test_the_times_that_a_record_may_have_are_those_that_a_table_can_hold(edge: pd.Timestamp, step: int) -> None:
    inside = edge.floor("us") if step < 0 else edge.ceil("us")
    assert records.parse([{"at": inside.isoformat()}], FIELDS)["at"].tolist() == [inside]
    outside = inside.to_pydatetime() - timedelta(microseconds=step)
    with pytest.raises(RequestError, match="it must be a time without zone"):
        records.parse([{"at": outside.isoformat()}], FIELDS)


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
        ({"at": "9999-01-01"}, "it must be a time without zone"),
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
        records.parse([AT, record], FIELDS)
    assert caught.value.status == 400
    assert len(str(caught.value)) < 300


def fitted() -> Encoder:
    kind = ["rare", "low", "low", "high", "high", None]
    table = pd.DataFrame({"kind": kind, "size": 1.0})
    return Encoder.fit(table, pd.Series([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]), TOY)


def test_levels_are_ordered_by_their_rate_and_rare_or_unknown_ones_are_missing() -> None:
    encoder = fitted()
    assert encoder.features[1].levels == ("low", "high")
    table = pd.DataFrame({"kind": ["high", "low", "rare", "new", None], "size": [1e300, np.inf, 0.1, np.nan, 3]})
    encoded = encoder.apply(table)
    assert list(encoded.columns) == ["size", "kind"]
    assert set(encoded.dtypes) == {np.dtype("float32")}
    assert encoded["kind"].fillna(-1).tolist() == [1, 0, -1, -1, -1]
    assert encoded["size"].isna().tolist() == [True, True, False, True, False]


NUMBERS = st.one_of(st.none(), st.floats(), st.integers(-(2**53), 2**53))
KINDS = st.sampled_from(["high", "low", "rare", "new", None, float("nan")])


@given(st.lists(st.tuples(NUMBERS, KINDS), min_size=1))
def test_a_row_is_encoded_as_in_a_table(rows: list[tuple[Any, Any]]) -> None:
    encoder = fitted()
    table = pd.DataFrame(
        {"size": pd.Series([row[0] for row in rows], dtype="float64"), "kind": [row[1] for row in rows]}
    )
    expected = encoder.apply(table).to_numpy()
    found = np.array([encoder.encode(row) for row in rows], "float32")
    assert found.tobytes() == expected.tobytes()


def test_features_json_says_all_that_was_fitted() -> None:
    encoder = fitted()
    assert Encoder.from_document(json.loads(json.dumps(encoder.document()))) == encoder
    with pytest.raises(StepError, match=r"features\.json is of version 2; expected 1"):
        Encoder.from_document({**encoder.document(), "version": 2})


def test_the_baseline_learns_from_training_rows_only() -> None:
    groups = pd.DataFrame({"kind": ["a", "a", "b", "a", "c"]})
    train = pd.Series([True, True, True, False, False])
    label = pd.Series([1.0, 0.0, 0.0, 1.0, 1.0])
    forecast = rates.baseline_forecast(groups, label, train, smoothing=1)
    overall = 1 / 3
    assert forecast.tolist() == pytest.approx([(1 + overall) / 3] * 2 + [overall / 2, (1 + overall) / 3, overall])
    changed = rates.baseline_forecast(groups, label.where(train, 0.0), train, smoothing=1)
    pd.testing.assert_series_equal(forecast, changed)


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    files.write_json(path, {"auc": np.float64(0.5), "rows": np.int64(3), "none": float("nan")})
    assert json.loads(path.read_text()) == {"auc": 0.5, "rows": 3, "none": None}
    with pytest.raises(TypeError):
        files.write_json(path, {"broken": object()})
    assert json.loads(path.read_text())["rows"] == 3
    assert [item.name for item in tmp_path.iterdir()] == ["report.json"]


def test_parts_of_a_folder_are_read_as_one_table(tmp_path: Path) -> None:
    folder = tmp_path / "t.parquet"
    folder.mkdir()
    for part in range(2):
        pd.DataFrame({"at": [part], "other": 0}).to_parquet(folder / f"part-{part}.parquet")
    assert sorted(files.read_parquet(folder, ["at"])["at"]) == [0, 1]
