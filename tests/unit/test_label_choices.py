"""Requests for labels of certain objects: which are labelled first, how they end, and that each is answered once."""

from contextlib import suppress
from typing import Any

import pytest

from label.beginning import MOST_FAILURES
from label.reconcile import reconcile
from label.state import Choice
from shared import choices
from shared.choices import Chosen
from tests.unit.label_cloud_kit import BEGIN, CRASH, END, NOTHING, Cloud, CrashError

NAMES = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]


def cloud_of(*chosen: str, **terms: Any) -> Cloud:
    cloud = Cloud(**terms)
    for name in NAMES:
        cloud.put(name)
    cloud.choices = [Choice("turn-1", chosen)]
    return cloud


def test_what_is_chosen_is_labelled_first_in_its_order_and_nothing_else() -> None:
    cloud = cloud_of("e.jpg", "elsewhere.jpg", "b.jpg", "d.jpg", "c.jpg")
    run = reconcile(cloud, BEGIN).began
    assert cloud.answered == {}
    cloud.end("Completed")
    reconcile(cloud, END)
    # Three are as many as a job takes; what else was asked for begins then.
    assert [name for name, _ in cloud.shown] == ["e.jpg", "b.jpg", "d.jpg"]
    said = {"result": "labelled", "detail": "3 labelled, agreement -0.333", "run": run}
    assert cloud.answered["turn-1"].model_dump() == said
    cloud.end("Completed")
    reconcile(cloud, END)
    assert sorted(cloud.labels()) == NAMES
    assert [one.chosen for one in cloud.runs] == ["turn-1", ""]


def test_without_being_asked_for_more_only_what_is_chosen_is_labelled() -> None:
    cloud = cloud_of("b.jpg")
    cloud.choices.append(Choice("turn-2", ("a.jpg",)))
    for _ in range(3):
        reconcile(cloud, END)
        cloud.end("Completed")
    assert cloud.labels() == ["b.jpg", "a.jpg"]
    assert [one.result for one in cloud.answered.values()] == ["labelled", "labelled"]


@pytest.mark.parametrize("calls", range(16))
def test_a_crash_at_any_step_answers_once_and_labels_nothing_twice(calls: int) -> None:
    cloud = cloud_of("d.jpg", "a.jpg")
    for _ in range(2):
        cloud.interruptions = [CRASH] + [NOTHING] * calls
        with suppress(CrashError):
            reconcile(cloud, END)
        cloud.interruptions = []
        reconcile(cloud, END)
        cloud.end("Completed")
    assert reconcile(cloud, END).reason == "no run is under way"
    assert cloud.shown == [("d.jpg", "v1"), ("a.jpg", "v1")]
    assert [run.result for run in cloud.runs] == ["labelled"]
    assert cloud.answered["turn-1"].run == cloud.runs[0].name


@pytest.mark.parametrize(
    ("chosen", "terms", "said"),
    [
        (("elsewhere.jpg",), {}, "nothing is to be labelled of 1 chosen objects"),
        (("a.jpg",), {"usd_per_month": 0.05}, "of 0.05 USD of this month are spent"),
        (("a.jpg",), {"backend": "manifest_import"}, "labels come from elsewhere"),
        (("a.jpg",), {"least_objects": 2}, "wait for others"),
    ],
)
def test_where_no_job_begins_the_answer_says_why(chosen: tuple[str, ...], terms: dict[str, Any], said: str) -> None:
    cloud = cloud_of(*chosen, **terms)
    reconcile(cloud, END)
    assert (cloud.answered["turn-1"].result, cloud.answered["turn-1"].run) == ("nothing", "")
    assert said in cloud.answered["turn-1"].detail
    assert cloud.runs == []


def test_a_run_that_fails_is_tried_again_and_then_answered() -> None:
    cloud = cloud_of("a.jpg")
    cloud.refuses = True
    reconcile(cloud, END)
    assert (len(cloud.runs), cloud.needs_person) == (MOST_FAILURES, 1)
    assert cloud.answered["turn-1"].result == "failed"
    assert "no such team" in cloud.answered["turn-1"].detail
    # Nobody asked for the others.
    assert reconcile(cloud, END).reason == "no run is under way"


def test_a_run_that_a_person_stops_is_answered_so_and_not_begun_again() -> None:
    cloud = cloud_of("a.jpg", "b.jpg")
    run = reconcile(cloud, END).began
    cloud.end("Stopped", done=1)
    reconcile(cloud, END)
    assert (cloud.answered["turn-1"].result, cloud.answered["turn-1"].run) == ("stopped", run)
    assert cloud.labels() == ["a.jpg"]
    assert len(cloud.runs) == 1


def test_a_request_is_read_as_it_was_written_each_object_once() -> None:
    wanted = [Chosen(object="b.png", score=0.9, reason="unsure"), Chosen(object="a\u2028.png")]
    text = choices.write(wanted)
    assert choices.read(text + text) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n", "chooses no object"),
        ('{"object": "a"}\nb\n', "line 2: it: Invalid JSON"),
        ('{"object": ""}\n', "line 1: object: String should have at least 1 character"),
        ('{"object": "a", "why": "b"}\n', "line 1: why: Extra inputs"),
    ],
)
def test_a_request_that_is_none_says_where(text: str, said: str) -> None:
    with pytest.raises(choices.ChoiceError) as refused:
        choices.read(text)
    assert said in str(refused.value)
