"""The collector: messages to objects, again and in any order the same."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collector.events import parse
from collector.handler import collect
from pipelines_src.steps.outcomes.reading import GroundTruth

EXPOSURE = {
    "kind": "exposure", "use_case": "flight_delays", "inference_id": "r-1", "user": "0a" * 16, "assigned": "challenger",
    "answered": "champion", "share": 0.25, "time": "2026-11-26T15:59:59.999+00:00",
}  # fmt: skip
OUTCOME = {
    "kind": "outcome", "use_case": "flight_delays", "inference_id": "r-1", "data": "1",
    "time": "2026-11-26T16:00:00.000+00:00",
}  # fmt: skip
SENT = 1795708801234  # 2026-11-26T16:00:01.234Z


class Bucket:
    """Keeps objects; refuses those of a folder."""

    def __init__(self, refuses: str = "nothing") -> None:
        self.objects: dict[str, str] = {}
        self._refuses = refuses

    def put_object(self, **request: Any) -> None:
        if self._refuses in request["Key"]:
            raise OSError("no")
        self.objects[request["Key"]] = request["Body"].decode()


def messages(*bodies: Any, sent: int = SENT) -> dict[str, Any]:
    records = [
        {"messageId": f"m-{number}", "body": body if isinstance(body, str) else json.dumps(body),
         "attributes": {"SentTimestamp": str(sent), "ApproximateReceiveCount": "1"}, "receiptHandle": "h"}
        for number, body in enumerate(bodies)
    ]  # fmt: skip
    return {"Records": records}


def run(event: Any, bucket: Bucket) -> list[str]:
    failed = collect(parse(event), bucket, "capture")["batchItemFailures"]  # type: ignore[arg-type]  # a bucket of ours
    return [one["itemIdentifier"] for one in failed]


def test_exposures_and_outcomes_lie_by_use_case_and_hour() -> None:
    bucket = Bucket()
    assert run(messages(EXPOSURE, OUTCOME, EXPOSURE | {"use_case": "digit_clusters"}), bucket) == []
    assert sorted(key.rpartition("/")[0] for key in bucket.objects) == [
        "digit_clusters/exposures/2026/11/26/16",
        "flight_delays/exposures/2026/11/26/16",
        "flight_delays/ground-truth/2026/11/26/16",
    ]
    exposures, outcomes = (
        next(text for key, text in bucket.objects.items() if f"flight_delays/{folder}/" in key)
        for folder in ("exposures", "ground-truth")
    )
    assert json.loads(exposures) == {name: EXPOSURE[name] for name in EXPOSURE if name not in ("kind", "use_case")}
    assert json.loads(outcomes) == {
        "groundTruthData": {"data": "1", "encoding": "CSV"},
        "eventMetadata": {"eventId": "r-1", "eventTime": OUTCOME["time"]},
        "eventVersion": "0",
    }


def test_the_reduction_reads_what_is_written_and_the_later_outcome_wins() -> None:
    bucket = Bucket()
    later = OUTCOME | {"data": "0", "time": "2026-11-26T16:00:00.001+00:00"}
    run(messages(later, OUTCOME), bucket)
    [(key, text)] = bucket.objects.items()
    rows = [row for line in text.splitlines() for row in GroundTruth(("0", "1"))(f"s3://b/{key}", line)]
    assert max(rows, key=lambda row: row[2])[:2] + max(rows, key=lambda row: row[2])[3:] == ("r-1", 0, 0.0)
    assert len(rows) == 2


def test_several_records_of_one_request_are_several_lines() -> None:
    bucket = Bucket()
    run(messages(OUTCOME | {"data": "1\n0"}), bucket)
    [(key, text)] = bucket.objects.items()
    rows = [row for line in text.splitlines() for row in GroundTruth(("0", "1"))(f"s3://b/{key}", line)]
    assert [(row[0], row[1], row[3]) for row in rows] == [("r-1", 0, 1.0), ("r-1", 1, 0.0)]


@given(order=st.permutations(range(6)))
def test_the_same_batch_in_any_order_overwrites_itself(order: list[int]) -> None:
    event = messages(*(EXPOSURE | {"inference_id": f"r-{number}"} for number in range(4)), OUTCOME, OUTCOME)
    first, again = Bucket(), Bucket()
    run(event, first)
    run({"Records": [event["Records"][number] for number in order]}, again)
    assert first.objects == again.objects
    assert len(first.objects) == 2


def test_other_messages_are_another_object() -> None:
    bucket = Bucket()
    event = messages(EXPOSURE, EXPOSURE)
    run({"Records": event["Records"][:1]}, bucket)
    run({"Records": event["Records"][1:]}, bucket)
    assert len(bucket.objects) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda said: "no json",
        lambda said: said | {"kind": "other"},
        lambda said: said | {"use_case": "../other"},
        lambda said: said | {"share": 1.5},
        lambda said: said | {"user_name": "anna"},
        lambda said: {name: said[name] for name in said if name != "inference_id"},
    ],
)
def test_what_is_none_of_ours_fails_alone(change: Callable[[dict[str, Any]], Any]) -> None:
    bucket = Bucket()
    assert run(messages(OUTCOME, change(EXPOSURE), EXPOSURE), bucket) == ["m-1"]
    assert len(bucket.objects) == 2


def test_what_cannot_be_written_fails_and_the_rest_does_not() -> None:
    bucket = Bucket(refuses="exposures")
    assert run(messages(EXPOSURE, OUTCOME, EXPOSURE), bucket) == ["m-0", "m-2"]
    assert [key.split("/")[1] for key in bucket.objects] == ["ground-truth"]


def test_an_event_of_no_queue_is_an_error() -> None:
    with pytest.raises(ValidationError):
        parse({"Records": []})
