"""Labels in a turn of the loop: chosen, asked for, waited for; then the training, or the end of what labels alone."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrain import labelling
from retrain.events import Cause, Kind, Look, Sampling, Terms
from retrain.logic import decide
from retrain.reconcile import reconcile
from retrain.state import CHAMPION, Observation, Turn
from retrain.steps import Claim, Rest
from tests.unit.retrain_cloud_kit import CRASH, NOTHING, NOW, Cloud, CrashError, cause

SAMPLE = Sampling(records=50, days=14, ending=".png")
TERMS = Terms(cool_down_hours=0, most_turns=1000, on_drift="label", sample=SAMPLE)
LOOK = Look(use_case="toys", terms=TERMS)


def heard(cloud: Cloud, kind: Kind = "quality", **terms: Any) -> Rest:
    found = LOOK.model_copy(update={"terms": TERMS.model_copy(update=terms)})
    return reconcile(cloud, found.model_copy(update={"causes": (cause(kind, cloud.now),)}))


def test_a_training_waits_for_labels_of_what_most_needs_them_and_reads_the_champion_of_then() -> None:
    cloud = Cloud()
    assert "chooses what is to be labelled" in heard(cloud).reason
    [turn] = cloud.turns
    assert (turn.does, turn.drawn, turn.sample) == ("train", "needed", "turn-1-20260101")
    cloud.chosen()
    assert "waits for labels" in reconcile(cloud, LOOK).reason
    cloud.champion_model = "s3://m/another.tar.gz"
    cloud.answer()
    assert "is Executing" in reconcile(cloud, LOOK).reason
    [turn] = cloud.turns
    assert (turn.labels, turn.parameters[CHAMPION]) == ("turn-1-20260101: labelled", "s3://m/another.tar.gz")
    cloud.end("Succeeded")
    reconcile(cloud, LOOK)
    assert (cloud.turns[0].result, cloud.deliveries) == ("proposed", {})


def test_drift_alone_labels_by_chance_and_delivers_outcomes_and_trains_nothing() -> None:
    cloud = Cloud()
    heard(cloud, "drift")
    cloud.chosen()
    reconcile(cloud, LOOK)
    cloud.answer()
    assert "delivers labels as outcomes" in reconcile(cloud, LOOK).reason
    cloud.delivered()
    reconcile(cloud, LOOK)
    [turn] = cloud.turns
    assert (turn.does, turn.drawn, turn.result, turn.run) == ("label", "random", "labelled", "run of turn-1-20260101")
    assert turn.detail.endswith("they are outcomes of their requests")
    assert cloud.executions == {}


@pytest.mark.parametrize(
    ("kind", "terms", "does", "drawn"),
    [
        ("drift", {}, "label", "random"), ("drift", {"on_drift": "train"}, "train", "needed"),
        ("quality", {}, "train", "needed"), ("schedule", {}, "train", "needed"), ("sample", {}, "label", "random"),
        ("command", {}, "train", ""), ("quality", {"sample": None}, "train", ""),
    ],
)  # fmt: skip
def test_what_a_cause_means_is_declared(kind: Kind, terms: dict[str, Any], does: str, drawn: str) -> None:
    cloud = Cloud()
    heard(cloud, kind, **terms)
    assert [(turn.does, turn.drawn) for turn in cloud.turns] == [(does, drawn)]


@pytest.mark.parametrize(("kind", "terms"), [("drift", {"sample": None}), ("sample", {"sample": None}),
                                            ("drift", {"on_drift": "nothing"})])  # fmt: skip
def test_what_nobody_labels_turns_nothing(kind: Kind, terms: dict[str, Any]) -> None:
    cloud = Cloud()
    heard(cloud, kind, **terms)
    assert cloud.turns == []


@pytest.mark.parametrize(
    "ends", ["nothing", "failed", "stopped", "nothing chosen", "choice stopped", "section gone", "late"]
)
def test_what_keeps_labels_from_coming_does_not_keep_a_training(ends: str) -> None:
    cloud = Cloud()
    heard(cloud)
    if ends == "choice stopped":
        cloud.chosen("Stopped")
    else:
        cloud.chosen(anything=ends != "nothing chosen")
    reconcile(cloud, LOOK)
    if ends in ("nothing", "failed", "stopped"):
        cloud.answer(ends)
    if ends == "late":
        cloud.pass_time(24 * 46)
    terms = TERMS.model_copy(update={"sample": None}) if ends == "section gone" else TERMS
    assert "is Executing" in reconcile(cloud, LOOK.model_copy(update={"terms": terms})).reason
    assert cloud.turns[0].labels.startswith("no labels: ") == (ends != "stopped")


def test_labels_are_in_nobodys_way_and_a_training_waits_for_what_began_meanwhile() -> None:
    cloud = Cloud()
    cloud.challenger = "p/1"
    heard(cloud, "drift")
    assert [turn.does for turn in cloud.turns] == ["label"]
    cloud = Cloud()
    heard(cloud)
    cloud.chosen()
    reconcile(cloud, LOOK)
    cloud.challenger = "p/1"  # a person's
    cloud.answer()
    assert "a challenger is compared" in reconcile(cloud, LOOK).reason
    cloud.challenger = ""
    assert "is Executing" in reconcile(cloud, LOOK).reason


def test_a_crash_after_the_start_goes_on_with_the_pipeline_that_runs() -> None:
    cloud = Cloud()
    heard(cloud)
    cloud.chosen()
    reconcile(cloud, LOOK)
    cloud.answer()
    for calls in range(3, 12):
        cloud.interruptions = [CRASH, *[NOTHING] * calls]
        with suppress(CrashError):
            reconcile(cloud, LOOK)
            break
    assert cloud.executions
    cloud.interruptions = []
    assert "is Executing" in reconcile(cloud, LOOK).reason
    assert len(cloud.executions) == 1


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


@pytest.mark.parametrize("drift", [True, False])
def test_what_was_labelled_is_not_labelled_again_when_a_turn_is_tried_again(drift: bool) -> None:
    cloud = Cloud()
    heard(cloud, "drift" if drift else "quality")
    cloud.chosen()
    reconcile(cloud, LOOK)
    cloud.answer()
    reconcile(cloud, LOOK)
    # The delivery, or the training, fails.
    cloud.delivered("Failed") if drift else cloud.end("Failed", "Train: out of memory")
    reconcile(cloud, LOOK)
    assert cloud.turns[0].result == "failed"
    cloud.pass_time(1)
    reconcile(cloud, LOOK)
    assert len(cloud.samplings) == 1
    assert [each.attempt for each in cloud.turns] == [1, 2]
    cloud.delivered() if drift else cloud.end("Succeeded")
    reconcile(cloud, LOOK)
    assert cloud.turns[1].result == ("labelled" if drift else "proposed")


def test_a_choice_that_fails_is_tried_again_as_another() -> None:
    cloud = Cloud()
    heard(cloud)
    cloud.chosen("Failed")
    reconcile(cloud, LOOK)
    assert cloud.turns[0].detail == "choosing what is to be labelled: the execution is Failed"
    cloud.pass_time(1)
    reconcile(cloud, LOOK)
    assert [each.sample for each in cloud.turns] == ["turn-1-20260101", "turn-2-20260101"]


def test_labels_have_a_bound_that_outlasts_a_labelling_job() -> None:
    assert timedelta(hours=720) < labelling._LONGEST


# What happens in the world beside messages, by name.
HAPPENS = st.sampled_from(["chosen", "answer", "nothing", "delivered", "end", "fail", "experiment ends", "hour"])


@settings(max_examples=120, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(["drift", "quality", "schedule", "sample", "command"]), min_size=1, max_size=4),
    course=st.lists(st.tuples(HAPPENS, st.lists(st.integers(0, 3), max_size=8)), max_size=25),
)
def test_whatever_crashes_comes_twice_or_late_each_sample_is_asked_for_once_and_everything_ends(
    kinds: list[Kind], course: list[tuple[str, list[int]]]
) -> None:
    cloud, causes = Cloud(), list[Cause]()
    for kind in kinds:
        cloud.pass_time(0.5)
        causes.append(cause(kind, cloud.now, f"source {len(causes)}"))
    look = LOOK.model_copy(update={"causes": tuple(causes)})
    for happens, interruptions in course:
        _happen(cloud, happens)
        cloud.interruptions = interruptions
        with suppress(CrashError):
            reconcile(cloud, look)
        cloud.interruptions, cloud.depth = [], 0
        _sound(cloud, causes)
    for _ in range(40):
        for happens in ("hour", "chosen", "answer", "delivered", "end", "experiment ends"):
            _happen(cloud, happens)
            reconcile(cloud, look)
    _sound(cloud, causes)
    assert cloud.turns[-1].result != "started"
    good = [one for one in cloud.turns if one.result != "failed" or one.attempt == 3]
    # Late is what was written down by no invocation before a turn began: that answers it as well, if it does as much.
    assert all(any(found in one.causes or _covers(one, found) for one in good) for found in causes)


def _covers(turn: Turn, found: Cause) -> bool:
    return found.at <= turn.claimed_at and (turn.does == "train" or TERMS.does(found) == "label")


def _happen(cloud: Cloud, what: str) -> None:
    cloud.pass_time(1 if what == "hour" else 0.01)
    act: dict[str, Callable[[], None]] = {
        "chosen": cloud.chosen, "answer": cloud.answer, "nothing": lambda: cloud.answer("nothing"),
        "delivered": cloud.delivered, "end": lambda: cloud.end("Succeeded"),
        "fail": lambda: cloud.end("Failed", "Train: out of memory"),
        "experiment ends": lambda: setattr(cloud, "challenger", ""), "hour": lambda: None,
    }  # fmt: skip
    act[what]()


def _sound(cloud: Cloud, causes: list[Cause]) -> None:
    for found in causes:
        with_it = [one for one in cloud.turns if found in one.causes]
        assert all(one.result == "failed" for one in with_it[:-1])
    # A sample belongs to one turn and its tries.
    for name in cloud.samplings:
        owners = [one for one in cloud.turns if one.sample == name]
        assert [one.attempt for one in owners] == sorted({one.attempt for one in owners})
    assert sum(one.result == "started" for one in cloud.turns) <= 1
    assert all(one.does == "train" or not one.execution for one in cloud.turns)
    assert not cloud.began_beside_another
