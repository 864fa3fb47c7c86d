"""What a person brings of outcomes lies where experiments look, in SageMaker's format."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config import load_use_case
from ops import outcomes
from ops.target import OperationError, Target
from tests.unit.ops_stub_kit import Stubs

FLIGHTS, DIGITS = load_use_case("flight_delays"), load_use_case("handwritten_digits")


def lines(use_case: Any, path: Path, **columns: str) -> list[dict[str, Any]]:
    found = outcomes.ground_truth(use_case, path, columns.get("request", "inference_id"), ["arrived_late", "outcome"])
    return [json.loads(line) for line in found]


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
    table = pd.DataFrame({"inference_id": ["a", "b"], "arrived_late": [1, 0]})
    table.to_parquet(path) if ending == "parquet" else table.to_json(path, orient="records", lines=True)
    assert [one["groundTruthData"]["data"] for one in lines(FLIGHTS, path)] == ["1", "0"]


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


def test_the_same_outcomes_are_the_same_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    monkeypatch.setattr(outcomes, "_LINES", 2)
    sent: list[set[str]] = []
    for _ in range(2):
        stubs = Stubs()
        bucket = stubs.stub("s3", "s3")
        uris = []
        for _ in range(2):
            bucket.add_response("put_object", {})
        uris = list(outcomes.upload(stubs.target, ["a", "b", "c"], datetime(2026, 11, 26, 4, 30, tzinfo=UTC)))
        sent.append(set(uris))
        bucket.assert_no_pending_responses()
    assert sent[0] == sent[1]
    assert len(sent[0]) == 2
    assert all(uri.startswith("s3://capture/flight_delays/ground-truth/2026/11/26/04/") for uri in sent[0])
