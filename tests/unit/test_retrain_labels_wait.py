"""What turns that label and turns that train wait for, and which causes each of them answers."""

from datetime import timedelta
from typing import Any

import pytest

from retrain.events import Kind
from retrain.logic import decide
from retrain.reconcile import reconcile
from retrain.state import Observation, Turn
from retrain.steps import Claim, Rest
from tests.unit.retrain_cloud_kit import NOW, Cloud, cause
from tests.unit.retrain_labels_kit import LOOK, TERMS, heard


def turn(does: Any, hours_ago: float, number: int = 1) -> Turn:
    at = NOW - timedelta(hours=hours_ago)
    earlier = (cause("drift", at - timedelta(hours=2), "earlier"),)
    result: Any = "labelled" if does == "label" else "proposed"
    return Turn("toys", number, earlier, at - timedelta(hours=1), does=does, result=result, finished_at=at)


def seen(kind: Kind, *turns: Turn, **terms: Any) -> Observation:
    found = TERMS.model_copy(update={"cool_down_hours": 24, "most_turns": 2} | terms)
    return Observation("toys", NOW, found, causes=(cause(kind, NOW, "now"),), turns=turns)


def test_a_training_follows_labels_at_once_and_labels_cool_down_after_either() -> None:
    # Labels that tell of a loss of quality would be in vain otherwise.
    assert isinstance(decide(seen("quality", turn("label", 1))), Claim)
    assert isinstance(decide(seen("quality", turn("train", 1))), Rest)
    assert isinstance(decide(seen("drift", turn("label", 1))), Rest)
    assert isinstance(decide(seen("drift", turn("train", 1))), Rest)
    assert isinstance(decide(seen("drift", turn("label", 30))), Claim)


def test_labels_cost_no_turn_of_the_budget() -> None:
    trained = [turn("train", 400, 1), turn("train", 300, 2)]
    labels = [turn("label", 100 - number, number) for number in range(3, 9)]
    assert isinstance(decide(seen("quality", *reversed([trained[0], *labels]))), Claim)
    spent = decide(seen("quality", *reversed([*trained, *labels])))
    assert isinstance(spent, Rest)
    assert spent.alarm == "RetrainBudgetSpent"
    assert isinstance(decide(seen("sample", *reversed([*trained, *labels]))), Claim)


def test_a_turn_that_labels_alone_answers_no_loss_of_quality_that_is_told_late() -> None:
    labels = turn("label", 1)
    before = labels.claimed_at - timedelta(minutes=5)

    def late(kind: Kind, *turns: Turn) -> object:
        return decide(Observation("toys", NOW, TERMS, causes=(cause(kind, before, "late"),), turns=turns))

    found = late("quality", labels)
    assert isinstance(found, Claim)
    assert (found.turn.does, found.turn.causes[0].source) == ("train", "late")
    # Another drift needs no other labels, and a training answers both.
    assert isinstance(late("drift", labels), Rest)
    assert isinstance(late("quality", turn("train", 0.5, 2), labels), Rest)


@pytest.mark.parametrize("held", ["challenger", "budget"])
def test_labels_do_not_wait_with_a_training_that_is_held_back(held: str) -> None:
    cloud = Cloud()
    cloud.challenger = "p/1" if held == "challenger" else ""
    terms: dict[str, Any] = {"most_turns": 1} if held == "budget" else {}
    if held == "budget":
        cloud.turns.append(turn("train", 1))
    trained = len(cloud.turns)
    said = heard(cloud, "quality", **terms)
    assert said.reason.startswith("a challenger is compared" if held == "challenger" else "1 turns in 30 days")
    assert len(cloud.turns) == trained
    cloud.pass_time(1)
    heard(cloud, "sample", **terms)
    assert [(one.does, one.drawn) for one in cloud.turns[trained:]] == [("label", "random")]
    # The training goes on waiting, and begins once it may.
    cloud.chosen(anything=False)
    reconcile(cloud, LOOK.model_copy(update={"terms": TERMS.model_copy(update=terms)}))
    cloud.challenger = ""
    reconcile(cloud, LOOK)
    assert [one.does for one in cloud.turns[trained:]] == ["label", "train"]
    assert [one.kind for one in cloud.turns[-1].causes] == ["quality"]


def test_what_is_older_than_every_turn_that_is_known_was_answered() -> None:
    ancient = (turn("label", 1, 150), turn("label", 30, 149))
    late = cause("quality", NOW - timedelta(hours=40), "ringing still")
    assert isinstance(decide(Observation("toys", NOW, TERMS, causes=(late,), turns=ancient)), Rest)
