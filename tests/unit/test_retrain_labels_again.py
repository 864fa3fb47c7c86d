"""Turns with labels that fail, crash or are told of twice: each sample is asked for once, and everything ends."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrain.events import Cause, Kind
from retrain.reconcile import reconcile
from retrain.state import Turn
from tests.unit.retrain_cloud_kit import CRASH, NOTHING, Cloud, CrashError, cause
from tests.unit.retrain_labels_kit import LOOK, TERMS, heard


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
