"""The library that programs take: who is asked, what is recorded, and what of AWS may be down meanwhile."""

import os
import shutil
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assignment_client import Client, Split
from assignment_client.live_split import LiveSplit
from assignment_client.recorder import Recorder
from assignment_client.sticky import assigned, pseudonym
from tests.unit.assignment_kit import PACKAGE, World, refusal

LIBRARY = Path(__file__).resolve().parents[2] / "lambda" / "assignment_client"
SPLIT = Split(0.25, f"dev-flight-delays {PACKAGE}")
FIRST = next(name for name in map(str, range(100)) if assigned(SPLIT, name) == "champion")
SECOND = next(name for name in map(str, range(100)) if assigned(SPLIT, name) == "challenger")


@pytest.fixture
def world() -> World:
    return World()


def client(world: World, **changes: Any) -> Client:
    given = {"sticky": True, "queue_url": "q", "clients": world.clients, **changes}
    return Client("dev", "flight_delays", **given)


def test_a_user_is_sent_to_the_own_variant_and_it_is_recorded(world: World) -> None:
    asking = client(world)
    for user, variant in ((FIRST, "champion"), (SECOND, "challenger")):
        answer = asking.ask("1,2", content_type="text/csv", accept="text/csv", user=user, inference_id=f"r-{user}")
        assert (answer.body, answer.content_type, answer.variant) == (b"0.5", "text/csv", variant)
        assert world.requests[-1] == {
            "EndpointName": "dev-flight-delays", "Body": "1,2", "ContentType": "text/csv", "Accept": "text/csv",
            "InferenceId": f"r-{user}", "TargetVariant": variant,
        }  # fmt: skip
    assert asking.flush()
    event = world.events[-1]
    assert abs(datetime.fromisoformat(event.pop("time")) - datetime.now(UTC)) < timedelta(minutes=1)
    assert event == {
        "kind": "exposure", "use_case": "flight_delays", "inference_id": f"r-{SECOND}", "assigned": "challenger",
        "answered": "challenger", "share": 0.25, "user": pseudonym(SPLIT.salt, SECOND),
    }  # fmt: skip


@pytest.mark.parametrize("changes", [{"sticky": False}, {}])
def test_without_a_user_or_by_weight_the_endpoint_draws(world: World, changes: dict[str, Any]) -> None:
    asking = client(world, **changes)
    asking.ask("1", user=None if not changes else SECOND)
    assert "TargetVariant" not in world.requests[0]
    assert asking.flush()
    assert (world.events[0]["assigned"], world.events[0]["answered"]) == (None, "champion")


def test_every_request_has_an_id_of_its_own_or_the_one_given(world: World) -> None:
    asking = client(world)
    made = [asking.ask("1").inference_id for _ in range(3)]
    assert len({uuid.UUID(name) for name in made}) == 3
    assert asking.ask("1", inference_id="again").inference_id == "again"
    assert [request["InferenceId"] for request in world.requests] == [*made, "again"]


def test_without_a_challenger_that_has_a_share_nothing_is_chosen_or_recorded(world: World) -> None:
    world.weights = {"champion": 3.0, "challenger": 0.0}
    asking = client(world)
    asking.ask("1", user=SECOND)
    assert "TargetVariant" not in world.requests[0]
    assert asking.flush()
    assert (world.events, world.calls["describe_model"]) == ([], 0)


def test_a_variant_that_is_gone_is_asked_for_no_more(world: World) -> None:
    asking = client(world)
    asking.ask("1", user=SECOND)
    world.live = {"champion"}
    answer = asking.ask("1", user=SECOND, inference_id="same")
    assert answer.variant == "champion"
    assert [request.get("TargetVariant") for request in world.requests] == ["challenger", "challenger", None]
    assert {request["InferenceId"] for request in world.requests[1:]} == {"same"}
    assert asking.flush()
    assert (world.events[-1]["assigned"], world.events[-1]["answered"]) == ("challenger", "champion")


@pytest.mark.parametrize("code", ["ModelError", "ServiceUnavailable", "AccessDeniedException"])
def test_a_model_that_fails_is_not_covered_up_by_the_other(world: World, code: str) -> None:
    world.down["invoke_endpoint"] = refusal(code)
    asking = client(world)
    with pytest.raises(ClientError, match=code):
        asking.ask("1", user=SECOND)
    assert len(world.requests) == 1
    assert asking.flush()
    assert world.events == []


def test_a_request_that_is_wrong_is_refused_as_it_is(world: World) -> None:
    world.down["invoke_endpoint"] = refusal("ValidationError")
    with pytest.raises(ClientError, match="ValidationError"):
        client(world).ask("1", user=SECOND)


@pytest.mark.parametrize("operation", ["describe_endpoint", "describe_endpoint_config", "describe_model"])
def test_weights_that_cannot_be_read_cost_nobody_the_answer(world: World, operation: str) -> None:
    world.unreachable(operation)
    told: list[str] = []
    asking = client(world, unread=told.append)
    assert asking.ask("1", user=SECOND).variant == "champion"
    assert asking.ask("1", user=SECOND).variant == "champion"
    assert ("TargetVariant" in world.requests[0], len(told)) == (False, 1)
    assert asking.flush()
    assert (world.events[0]["share"], world.events[0]["user"]) == (None, None)


