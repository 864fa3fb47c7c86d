"""Which windows are looked at, when, and what is said while none is."""

from datetime import timedelta

import pytest

from monitor.events import Look, Terms
from monitor.logic import MOST_OPEN
from monitor.reconcile import reconcile
from monitor.windows import MADE_UP, SETTLES, shares
from shared.messages import Messages
from tests.unit.monitor_cloud_kit import BEGIN, NOW, PLAIN, TERMS, Cloud, asks

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_the_first_look_is_at_the_last_window_and_not_at_all_before() -> None:
    cloud = Cloud()
    cloud.day(1)
    assert cloud.windows() == [(NOW - DAY, NOW)]
    # Outcomes take thirty hours: of the day that ended twenty-five hours ago they are not known yet.
    assert cloud.windows(part="outcomes") == [(NOW - 3 * DAY, NOW - 2 * DAY)]


def test_a_window_waits_for_its_captures_and_quality_for_its_outcomes() -> None:
    cloud = Cloud()
    cloud.pass_time(SETTLES / HOUR - 0.01)
    reconcile(cloud, BEGIN)
    assert (NOW - DAY, NOW) not in cloud.windows()
    cloud.pass_time(0.01)
    reconcile(cloud, BEGIN)
    assert (NOW - DAY, NOW) in cloud.windows()
    cloud.end("Succeeded")
    cloud.pass_time(30)
    reconcile(cloud, BEGIN)
    assert cloud.windows(part="outcomes")[-1] == (NOW - DAY, NOW)


def test_late_windows_are_made_up_for_as_far_as_captures_and_patience_last() -> None:
    cloud = Cloud()
    cloud.day(1)
    cloud.pass_time(24 * 20)  # the schedule was silent, or the endpoint was updating
    for _ in range(10):
        cloud.day(0)
    late = [until for _, until in cloud.windows()][1:]
    assert late == [NOW + (20 - place) * DAY for place in reversed(range(MADE_UP))]
    terms = Terms(capture_days=3)
    short = Cloud()
    short.day(1)
    short.pass_time(24 * 20)
    for _ in range(5):
        reconcile(short, BEGIN.model_copy(update={"terms": terms}))
        short.end("Succeeded")
    assert [until for _, until in short.windows()][1:] == [NOW + 19 * DAY, NOW + 20 * DAY]


def test_few_run_at_once_unless_somebody_asks() -> None:
    cloud = Cloud()
    cloud.day(1)
    cloud.pass_time(24 * 9)
    reconcile(cloud, BEGIN)
    under_way = [run for run in cloud.runs if run.result == "started"]
    assert len(under_way) == MOST_OPEN
    reconcile(cloud, asks("r1", cloud.now, start=NOW - 5 * DAY, until=NOW - 4 * DAY))
    assert [run.trigger for run in cloud.runs[-2:]] == ["command r1"] * 2
    assert len([run for run in cloud.runs if run.result == "started"]) == MOST_OPEN + 2


def test_each_variant_is_looked_at_against_its_own_package() -> None:
    cloud = Cloud()
    cloud.serve("challenger", "m2")
    cloud.day(25)
    found = {(run.variant, run.package) for run in cloud.runs if run.part == "requests"}
    assert found == {("champion", "package/1"), ("challenger", "package/m2")}


@pytest.mark.parametrize(
    ("hours", "windows"),
    [
        (6, [(NOW + 6 * HOUR, NOW + DAY), (NOW + DAY, NOW + 2 * DAY)]),
        # Of the rest of the day there would be too little: it is part of the next one.
        (20, [(NOW + 20 * HOUR, NOW + 2 * DAY), (NOW + 2 * DAY, NOW + 3 * DAY)]),
    ],
)
def test_a_new_model_is_not_judged_by_what_the_last_one_answered(hours: float, windows: list[object]) -> None:
    cloud = Cloud()
    cloud.pass_time(hours)
    cloud.serve("champion", "m2")
    cloud.pass_time(0.5 - hours)
    for _ in range(4):
        cloud.day()
    assert cloud.windows()[:2] == windows


def test_what_failed_is_tried_again_in_an_hour_three_times_and_told_each_time() -> None:
    cloud = Cloud()
    cloud.refuses = True
    cloud.pass_time(1)
    for _ in range(6):
        reconcile(cloud, BEGIN)
        reconcile(cloud, BEGIN)
        cloud.pass_time(1)
    first = [run for run in cloud.runs if run.until == NOW]
    assert [run.attempt for run in first] == [1, 2, 3]
    assert {run.result for run in first} == {"failed"}
    assert [step.run.number for step in cloud.told] == [run.number for run in cloud.runs]


