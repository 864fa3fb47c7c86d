"""Releases to a serverless endpoint: one slot, no guardrails, a model that is not ready at once, its size compared."""

from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from release import smoke
from release.logic import decide
from release.registry import Registry
from release.sample import Sample
from release.smoke import Smoke
from release.stacks import ServingStacks
from release.state import Live, Observation, Update
from release.steps import Ask, Claim, Close, Rest
from shared.slots import SLOTS
from tests.local.endpoints_kit import archive
from tests.unit.release_logic_kit import arn, attempt, look, package
from tests.unit.release_stub_kit import ATTEMPT, GROUP, NOW, STACK_ID, stubbed

SIZE = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
KEPT = {**SIZE, "ProvisionedConcurrency": 2}
SAMPLE = Sample("s3://models/x/package/sample.tar.gz", "application/json", "application/json")


def looked(**more: Any) -> Observation:
    seen = look(**more)
    assert seen.stack is not None
    return replace(seen, stack=replace(seen.stack, missing=frozenset(SLOTS[1:]), guarded=False))


def test_the_parameters_of_a_stack_say_which_slots_there_are() -> None:
    stack = {
        "StackName": "dev-flight-delays-serving",
        "StackId": STACK_ID,
        "CreationTime": NOW,
        "StackStatus": "UPDATE_COMPLETE",
        "Parameters": [{"ParameterKey": "ChampionModelPackage", "ParameterValue": f"{GROUP}/2"}],
    }
    with stubbed("cloudformation") as (client, stub):
        stub.add_response("describe_stacks", {"Stacks": [stack]})
        found = ServingStacks(client, "dev").get("flight-delays")
        assert found is not None
        assert found.missing == frozenset(SLOTS[1:])
        assert not found.guarded
        assert found.slots == {"champion": f"{GROUP}/2", "challenger": "", "shadow": ""}
        stub.add_response("describe_stacks", {"Stacks": [stack]})
        expected = {
            "StackName": STACK_ID,
            "UsePreviousTemplate": True,
            "Parameters": [{"ParameterKey": "ChampionModelPackage", "ParameterValue": f"{GROUP}/4"}],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "RoleARN": "arn:aws:iam::111122223333:role/ml-loop/dev/dev-flight-delays-release",
            "ClientRequestToken": ATTEMPT.token,
        }
        stub.add_response("update_stack", {"StackId": STACK_ID}, expected)
        assert ServingStacks(client, "dev").update(ATTEMPT) == "started"


def test_another_champion_comes_at_once() -> None:
    step = decide(looked(champion=2, candidates=[package(3), package(2)]), "t")
    assert isinstance(step, Claim)
    assert (step.attempt.package, step.attempt.shift) == (arn(3), "at_once")


@pytest.mark.parametrize("slot", ["challenger", "shadow"])
def test_what_is_meant_for_another_slot_waits_and_it_is_said(slot: Any) -> None:
    seen = looked(champion=1, candidates=[package(1), package(2, slot=slot)])
    step = decide(seen, "t")
    assert isinstance(step, Rest)
    assert f"{arn(2)} is meant for the {slot}, and the endpoint is serverless: it has none" in step.reason
    assert decide(looked(champion=1, candidates=[package(1)]), "t") == Rest("what is wanted serves")


@pytest.mark.parametrize("unlike", ["", "champion has the ServerlessConfig of none"])
def test_a_size_that_is_not_the_configurations_fails_the_release(unlike: str) -> None:
    live = Live("InService", "config-1", {"champion": arn(1)}, unlike)
    seen = looked(champion=1, candidates=[package(1)], attempts=[attempt(1)], update=Update("succeeded"), live=live)
    step = decide(seen, "t")
    if unlike:
        assert isinstance(step, Close)
        assert (step.result, step.detail) == ("failed", f"the stack is complete but {unlike}")
    else:
        assert isinstance(step, Ask)


