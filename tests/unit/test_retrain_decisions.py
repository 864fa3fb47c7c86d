"""When what has happened becomes a turn of the loop, how it ends, and on which data it trains."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from retrain.beginning import MOST_ATTEMPTS
from retrain.events import Cause, Kind, Look, Terms
from retrain.logic import GATE, decide
from retrain.reconcile import reconcile
from retrain.state import CHAMPION, RAW_VERSION, SPLIT_UNTIL, WARM_START, Observation, Turn
from retrain.steps import Claim, Close, Propose, Rest, Start
from shared.messages import Messages
from shared.pipelines import Execution
from tests.unit.retrain_cloud_kit import NOW, Cloud, cause

CHAMPION_MODEL = "s3://models/toys/champion/model.tar.gz"
DRIFT = cause("drift", NOW - timedelta(hours=1))
EARLIER = cause("drift", NOW - timedelta(hours=300))


def turn(result: Any = "proposed", ended_hours_ago: float = 100, **changes: Any) -> Turn:
    at = NOW - timedelta(hours=ended_hours_ago)
    finished = None if result == "started" else at
    return replace(Turn("toys", 1, (EARLIER,), at - timedelta(hours=1), result=result, finished_at=finished), **changes)


def seen(*causes: Cause, turns: tuple[Turn, ...] = (), terms: Terms | None = None, **more: Any) -> Observation:
    return Observation(
        "toys", NOW, terms or Terms(), causes=causes, turns=turns, **{"champion_model": CHAMPION_MODEL, **more}
    )


def test_a_cause_begins_a_turn_and_what_keeps_it_is_said() -> None:
    step = decide(seen(DRIFT))
    assert isinstance(step, Claim)
    assert (step.turn.number, step.turn.causes) == (1, (DRIFT,))
    assert "the pipeline runs; what has happened waits" in reason(decide(seen(DRIFT, busy="the pipeline runs")))
    assert reason(decide(seen())) == "nothing has happened yet"


def reason(step: Any) -> str:
    assert isinstance(step, Rest), step
    return step.reason


def test_kinds_that_the_use_case_does_not_name_begin_nothing() -> None:
    terms = Terms(on_drift="nothing")
    assert isinstance(decide(seen(DRIFT, terms=terms)), Rest)
    assert isinstance(decide(seen(cause("quality", NOW), terms=terms)), Claim)
    assert isinstance(decide(seen(cause("command", NOW), terms=terms)), Claim)


def test_what_happens_soon_after_a_turn_waits_and_a_person_does_not() -> None:
    before = (turn(ended_hours_ago=2),)
    assert "waits until 2026-01-01T22:00:00+00:00" in reason(decide(seen(DRIFT, turns=before)))
    assert isinstance(decide(seen(cause("command", NOW), turns=before)), Claim)
    assert isinstance(decide(seen(DRIFT, turns=(turn(ended_hours_ago=25),))), Claim)


def test_what_happened_before_a_turn_began_is_answered_by_it() -> None:
    late = cause("quality", NOW - timedelta(hours=200))
    assert isinstance(decide(seen(late, turns=(turn(),))), Rest)


def test_turns_have_a_budget_and_people_are_told() -> None:
    turns = tuple(turn(ended_hours_ago=100 * n, number=5 - n) for n in range(1, 5))
    step = decide(seen(DRIFT, turns=turns))
    assert isinstance(step, Rest)
    assert step.alarm == "RetrainBudgetSpent"
    assert "4 turns in 30 days are as many as retrain.most_turns allows" in step.reason
    assert isinstance(decide(seen(DRIFT, turns=turns, terms=Terms(most_turns=5))), Claim)
    assert isinstance(decide(seen(cause("command", NOW), turns=turns)), Claim)


def under_way(status: str, why: str = "", **more: Any) -> Any:
    open_turn = turn("started", execution="arn", **more.pop("turn", {}))
    return decide(seen(turns=(open_turn,), execution=Execution("arn", status, why), **more))


def test_a_turn_goes_from_claim_to_challenger() -> None:
    assert isinstance(decide(seen(turns=(turn("started"),))), Start)
    assert "is Executing" in reason(under_way("Executing"))
    assert under_way("Succeeded", package="p/7") == Propose(turn("started", execution="arn"), "p/7")
    ended = under_way("Succeeded", package="p/7", turn={"package": "p/7"})
    assert (ended.result, ended.detail) == ("proposed", "version 7 is the challenger")


@pytest.mark.parametrize(
    ("status", "why", "result"),
    [
        ("Failed", f"{GATE}: auc is 0.5, at least 0.6", "refused"),
        ("Failed", "Train: out of memory", "failed"),
        ("Failed", "", "failed"),
        ("Stopped", "", "stopped"),
        ("Succeeded", "", "failed"),
    ],
)
def test_every_end_of_an_execution_ends_the_turn(status: str, why: str, result: str) -> None:
    step = under_way(status, why)
    assert isinstance(step, Close)
    assert step.result == result
    assert step.detail


@pytest.mark.parametrize(("terms", "model"), [(Terms(propose="person"), CHAMPION_MODEL), (Terms(), "")])
def test_where_nothing_can_be_challenged_or_a_person_decides_the_model_waits(terms: Terms, model: str) -> None:
    step = under_way("Succeeded", package="p/7", terms=terms, champion_model=model)
    assert isinstance(step, Close)
    assert (step.result, step.package) == ("proposed", "p/7")
    assert "waits for a person's decision" in step.detail


def test_a_turn_that_failed_is_tried_again_and_then_waits_for_something_new() -> None:
    failed = turn("failed", ended_hours_ago=0.5, detail="Train: out of memory")
    assert "is tried again in an hour" in reason(decide(seen(turns=(failed,))))
    again = decide(seen(turns=(replace(failed, finished_at=NOW - timedelta(hours=1)),)))
    assert isinstance(again, Claim)
    assert (again.turn.attempt, again.turn.number, again.turn.causes) == (2, 2, (EARLIER,))
    last = turn("failed", attempt=MOST_ATTEMPTS)
    assert "failed 3 times" in reason(decide(seen(turns=(last,))))
    anew = decide(seen(cause("command", NOW), turns=(last,)))
    assert isinstance(anew, Claim)
    assert anew.turn.attempt == 1


def test_the_newest_data_test_and_validate() -> None:
    old = cause("drift", datetime(2026, 1, 1, tzinfo=UTC)).model_copy(
        update={"until": datetime(2013, 6, 1, tzinfo=UTC)}
    )
    step = decide(seen(old, terms=Terms(window=(14, 7))))
    assert isinstance(step, Claim)
    assert step.turn.parameters[SPLIT_UNTIL] == "2013-05-11T00:00:00/2013-05-25T00:00:00/2013-06-01T00:00:00"


def test_a_turn_prepares_what_is_there_and_is_compared_with_the_champion_of_its_beginning() -> None:
    def parameters(**more: Any) -> dict[str, str]:
        step = decide(seen(DRIFT, **more))
        assert isinstance(step, Claim)
        return dict(step.turn.parameters)

    own = {RAW_VERSION: f"turn 1 of {NOW.isoformat()}"}
    assert parameters() == {**own, CHAMPION: CHAMPION_MODEL}
    assert parameters(terms=Terms(warm_start=True)) == {**own, CHAMPION: CHAMPION_MODEL, WARM_START: CHAMPION_MODEL}
    assert parameters(terms=Terms(warm_start=True), champion_model="") == own
    again = decide(seen(cause("command", NOW), turns=(turn(number=1),)))
    assert isinstance(again, Claim)
    assert again.turn.parameters[RAW_VERSION] != own[RAW_VERSION]


def test_messages_about_a_use_case_are_one_look_and_a_bad_one_fails_alone() -> None:
    looks = [Look(use_case="toys", causes=(cause(kind, NOW),)) for kind in ("drift", "quality", "drift")]
    bodies = [*(look.model_dump_json() for look in looks), '{"use_case": "toys", "more": 1}']
    records = [{"messageId": f"m{place}", "body": body} for place, body in enumerate(bodies)]
    found = Messages.of(Look, {"Records": records})
    assert [each.kind for each in found.looks["toys"].causes] == ["drift", "quality"]
    assert found.messages == {"toys": ["m0", "m1", "m2"]}
    assert list(found.refused) == ["m3"]
    with pytest.raises(ValidationError):
        Messages.of(Look, {"Records": []})


@pytest.mark.parametrize("kind", ["drift", "quality", "schedule", "command"])
def test_the_same_event_again_is_the_same_cause(kind: Kind) -> None:
    cloud = Cloud()
    look = Look(use_case="toys", causes=(cause(kind, NOW),))
    for _ in range(3):
        reconcile(cloud, look)
    assert (len(cloud.causes), len(cloud.turns)) == (1, 1)