def test_a_run_that_left_nothing_has_failed_and_one_that_was_stopped_stays_so() -> None:
    cloud = Cloud()
    cloud.loses = True
    cloud.day(1)
    assert {(run.result, run.detail) for run in cloud.runs} == {("failed", "no metrics.json")}
    cloud.loses = False
    cloud.pass_time(1)
    reconcile(cloud, PLAIN)
    cloud.end("Stopped")
    cloud.pass_time(2)
    reconcile(cloud, PLAIN)
    assert [run.result for run in cloud.runs if run.until == NOW] == ["failed", "stopped"]


def test_without_an_endpoint_or_while_it_is_updated_it_waits_and_says_so() -> None:
    cloud = Cloud()
    cloud.status = None
    assert "no endpoint yet" in reconcile(cloud, BEGIN).reason
    cloud.status = "Updating"
    cloud.pass_time(1)
    assert "the endpoint is Updating" in reconcile(cloud, BEGIN).reason
    assert cloud.runs == []
    cloud.status = "InService"
    reconcile(cloud, PLAIN)  # the endpoint's own event: the schedule's message was not lost
    assert cloud.windows() == [(NOW - DAY, NOW)]


def test_two_intervals_without_a_look_are_overdue_where_a_look_was_due() -> None:
    cloud = Cloud()
    cloud.day(1)
    assert cloud.overdue[-1] == ""
    cloud.refuses = True
    cloud.pass_time(40)
    reconcile(cloud, BEGIN)
    assert cloud.overdue[-1] == ""
    cloud.pass_time(48)
    reconcile(cloud, BEGIN)
    assert "nothing has looked at the champion's requests until 2026-11-24" in cloud.overdue[-1]
    cloud.serve("champion", "m2")  # of which there is no window yet
    reconcile(cloud, BEGIN)
    assert cloud.overdue[-1] == ""
    cloud.status = None
    cloud.pass_time(96)
    reconcile(cloud, BEGIN)
    assert cloud.overdue[-1] == ""


def test_monitoring_that_has_just_begun_owes_nothing() -> None:
    cloud = Cloud()
    cloud.refuses = True
    reconcile(cloud, BEGIN)
    cloud.pass_time(30)
    reconcile(cloud, BEGIN)
    assert cloud.overdue == ["", ""]


def test_a_person_gets_the_last_hours_or_the_window_they_name_and_the_same_request_nothing_more() -> None:
    cloud = Cloud()
    cloud.pass_time(5)
    for _ in range(2):
        reconcile(cloud, asks("r1", cloud.now))
    assert cloud.windows() == [(cloud.now - DAY, cloud.now)]
    assert cloud.windows(part="outcomes") == [(cloud.now - 54 * HOUR, cloud.now - 30 * HOUR)]
    # A window whose outcomes are not known yet is looked at without them.
    reconcile(cloud, asks("r2", cloud.now, start=NOW - HOUR, until=NOW, history=True))
    assert [(run.part, run.history) for run in cloud.runs[2:]] == [("requests", True)]


def test_one_run_has_all_where_outcomes_are_known_at_once_or_not_needed() -> None:
    assert [share.part for share in shares(Terms(monitors=("data_quality", "model_quality")))] == ["requests"]
    assert [share.part for share in shares(Terms(monitors=("data_quality",), outcome_hours=5))] == ["requests"]
    assert [share.part for share in shares(Terms(monitors=("model_quality",), outcome_hours=5))] == ["outcomes"]


def test_messages_of_a_use_case_are_one_look() -> None:
    bodies = [look.model_dump_json(exclude_none=True) for look in (PLAIN, BEGIN, PLAIN)]
    [look] = Messages.of(
        Look, {"Records": [{"messageId": str(n), "body": b} for n, b in enumerate(bodies)]}
    ).looks.values()
    assert look == BEGIN
    assert look.terms == TERMS


@pytest.mark.parametrize("ends", [{"start": NOW}, {"until": NOW}, {"start": NOW, "until": NOW}])
def test_half_a_window_is_refused(ends: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"start and until go together|not before its end"):
        asks("r", NOW, **ends)
