"""`python -m ops release`: what it asks AWS for, and what it says."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY
from typer.testing import CliRunner

from ops import model_packages, release
from ops.target import OperationError, Target
from tests.unit.ops_stub_kit import ARN, NOW, Stubs, versions

FUNCTION = "dev-control-Release-1A2B"


class Platform(Stubs):
    """Stacks and the release function, and the registry."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, environment: str = "dev") -> None:
        super().__init__(environment)
        monkeypatch.setattr(Target, "of", lambda *_: self.target)
        self.registry = self.sagemaker
        self.stacks = self.stub("cloudformation", "cloudformation")
        self.functions = self.stub("functions", "lambda")

    def holds(self, times: int = 3, **slots: int) -> None:
        parameters = [
            {
                "ParameterKey": f"{slot.capitalize()}ModelPackage",
                "ParameterValue": f"{ARN}/{slots[slot]}" if slot in slots else "",
            }
            for slot in ("champion", "challenger", "shadow")
        ]
        stack = {"StackName": "s", "CreationTime": NOW, "StackStatus": "UPDATE_COMPLETE", "Parameters": parameters}
        for _ in range(times):
            self.stacks.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": ANY})

    def answers(self, kind: str, said: Any, error: str = "", **detail: Any) -> None:
        outputs = [{"OutputKey": "ReleaseFunctionName", "OutputValue": FUNCTION}]
        control = {"StackName": "s", "CreationTime": NOW, "StackStatus": "UPDATE_COMPLETE", "Outputs": outputs}
        self.stacks.add_response("describe_stacks", {"Stacks": [control]}, {"StackName": "dev-control"})
        text = json.dumps(said).encode() if said is not None else b""
        answer = {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(text), len(text))}
        if error:
            answer["FunctionError"] = error
        expected = {"FunctionName": FUNCTION, "InvocationType": kind, "Payload": Event(detail)}
        self.functions.add_response("invoke", answer, expected)

    def decided(self, version: int, **request: Any) -> None:
        self.registry.add_response(
            "update_model_package", {"ModelPackageArn": f"{ARN}/{version}"}, {"ModelPackageArn": ANY, **request}
        )

    def end(self) -> None:
        for stubber in (self.registry, self.stacks, self.functions):
            stubber.assert_no_pending_responses()


class Event:
    """Equal to a command event with this detail."""

    def __init__(self, detail: dict[str, Any]) -> None:
        self.detail = {"use_case": "flight-delays", **detail}

    def __eq__(self, other: object) -> bool:
        event = json.loads(other) if isinstance(other, bytes) else {}
        return bool((event.get("source"), event.get("detail")) == ("ml-loop", self.detail))

    __hash__ = None  # type: ignore[assignment]  # as everything that is equal by parts


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    return Platform(monkeypatch)


def run(*words: str) -> str:
    done = CliRunner().invoke(release.app, [words[0], "dev", "flight_delays", *words[1:]])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.mark.parametrize(("words", "version"), [([], 2), (["1"], 1)])
def test_a_version_or_the_newest_is_approved_for_a_slot_and_looked_at(
    platform: Platform, words: list[str], version: int
) -> None:
    platform.registry.add_response("list_model_packages", versions("Rejected", "PendingManualApproval"))
    meaning = {"ml-loop:slot": "challenger", "ml-loop:slot-since": ANY}
    platform.decided(
        version, ModelApprovalStatus="Approved", ApprovalDescription="why not", CustomerMetadataProperties=meaning
    )
    platform.answers("Event", None)
    said = run("approve", *words, "--as", "challenger", "--reason", "why\nnot ")
    assert said == f"approved {ARN}/{version} as challenger"
    platform.end()


@pytest.mark.parametrize("slot", ["challenger", "shadow"])
def test_a_serverless_endpoint_has_no_second_slot(platform: Platform, slot: str) -> None:
    serverless = platform.target.environment.serving.model_validate({"serverless": {}})
    environment = platform.target.environment.model_copy(update={"serving": serverless})
    platform.target.__dict__["environment"] = environment
    platform.registry.add_response("list_model_packages", versions("PendingManualApproval"))
    with pytest.raises(OperationError, match=r"is serverless: it has one variant.*Approve the version as champion"):
        run("approve", "--as", slot)
    platform.end()


@pytest.mark.parametrize(("version", "said"), [([], "no version yet"), (["7"], "no version 7. There are 1")])
def test_a_version_that_is_not_there_is_an_error(platform: Platform, version: list[str], said: str) -> None:
    platform.registry.add_response("list_model_packages", versions(*(["Approved"] if version else [])))
    with pytest.raises(OperationError, match=said):
        run("reject", *version)


@pytest.mark.parametrize(
    ("command", "slots", "version", "status"),
    [
        ("promote", {"champion": 1, "challenger": 2}, 2, "Approved"),
        ("promote", {"champion": 1, "shadow": 3}, 3, "Approved"),
        ("withdraw", {"champion": 1, "challenger": 2}, 2, "Rejected"),
        ("rollback", {"champion": 1, "challenger": 2}, 1, "Rejected"),
    ],
)
def test_what_stands_in_a_slot_is_decided_about(
    platform: Platform, command: str, slots: dict[str, int], version: int, status: str
) -> None:
    platform.holds(**slots)
    request = {"ModelPackageArn": f"{ARN}/{version}", "ModelApprovalStatus": status, "ApprovalDescription": ANY}
    if status == "Approved":
        request["CustomerMetadataProperties"] = {"ml-loop:slot": "champion", "ml-loop:slot-since": ANY}
    else:
        change = {"slot": "champion", "package": f"{ARN}/9", "reason": "rejection", "shift": "at_once"}
        platform.answers("RequestResponse", [change], suppose={"package": f"{ARN}/{version}", "slot": None})
        platform.holds(**slots)
    platform.decided(version, **request)
    platform.answers("Event", None)
    run(command)
    platform.end()


