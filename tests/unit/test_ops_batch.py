"""`ops batch`, where the function or the manifest is not as hoped; the rest runs in the local cloud."""

import pytest

from config import load_environment, load_use_case
from ops import batch
from ops.target import OperationError, Target
from tests.unit.ops_stub_kit import Functions


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Target:
    monkeypatch.setattr(Target, "output", lambda *_: "the-function")
    return Target(load_environment("dev"), load_use_case("flight_delays"))


def ask(target: Target, functions: Functions, scope: batch.Scope = batch.Scope.new) -> batch.Answer:
    target.__dict__["functions"] = functions
    return batch.ask(target, scope)


def test_a_command_asks_for_what_rules_do_not_and_says_the_answer(target: Target) -> None:
    functions = Functions({"rest": "no model serves yet; 2 files wait for the first release", "began": "", "kept": ""})
    answer = ask(target, functions, batch.Scope.all)
    assert "2 files wait" in answer.rest
    assert batch.begun(target, answer) == ""
    assert functions.asked == {
        "use_case": "flight_delays", "scope": "all", "begin": True, "insist": True, "trigger": "a command",
    }  # fmt: skip


def test_a_function_that_fails_is_an_error_for_people(target: Target) -> None:
    functions = Functions({"errorType": "ClientError", "errorMessage": "denied"}, "Unhandled")
    with pytest.raises(OperationError, match=r"the-function failed: ClientError: denied\. Its log says more"):
        ask(target, functions)


@pytest.mark.parametrize(("result", "error"), [("failed", True), ("stopped", True), ("succeeded", False)])
def test_a_run_that_did_not_succeed_is_an_error(
    result: str, error: bool, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = iter([[], *([[batch.Run("r", "1", 2, state, "why", "?")] for state in ("started", result)])])
    monkeypatch.setattr(batch, "newest", lambda _: next(runs))
    if error:
        with pytest.raises(OperationError, match=rf"The run r {result}: why\. Its files wait"):
            batch.watch(target, "r", every=0)
    else:
        assert batch.watch(target, "r", every=0).result == result


@pytest.mark.parametrize(("after", "watched"), [(["q", "p"], "p"), ([], "")])
def test_a_request_that_waits_for_a_run_watches_the_one_after_it(
    after: list[str], watched: str, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def runs(*names: str, result: str) -> list[batch.Run]:
        return [batch.Run(name, "1", 2, result, "why", "?") for name in names]

    seen = iter([runs("r", result="started"), runs("r", result="failed"), runs(*after, "r", "o", result="failed")])
    monkeypatch.setattr(batch, "newest", lambda _: next(seen))
    functions = Functions({"rest": "nothing is to be scored", "began": "", "kept": ""})
    target.__dict__["functions"] = functions
    assert batch.begun(target, batch.Answer("r is Executing", kept="r"), every=0) == watched
    assert functions.asked["begin"] is False


def test_a_run_that_failed_at_once_is_watched_too(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_target", lambda *_: target)
    monkeypatch.setattr(batch, "newest", lambda _: [batch.Run("r", "1", 2, "failed", "no such model", "?")])
    target.__dict__["functions"] = Functions({"rest": "the last runs failed", "began": "r", "kept": ""})
    with pytest.raises(OperationError, match="no such model"):
        batch.start("dev", "flight_delays")


def test_without_a_section_there_is_nothing_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    without = load_use_case("flight_delays").model_copy(update={"batch": None})
    monkeypatch.setattr(Target, "of", lambda *_: Target(load_environment("dev"), without))
    with pytest.raises(OperationError, match="has no section batch"):
        batch._target("dev", "flight_delays")