def test_a_queue_that_is_down_costs_nobody_the_answer_and_is_counted(world: World) -> None:
    world.unreachable("send_message_batch")
    lost: list[int] = []
    asking = client(world, lost=lambda events, _: lost.append(events))
    for _ in range(3):
        assert asking.ask("1", user=SECOND).variant == "challenger"
        assert asking.flush()
    assert (sum(lost), world.calls["send_message_batch"]) == (3, 1)  # it rests after the first


def test_nobody_waits_for_a_queue_that_does_not_answer(world: World) -> None:
    world.hold.clear()
    asking = client(world)
    start = time.monotonic()
    for _ in range(50):
        asking.ask("1", user=SECOND)
    assert not asking.flush(0.05)
    assert time.monotonic() - start < 10
    world.hold.set()
    assert asking.flush(20)
    assert len(world.events) == 50
    assert world.calls["send_message_batch"] <= 6  # ten at a time


class Clock:
    """Time that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def live(world: World, clock: Clock, told: list[str] | None = None) -> LiveSplit:
    failed = (told if told is not None else []).append
    return LiveSplit("dev-flight-delays", lambda: world, failed=failed, seconds=15, clock=clock)


def test_weights_are_remembered_for_some_seconds_and_the_salt_for_a_configuration(world: World) -> None:
    clock = Clock()
    split = live(world, clock)
    assert split.read() == split.read() == SPLIT
    world.weights["challenger"] = 3.0
    clock.now = 14.9
    assert split.read() == SPLIT
    clock.now = 15
    assert split.read() == Split(0.5, SPLIT.salt)
    assert (world.calls["describe_endpoint"], world.calls["describe_model"]) == (2, 1)
    world.config = "dev-flight-delays-4d5e6f-6c7"  # other machines, the same challenger
    clock.now = 30
    assert split.read() == Split(0.5, SPLIT.salt)
    world.config, world.package = "dev-flight-delays-4d5e6f-6c8", PACKAGE.replace("/7", "/8")
    clock.now = 45
    assert split.read() == Split(0.5, SPLIT.salt.replace("/7", "/8"))


def test_a_model_of_no_package_is_its_own_salt(world: World) -> None:
    world.package = None
    assert live(world, Clock()).read() == Split(0.25, "dev-flight-delays m-challenger")


def test_what_was_known_last_holds_while_nothing_can_be_read(world: World) -> None:
    clock, told = Clock(), []  # type: Clock, list[str]
    split = live(world, clock, told)
    split.read()
    world.unreachable("describe_endpoint")
    world.weights["challenger"] = 0.0
    clock.now = 20
    assert split.read() == split.read() == SPLIT
    assert len(told) == 1
    world.down.clear()
    clock.now = 34.9
    assert split.read() == SPLIT
    clock.now = 35
    assert split.read() == Split(0.0, "")


def test_a_doubt_makes_it_ask_within_a_second(world: World) -> None:
    clock = Clock()
    split = live(world, clock)
    split.read()
    split.doubt()
    clock.now = 0.5
    split.read()
    assert world.calls["describe_endpoint"] == 1
    clock.now = 1
    split.read()
    assert world.calls["describe_endpoint"] == 2


def test_events_that_do_not_fit_are_lost_and_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assignment_client.recorder._MOST", 2)
    world.hold.clear()
    lost: list[tuple[int, str]] = []
    recorder = Recorder("q", lambda: world, lost=lambda *what: lost.append(what))
    for number in range(20):
        recorder.record(f'{{"number": {number}}}')
    world.hold.set()
    assert recorder.flush(20)
    assert len(world.events) + sum(count for count, _ in lost) == 20
    assert lost[0] == (1, "2 events wait already")


def test_a_queue_that_refuses_some_loses_those() -> None:
    class Refusing:
        def send_message_batch(self, **_: Any) -> dict[str, Any]:
            return {"Failed": [{"Id": "0", "Code": "InternalError", "Message": "not now"}]}

    lost: list[tuple[int, str]] = []
    recorder = Recorder("q", Refusing, lost=lambda *what: lost.append(what))
    recorder.record("{}")
    assert recorder.flush(20)
    assert lost == [(1, "not now")]


def test_the_folder_is_all_that_a_program_takes(tmp_path: Path) -> None:
    shutil.copytree(LIBRARY, tmp_path / "assignment_client", ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import sys; from assignment_client import Client; Client('dev', 'flight_delays', sticky=True, queue_url='q');"
        "ours = {'pydantic', 'aws_lambda_powertools', 'shared', 'assignment'};"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & ours))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_what_is_beside_the_endpoint_gets_little_time() -> None:
    code = (
        "from assignment_client.client import _client; c = {s: _client(s).meta.config for s in "
        "('sagemaker', 'sqs')};"
        "print([(c[s].connect_timeout, c[s].read_timeout, c[s].retries['total_max_attempts']) for s in c], end=' ')"
    )
    environment = {"PYTHONPATH": str(LIBRARY.parent), "AWS_DEFAULT_REGION": "ap-northeast-1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "[(0.5, 1.0, 1), (0.3, 0.5, 1)] ", done.stderr
