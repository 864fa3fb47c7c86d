"""The function that answers requests: what it takes, what it says, and what is an error of its own."""

import base64
import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assignment import handler
from assignment.events import Happened, parse
from assignment.outcomes import message
from assignment_client import Client
from assignment_client.sticky import assigned
from tests.unit.assignment_kit import World, refusal
from tests.unit.test_assignment_client import FIRST, SECOND, SPLIT

CONTEXT = SimpleNamespace(
    function_name="assignment", memory_limit_in_mb=512, aws_request_id="1", invoked_function_arn="arn:a"
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    monkeypatch.setenv("ML_LOOP_ENVIRONMENT", "dev")
    monkeypatch.setenv("ML_LOOP_QUEUE_URL", "q")
    monkeypatch.setenv("ML_LOOP_USE_CASES", json.dumps({"flight_delays": "sticky", "digit_clusters": "random"}))
    monkeypatch.setattr(handler, "Client", lambda *names, **more: Client(*names, **more, clients=world.clients))
    monkeypatch.setattr(handler, "client", world.clients)
    handler._client.cache_clear()
    return world


def ask(event: Any) -> dict[str, Any]:
    said: dict[str, Any] = handler.lambda_handler(event, CONTEXT)
    return said


def test_a_request_is_answered_and_its_exposure_is_in_the_queue(world: World) -> None:
    said = ask({"use_case": "flight_delays", "body": "1,2", "content_type": "text/csv", "user": SECOND})
    assert (said["variant"], said["content_type"], said["body"]) == ("challenger", "text/csv", "0.5")
    assert world.requests[0]["Body"] == b"1,2"
    assert [event["inference_id"] for event in world.events] == [said["inference_id"]]
    assert (
        assigned(SPLIT, FIRST) == "champion" == ask({"use_case": "flight_delays", "body": "", "user": FIRST})["variant"]
    )


def test_where_requests_are_random_a_user_means_nothing(world: World) -> None:
    ask({"use_case": "digit_clusters", "body": "{}", "user": SECOND})
    assert "TargetVariant" not in world.requests[0]
    assert world.requests[0]["EndpointName"] == "dev-digit-clusters"


def test_bytes_come_and_go_in_base64(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    image = b"\xff\xd8\x00"
    monkeypatch.setattr(
        world, "invoke_endpoint", lambda **request: {"Body": io.BytesIO(request["Body"]), "ContentType": "image/jpeg"}
    )
    said = ask({"use_case": "flight_delays", "body": base64.b64encode(image).decode(), "base64": True})
    assert (base64.b64decode(said["body"]), said["base64"]) == (image, True)


WRONG: list[tuple[Any, str]] = [
    ([], "found list; allowed is an object with `use_case` and `body` or `outcome`"),
    ({"use_case": "flight_delays"}, "body: Field required"),
    ({"use_case": "flight_delays", "body": {"a": 1}}, "body: found dict; Input should be a valid string"),
    ({"use_case": "flight_delays", "body": "", "user": 7}, "user: found int; Input should be a valid string"),
    ({"use_case": "flight_delays", "body": "", "user": ""}, "user: found str; String should have at least 1 character"),
    ({"use_case": "flight_delays", "body": "", "usr": "x"}, "usr: found str; Extra inputs are not permitted"),
    ({"use_case": "flight_delays", "body": "", "inference_id": "x" * 65}, "inference_id: found str; String should"),
    ({"use_case": "flight_delays", "body": "", "inference_id": "a\n"}, "inference_id: found str; String should"),
    ({"use_case": "flights", "body": ""}, "use_case: found 'flights', which has no section `experiment` here; allowed "
     "are digit_clusters, flight_delays"),
    ({"use_case": "flight_delays", "body": "*", "base64": True}, "body: is not base64"),
    ({"use_case": "flight_delays", "outcome": 1}, "inference_id: Field required"),
    ({"use_case": "flight_delays", "inference_id": "a", "outcome": "1\n0"}, "outcome."),
    ({"use_case": "flight_delays", "inference_id": "a", "outcome": []}, "outcome."),
    ({"use_case": "flight_delays", "inference_id": "a", "outcome": " "}, "outcome."),
]  # fmt: skip


@pytest.mark.parametrize(("event", "text"), WRONG)
def test_what_is_wrong_with_an_event_is_said(world: World, event: Any, text: str) -> None:
    error = ask(event)["error"]
    assert error["code"] == "InvalidRequest"
    assert text in error["message"]
    assert (world.requests, world.events) == ([], [])


def test_nothing_of_a_person_is_said_or_logged(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    said = ask({"use_case": "flight_delays", "body": "secret", "user": ["anna@example.com"]})
    world.unreachable("describe_endpoint", "send_message_batch")
    ask({"use_case": "flight_delays", "body": "secret", "user": "anna@example.com"})
    written = json.dumps(said) + "".join(capfd.readouterr())
    assert "ExposureLost" in written
    assert "anna" not in written
    assert "secret" not in written


def test_a_model_that_refuses_is_no_error_of_the_function(world: World) -> None:
    world.down["invoke_endpoint"] = refusal("ModelError", OriginalStatusCode=400)
    assert ask({"use_case": "flight_delays", "body": ""})["error"] == {
        "code": "ModelError", "message": "ModelError was said", "status": 400,
    }  # fmt: skip


def test_what_its_owner_must_hear_of_is_one(world: World) -> None:
    world.down["invoke_endpoint"] = refusal("AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        ask({"use_case": "flight_delays", "body": ""})


def test_all_but_the_endpoint_may_be_down_and_each_loss_is_counted(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    world.unreachable("describe_endpoint", "send_message_batch")
    assert ask({"use_case": "flight_delays", "body": "", "user": SECOND})["variant"] == "champion"
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines() if '"_aws"' in line]
    counted = {line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"]: line for line in lines}
    assert set(counted) == {"WeightsUnread", "ExposureLost"}
    lost = counted["ExposureLost"]
    assert (lost["ExposureLost"], lost["Environment"], lost["UseCase"]) == ([1.0], "dev", "flight-delays")


def test_an_outcome_goes_to_the_queue(world: World) -> None:
    assert ask({"use_case": "flight_delays", "inference_id": "r-1", "outcome": True}) == {"inference_id": "r-1"}
    [event] = world.events
    assert event.pop("time").endswith("+00:00")
    assert event == {"kind": "outcome", "use_case": "flight_delays", "inference_id": "r-1", "data": "1"}
    assert world.requests == []


def test_an_outcome_that_cannot_be_kept_is_an_error(world: World) -> None:
    world.down["send_message"] = refusal("ServiceUnavailable", "SendMessage")
    with pytest.raises(ClientError):
        ask({"use_case": "flight_delays", "inference_id": "r-1", "outcome": 1})


@pytest.mark.parametrize(
    ("outcome", "data"),
    [(False, "0"), (3, "3"), (2.0, "2"), (-2.5, "-2.5"), (" late ", "late"), ([1, False, "x", 0.5], "1\n0\nx\n0.5")],
)
def test_outcomes_are_said_as_ground_truth_has_them(outcome: Any, data: str) -> None:
    happened = parse({"use_case": "u", "inference_id": "r", "outcome": outcome}, ["u"])
    assert isinstance(happened, Happened)
    assert json.loads(message(happened, datetime.now(UTC)))["data"] == data