@pytest.mark.parametrize(
    ("current", "configured", "says"),
    [
        (SIZE, SIZE, ""),
        (None, None, ""),
        (KEPT, KEPT, ""),
        (SIZE, KEPT, "'MaxConcurrency': 5}, and its configuration {'MemorySizeInMB': 2048, 'MaxConcurrency': 5, 'Prov"),
        (KEPT, SIZE, "'ProvisionedConcurrency': 2}, and its configuration {"),
        ({**SIZE, "MaxConcurrency": 9}, SIZE, "'MaxConcurrency': 9}, and its configuration {'MemorySizeInMB': 2048, "),
        (None, SIZE, "champion has the ServerlessConfig of none, and its configuration {"),
        (SIZE, None, "and its configuration none"),
    ],
)
def test_the_live_size_is_compared_with_the_configuration(current: Any, configured: Any, says: str) -> None:
    account = "arn:aws:sagemaker:ap-northeast-1:111122223333"
    variant = {"VariantName": "champion", **({"CurrentServerlessConfig": current} if current else {})}
    endpoint = {
        "EndpointName": "dev-flight-delays",
        "EndpointArn": f"{account}:endpoint/dev-flight-delays",
        "EndpointConfigName": "config-4",
        "EndpointStatus": "InService",
        "ProductionVariants": [variant],
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
    }
    of_config = {
        "VariantName": "champion",
        "ModelName": "m",
        **({"ServerlessConfig": configured} if configured else {}),
    }
    config = {
        "EndpointConfigName": "config-4",
        "EndpointConfigArn": f"{account}:endpoint-config/config-4",
        "ProductionVariants": [of_config],
        "CreationTime": NOW,
    }
    container = {"ModelPackageName": f"{GROUP}/4"}
    model = {
        "ModelName": "m",
        "ModelArn": f"{account}:model/m",
        "CreationTime": NOW,
        "PrimaryContainer": container,
    }
    with stubbed("sagemaker") as (client, stub):
        stub.add_response("describe_endpoint", endpoint)
        stub.add_response("describe_endpoint_config", config)
        stub.add_response("describe_model", model)
        live = Registry(client, "dev").live("flight-delays")
    assert live is not None
    assert says in live.unlike
    assert bool(live.unlike) == bool(says)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    # Its own clock: threads of other tests' clouds sleep by the module `time` itself.
    slept: list[float] = []
    monkeypatch.setattr("shared.readiness.time", SimpleNamespace(sleep=slept.append))
    return slept


def asked(refusals: int, code: str = "ModelNotReadyException") -> Any:
    """Ask a model whose first requests are refused; return the verdict."""
    content = archive({"sample.json": b"{}"})
    with stubbed("s3") as (s3, files), stubbed("sagemaker-runtime") as (runtime, models):
        body = StreamingBody(BytesIO(content), len(content))
        files.add_response("get_object", {"Body": body, "ContentLength": len(content)})
        for _ in range(refusals):
            models.add_client_error("invoke_endpoint", code, "wait", http_status_code=429)
        if refusals <= len(smoke._PAUSES) and code == "ModelNotReadyException":
            answer = b'{"predictions": [{"value": 1}]}'
            models.add_response("invoke_endpoint", {"Body": StreamingBody(BytesIO(answer), len(answer))})
        clients = {"s3": s3, "sagemaker-runtime": runtime}
        return Smoke(clients.__getitem__, "dev").ask(ATTEMPT, None, SAMPLE)


@pytest.mark.parametrize("refusals", [0, 1, len(smoke._PAUSES)])
def test_a_model_that_is_not_ready_is_asked_again(pauses: list[float], refusals: int) -> None:
    assert asked(refusals).verdict == "answered"
    assert pauses == list(smoke._PAUSES[:refusals])


def test_one_that_never_is_ready_says_nothing_about_the_model(pauses: list[float]) -> None:
    with pytest.raises(ClientError, match="ModelNotReadyException"):
        asked(len(smoke._PAUSES) + 1)
    # Of the function's two minutes, with an invocation of at most one.
    assert sum(pauses) <= 60


def test_any_other_refusal_is_not_waited_for(pauses: list[float]) -> None:
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        asked(1, "ServiceUnavailable")
    assert pauses == []
