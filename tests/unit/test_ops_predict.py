"""What an endpoint answers, beside what happened."""

import io
from types import SimpleNamespace

import pandas as pd
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import ANY

from ops import predict
from ops.target import OperationError
from tests.unit.ops_stub_kit import GROUP, Stubs


def records() -> pd.DataFrame:
    times = pd.to_datetime(["2013-06-02", "2013-06-01"])
    return pd.DataFrame(
        {"scheduled_departure": times, "arrived_late": [1, 0], "record_id": ["b", "a"], "carrier": "UA"}
    )


def test_predictions_stand_beside_what_happened_in_order_of_time() -> None:
    stubs = Stubs()
    runtime = stubs.stub("runtime", "sagemaker-runtime")
    for record_id, answer in (("a", b"0.1"), ("b", b"0.9")):
        body = b'{"predictions": [{"probability": ' + answer + b"}]}"
        runtime.add_response(
            "invoke_endpoint",
            {"Body": StreamingBody(io.BytesIO(body), len(body)), "InvokedProductionVariant": "champion"},
            {
                "EndpointName": GROUP,
                "ContentType": "application/json",
                "Accept": "application/json",
                "InferenceId": record_id,
                "Body": ANY,
            },
        )
    answers = predict.predict(stubs.target, records(), 10, seed=0)
    assert [(answer.answer, answer.happened, answer.variant) for answer in answers] == [
        ({"probability": 0.1}, False, "champion"),
        ({"probability": 0.9}, True, "champion"),
    ]
    # The endpoint must not be told what happened.
    assert all(set(answer.record) == {"scheduled_departure", "carrier"} for answer in answers)


def test_a_model_that_is_not_ready_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("shared.readiness.time", SimpleNamespace(sleep=slept.append))
    stubs, body = Stubs(), b'{"predictions": [{"probability": 0.1}]}'
    runtime = stubs.stub("runtime", "sagemaker-runtime")
    for _ in range(3):
        runtime.add_client_error("invoke_endpoint", "ModelNotReadyException", "wait", http_status_code=429)
    runtime.add_response("invoke_endpoint", {"Body": StreamingBody(io.BytesIO(body), len(body))})
    assert predict.ask(stubs.target, {}, None, None).answer == {"probability": 0.1}
    assert slept == [1, 1, 1]
    monkeypatch.setattr(predict, "_PAUSES", ())
    runtime.add_client_error("invoke_endpoint", "ModelNotReadyException", "wait", http_status_code=429)
    with pytest.raises(ClientError, match="ModelNotReadyException"):
        predict.ask(stubs.target, {}, None, None)


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        ("ValidationError", "Endpoint dev-flight-delays of account 111122223333 not found.", "has no endpoint yet"),
        ("ModelError", "Received server error (500) from model", "failed on record a"),
    ],
)
def test_an_endpoint_that_does_not_answer(code: str, message: str, said: str) -> None:
    stubs = Stubs()
    stubs.stub("logs", "logs").add_response("describe_log_streams", {"logStreams": []})
    stubs.stub("runtime", "sagemaker-runtime").add_client_error("invoke_endpoint", code, message)
    with pytest.raises(OperationError, match=said):
        predict.predict(stubs.target, records(), 10, seed=0)