@pytest.mark.parametrize("command", ["promote", "withdraw"])
def test_without_a_second_model_it_says_how_to_get_one(platform: Platform, command: str) -> None:
    platform.holds(champion=1)
    with pytest.raises(OperationError, match=r"neither challenger nor shadow.*--as challenger"):
        run(command)


def test_without_a_model_there_is_no_way_back(platform: Platform) -> None:
    platform.holds()
    with pytest.raises(OperationError, match="serves no model"):
        run("rollback")


def test_a_dry_run_says_every_change_and_decides_nothing(platform: Platform) -> None:
    platform.holds(champion=1, challenger=2)
    changes = [
        {"slot": "champion", "package": f"{ARN}/2", "reason": "promotion", "shift": "guarded"},
        {"slot": "challenger", "package": "", "reason": "promotion", "shift": "at_once"},
    ]
    platform.answers("RequestResponse", changes, suppose={"package": f"{ARN}/2", "slot": "champion"})
    platform.holds(champion=1, challenger=2)
    said = run("promote", "--dry-run")
    assert "champion: version 1 -> version 2 (promotion), traffic moves as the environment's file says" in said
    assert "challenger: version 2 -> empty (promotion), traffic moves at once" in said
    platform.end()


def test_status_names_every_slot_of_a_model(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is promoted it stands in two."""
    platform.registry.add_response("list_model_packages", versions("Approved", "Approved"))
    serves = {"champion": f"{ARN}/2", "challenger": f"{ARN}/2", "shadow": f"{ARN}/1"}
    monkeypatch.setattr(release, "live_packages", lambda _: serves)
    monkeypatch.setattr("ops.release.records.newest", lambda *_: [])
    said = run("status")
    assert "2 Approved live: champion, challenger" in said
    assert "1 Approved live: shadow" in said


def test_a_dry_run_of_nothing_says_so(platform: Platform) -> None:
    platform.holds(champion=1, challenger=2)
    platform.answers("RequestResponse", [], suppose={"package": f"{ARN}/2", "slot": None})
    platform.holds(champion=1, challenger=2)
    assert run("withdraw", "--dry-run") == "Nothing would change."


def test_a_last_champion_that_is_rejected_is_said_to_serve_on(platform: Platform) -> None:
    for words, decides in ((["--dry-run"], False), ([], True)):
        platform.holds(champion=1)
        platform.answers("RequestResponse", [], suppose={"package": f"{ARN}/1", "slot": None})
        platform.holds(champion=1)
        if decides:
            platform.decided(1, ModelApprovalStatus="Rejected", ApprovalDescription=ANY)
            platform.answers("Event", None)
        said = run("rollback", *words)
        assert ("rejected" in said) == decides
        assert "goes on serving" in said
        assert "RejectedModelLive rings" in said
        platform.end()


def test_a_function_that_fails_is_named_with_what_it_said(platform: Platform) -> None:
    platform.holds(champion=1)
    said = {"errorType": "ClientError", "errorMessage": "not now"}
    platform.answers("RequestResponse", said, error="Unhandled", suppose={"package": f"{ARN}/1", "slot": None})
    with pytest.raises(OperationError, match=rf"{FUNCTION} failed: ClientError: not now.*release\.md"):
        run("rollback", "--dry-run")


def test_models_of_an_environment_that_retains_its_data_are_not_forgotten() -> None:
    stubs = Stubs("prod")
    stubs.sagemaker.add_response("list_model_packages", versions("Approved"))
    with pytest.raises(OperationError, match=r"retention\.allow_data_loss"):
        model_packages.delete_all(stubs.target)


def test_every_version_is_forgotten() -> None:
    stubs = Stubs("local")
    sagemaker = stubs.sagemaker
    sagemaker.add_response("list_model_packages", versions("Approved", "Rejected"))
    for number in (2, 1):
        sagemaker.add_response("delete_model_package", {}, {"ModelPackageName": f"{ARN}/{number}"})
    assert model_packages.delete_all(stubs.target) == [f"{ARN}/2", f"{ARN}/1"]
    sagemaker.assert_no_pending_responses()


def test_commands_and_function_spell_what_a_package_is_meant_for_alike() -> None:
    from shared import slots

    said = slots.meaning("shadow", datetime(2026, 1, 1, tzinfo=UTC))
    assert (slots.meant_for(said), slots.meant_since(said)) == ("shadow", datetime(2026, 1, 1, tzinfo=UTC))
    assert [slot.value for slot in release.Slot] == list(slots.SLOTS)


def test_a_function_that_fails_is_not_in_a_rejections_way(platform: Platform) -> None:
    platform.holds(champion=1)
    said = {"errorType": "ClientError", "errorMessage": "not now"}
    platform.answers("RequestResponse", said, error="Unhandled", suppose={"package": f"{ARN}/1", "slot": None})
    platform.decided(1, ModelApprovalStatus="Rejected", ApprovalDescription="it forgets holidays")
    platform.answers("Event", None)
    found = run("rollback", "--reason", "it forgets holidays")
    assert "What follows is not known" in found
    assert found.endswith(f"rejected {ARN}/1")
    platform.end()
