"""What Model Monitor's container is given of a captured request: flat records, or predictions beside outcomes."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines_src.native_monitor.record_preprocessor import preprocess_handler


def side(data: str, encoding: str = "JSON") -> SimpleNamespace:
    return SimpleNamespace(data=data, encoding=encoding)


def record(given: Any, inference_id: str | None = None, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(
        endpoint_input=given,
        endpoint_output=more.pop("answer", None),
        event_metadata=SimpleNamespace(inference_id=inference_id),
        **more,
    )


@pytest.mark.parametrize(
    ("given", "records"),
    [
        (side('{"a": 1, "b": null}'), [{"a": 1, "b": None}]),
        (side('{"instances": [{"a": 1}, {"a": 2}]}'), [{"a": 1}, {"a": 2}]),
        (side(base64.b64encode(b'{"a": 1}\n{"a": 2}\n').decode(), "BASE64"), [{"a": 1}, {"a": 2}]),
        (side("[1, 2]"), []),
        (side("no json"), []),
        (side("1,2", "CSV"), []),
        (None, []),
    ],
)
def test_records_of_every_form_of_a_request(given: Any, records: Any) -> None:
    assert preprocess_handler(record(given)) == records


def test_columns_come_by_name_as_the_baseline_has_them() -> None:
    [found] = preprocess_handler(record(side('{"b": 1, "a": 2}')))
    assert list(found) == ["a", "b"]


def test_requests_of_the_platform_itself_do_not_count() -> None:
    assert preprocess_handler(record(side('{"a": 1}'), inference_id="ml-loop:release-3")) == []
    assert preprocess_handler(record(side('{"a": 1}'), inference_id="flight-3")) == [{"a": 1}]


def judged(predictions: list[Any], truth: str) -> Any:
    answer = side(json.dumps({"predictions": predictions}))
    return preprocess_handler(record(None, answer=answer, ground_truth=SimpleNamespace(data=truth, encoding="CSV")))


def test_predictions_beside_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged([{"probability": 0.7}, {"probability": 0.7, "decision": False}], "1\n0") == [
        {"groundTruthData_0": 1, "endpointOutput_prediction": 1, "endpointOutput_probability": 0.7},
        {"groundTruthData_0": 0, "endpointOutput_prediction": 0, "endpointOutput_probability": 0.7},
    ]
    assert judged([{"label": 3, "probabilities": {}}], "3") == [
        {"groundTruthData_0": "3", "endpointOutput_prediction": "3"}
    ]
    assert judged([{"value": 2.5}], "3") == [{"groundTruthData_0": 3.0, "endpointOutput_prediction": 2.5}]
    assert judged([{"value": 2.5}, {"value": 1.0}], "\n3") == [
        {"groundTruthData_0": 3.0, "endpointOutput_prediction": 1.0}
    ]
    assert judged([{"value": 2.5}], "much") == []
    monkeypatch.setenv("ML_LOOP_POSITIVE", "failed")
    assert [one["groundTruthData_0"] for one in judged([{"probability": 0.7}] * 3, "failed\nworks\n1")] == [1, 0, 1]
    monkeypatch.setenv("ML_LOOP_POSITIVE", "0")
    assert [one["groundTruthData_0"] for one in judged([{"probability": 0.7}] * 2, "0\n1")] == [1, 0]
