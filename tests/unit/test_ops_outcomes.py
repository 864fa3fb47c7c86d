"""What a person brings of outcomes lies where experiments look, in SageMaker's format."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config import load_use_case
from ops import outcomes
from ops.outcomes_file import Columns, documents
from ops.target import OperationError, Target
from pipelines_src.steps.outcomes.reading import GroundTruth
from tests.unit.ops_stub_kit import Stubs

FLIGHTS, DIGITS = load_use_case("flight_delays"), load_use_case("handwritten_digits")


COLUMNS = Columns("inference_id", ("arrived_late", "outcome"))


def lines(use_case: Any, path: Path) -> list[dict[str, Any]]:
    return list(documents(use_case, path, COLUMNS))


def test_a_row_is_an_outcome_as_sagemaker_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_text("inference_id,outcome\n007,1\nb,0\nNA,true\n")
    assert lines(FLIGHTS, path) == [
        {
            "groundTruthData": {"data": data, "encoding": "CSV"},
            "eventMetadata": {"eventId": name},
            "eventVersion": "0",
        }
        for name, data in (("007", "1"), ("b", "0"), ("NA", "true"))
    ]


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_other_files_say_the_same(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"late.{ending}"
    table = pd.DataFrame({"inference_id": [7, 2**60 + 1], "arrived_late": [1.0, 0.0]})
    table.to_parquet(path) if ending == "parquet" else table.to_json(path, orient="records", lines=True)
    assert [one["groundTruthData"]["data"] for one in lines(FLIGHTS, path)] == ["1", "0"]
    assert [one["eventMetadata"]["eventId"] for one in lines(FLIGHTS, path)] == ["7", str(2**60 + 1)]
    one_missing = table.astype({"inference_id": "Int64"})
    one_missing.loc[1, "inference_id"] = None
    one_missing.to_parquet(path) if ending == "parquet" else path.write_text(
        '{"inference_id": 7, "outcome": 1}\n{"outcome": 0}'
    )
    with pytest.raises(OperationError, match="row 2: found inference_id ''"):
        lines(FLIGHTS, path)


@pytest.mark.parametrize("ending", ["parquet", "jsonl", "csv"])
def test_several_records_of_a_request_have_an_outcome_each(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"late.{ending}"
    if ending == "csv":
        path.write_text('inference_id,outcome\na,"1\n0"\n')
    else:
        table = pd.DataFrame({"inference_id": ["a"], "outcome": [[1, 0]]})
        table.to_parquet(path) if ending == "parquet" else table.to_json(path, orient="records", lines=True)
    [one] = lines(FLIGHTS, path)
    assert one["groundTruthData"]["data"] == "1\n0"
    read = GroundTruth(("no", "yes"))("2026/01/01/00/f", json.dumps(one))
    assert [(row[0], row[1], row[3]) for row in read] == [("a", 0, 1.0), ("a", 1, 0.0)]


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_of_two_outcomes_a_time_says_which_is_the_later(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"late.{ending}"
    table = pd.DataFrame({"inference_id": ["a", "a", "a"], "outcome": [1, 1, 0]})
    table.to_parquet(path) if ending == "parquet" else table.to_csv(path, index=False)
    with pytest.raises(OperationError, match=r"row 3: found outcome '0' of 'a', which has '1' in row 1; .*event_time"):
        lines(FLIGHTS, path)
    table["event_time"] = pd.to_datetime(["2026-01-01T09:00:00", "2026-01-01T09:00:00", "2026-01-01T08:00:00"])
    table.to_parquet(path) if ending == "parquet" else table.to_csv(path, index=False)
    found = lines(FLIGHTS, path)
    assert [one["eventMetadata"]["eventTime"] for one in found] == [
        "2026-01-01T09:00:00+00:00", "2026-01-01T09:00:00+00:00", "2026-01-01T08:00:00+00:00",
    ]  # fmt: skip


def test_classes_are_those_of_the_use_case(tmp_path: Path) -> None:
    path = tmp_path / "digits.csv"
    path.write_text("inference_id,outcome\na,7\n")
    [one] = lines(DIGITS, path)
    assert one["groundTruthData"]["data"] == "7"
    path.write_text("inference_id,outcome\na,7\nb,ten\n")
    with pytest.raises(OperationError, match=r"row 2: found inference_id 'b' and outcome 'ten'; allowed.*one of 0, 1"):
        lines(DIGITS, path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("inference_id,outcome\na,maybe\n", r"row 1: .*'maybe'; allowed are an id and 1 or 0.*Nothing was sent"),
        ("inference_id,outcome\n,1\n", "row 1: found inference_id ''"),
        ("inference_id,outcome\na,\n", r"row 1: .*outcome ''"),
        ("request,outcome\na,1\n", r"no column 'inference_id'; it has request, outcome.*--request"),
        ("inference_id,outcome,event_time\na,1,soon\n", r"row 1: found event_time 'soon'; .*2026-01-31T09:00:00Z"),
        ("inference_id,outcome,event_time\na,1,\n", "row 1: found event_time ''"),
        ("inference_id,late\na,1\n", r"no column 'arrived_late' or 'outcome'.*--outcome"),
        ("", "cannot be read"),
    ],
)
def test_what_is_no_outcome_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_text(text)
    with pytest.raises(OperationError, match=said):
        lines(FLIGHTS, path)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="Save it as one of them"):
        lines(FLIGHTS, tmp_path / "late.xlsx")


def test_the_same_outcomes_are_the_same_objects(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    monkeypatch.setattr(outcomes, "_LINES", 2)
    path = tmp_path / "late.csv"
    path.write_text("inference_id,outcome\na,1\nb,0\nc,1\n")
    found, sent = lines(FLIGHTS, path), []
    for minute in (30, 59):
        stubs = Stubs()
        bodies: list[bytes] = []
        bucket = stubs.stub("s3", "s3")
        stubs.target.s3.meta.events.register(
            "provide-client-params.s3.PutObject", lambda params, bodies=bodies, **_: bodies.append(params["Body"])
        )
        for _ in range(2):
            bucket.add_response("put_object", {})
        uris = list(outcomes.upload(stubs.target, found, datetime(2026, 11, 26, 4, minute, tzinfo=UTC)))
        sent.append(uris)
        bucket.assert_no_pending_responses()
        about = [json.loads(line)["eventMetadata"] for body in bodies for line in body.splitlines()]
        assert [one["eventId"] for one in about] == ["a", "b", "c"]
        # Of outcomes that say no time the latest brought counts, also within the hour.
        assert {one["eventTime"] for one in about} == {f"2026-11-26T04:{minute}:00+00:00"}
    assert sent[0] == sent[1]
    assert len(set(sent[0])) == 2
    assert all(uri.startswith("s3://capture/flight_delays/ground-truth/2026/11/26/04/") for uri in sent[0])


def test_a_time_that_is_said_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"eventMetadata": {"eventId": "a", "eventTime": "2026-01-01T08:00:00+00:00"}}
    assert outcomes._of_time(document, datetime(2026, 11, 26, tzinfo=UTC)) == document
