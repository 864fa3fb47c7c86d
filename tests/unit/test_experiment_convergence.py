"""Whatever is repeated, late, interleaved or cut off, an experiment comes to the same end by the same record.

Messages are only "look again", and "look, for this time": the machine repeats old ones, delivers them in another order,
in the middle of each other, and crashes between any two calls, against a world that is otherwise the same.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiment import bandit, commands, e_process
from experiment.events import Stop
from experiment.observation import Package
from experiment.steps import ASKS, NO_SUMS
from experiment.thompson import advise
from experiment.trial import Look, Stretch, Trial
from tests.unit.experiment_cloud_kit import ANOTHER, BEGAN, CRASH, ENDPOINT, GROUP, NOTHING, Cloud, asked

HOURS = 30
STOP = Stop(use_case="flight_delays", stop=True, by="ann", why="holidays")
# Extra messages within an hour: none of a time, of this hour, of an earlier one; what interrupts each.
EXTRA = st.lists(
    st.tuples(
        st.sampled_from(["nothing", "again", "older"]),
        st.lists(st.sampled_from([NOTHING, NOTHING, ANOTHER, ENDPOINT, CRASH]), max_size=6),
    ),
    max_size=4,
)


@pytest.fixture(autouse=True, scope="module")
def once() -> Iterator[None]:
    """Reckon what each look sees again and again only once, from the first batch on; and draw less often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bandit, "advise", functools.partial(advise, draws=400))
        patch.setattr(e_process, "_factor", functools.cache(e_process._factor))
        yield


def world(kind: str) -> Cloud:
    cloud = Cloud()
    if kind == "better":
        cloud.errors["challenger"] = 0.15
    elif kind == "worse":
        cloud.errors["challenger"] = 0.25
    elif kind == "broken":
        cloud.failures["challenger"] = 0.1
    elif kind == "mute":
        cloud.invalid["challenger"] = 0.2
    return cloud


def begun(cloud: Cloud, **terms: Any) -> Cloud:
    cloud.trial = commands.start(asked(**terms), None, cloud.live(), cloud.now)
    cloud.message(None)
    return cloud


def hour(cloud: Cloud, number: int, extra: list[tuple[str, list[int]]]) -> None:
    """The clock strikes; messages come, some twice or cut off; before the hour is over everything has come through."""
    cloud.now = BEGAN + timedelta(hours=number)
    cloud.settle()  # what was moved at the last hour's end
    time = cloud.now
    for kind, interruptions in extra:
        sent = {"nothing": None, "again": time, "older": time - timedelta(hours=1)}[kind]
        cloud.message(sent, interruptions)
    cloud.message(time)
    for _ in range(3):
        cloud.run()
        cloud.settle()
        cloud.message(None)


def history(cloud: Cloud) -> tuple[Any, ...]:
    assert cloud.trial
    return replace(cloud.trial, version=0), cloud.record, cloud.weights, cloud.package


@pytest.mark.parametrize("kind", ["equal", "better", "worse", "broken", "mute"])
@pytest.mark.parametrize("method", ["sequential", "thompson"])
@settings(max_examples=15, deadline=None, derandomize=True)
@given(extra=st.lists(EXTRA, min_size=HOURS, max_size=HOURS))
def test_repeated_reordered_late_and_cut_off_messages_come_to_the_same_end_by_the_same_record(
    kind: str, method: str, extra: list[list[tuple[str, list[int]]]]
) -> None:
    quiet, loud = (begun(world(kind), method=method, maximum_days=1) for _ in range(2))
    for number in range(1, HOURS + 1):
        hour(quiet, number, [])
        hour(loud, number, extra[number - 1])
    assert history(loud) == history(quiet)
    assert loud.registered == quiet.registered or loud.registered == quiet.registered * 2


def run(kind: str, hours: int = HOURS, **terms: Any) -> Cloud:
    cloud = begun(world(kind), **terms)
    for number in range(1, hours + 1):
        hour(cloud, number, [])
    return cloud


def record(cloud: Cloud) -> Trial:
    assert cloud.trial
    return cloud.trial


def outcomes(cloud: Cloud) -> list[str]:
    return [one.outcome for _, one in sorted(cloud.record.items()) if isinstance(one, Look)]


def test_a_better_challenger_is_promoted_after_its_ramp_and_a_worse_one_withdrawn_without_weight() -> None:
    better, worse = run("better"), run("worse")
    assert (record(better).result, better.registered, better.weights["challenger"]) == ("promoted", [True], 0.5)
    assert (record(worse).result, worse.registered, worse.weights) == (
        "withdrawn", [False], {"champion": 1.0, "challenger": 0.0},
    )  # fmt: skip
    assert outcomes(better)[-1] == "promote"
    assert [one.share for one in better.record.values() if isinstance(one, Stretch)] == [0.1, 0.5]
    assert "The challenger is worse" in record(worse).detail


@pytest.mark.parametrize(("kind", "guard"), [("broken", "errors_5xx"), ("mute", "invalid")])
def test_a_challenger_that_breaches_a_guard_is_withdrawn_at_the_next_look(kind: str, guard: str) -> None:
    cloud = run(kind, 2)
    assert (record(cloud).result, cloud.registered, cloud.weights["challenger"]) == ("withdrawn", [False], 0.0)
    assert f"breaches guard {guard}" in record(cloud).detail


def test_a_breach_withdraws_without_waiting_for_sums() -> None:
    cloud = begun(world("broken"))
    cloud.settle()
    cloud.message(None)
    cloud.pass_time(1)
    cloud.message(cloud.now)  # no pipeline was started, and none ends
    assert (cloud.requests, outcomes(cloud), record(cloud).ending is not None) == ({}, ["withdraw"], True)


def test_a_breach_withdraws_while_sums_are_awaited() -> None:
    cloud = begun(world("equal"))
    cloud.settle()
    cloud.message(None)
    for failures in (0.0, 0.1):
        cloud.failures["challenger"] = failures
        cloud.pass_time(1)
        cloud.message(cloud.now)
    assert outcomes(cloud) == ["failed", "withdraw"]
    assert "The experiment ended first" in cloud.record["look000001"].reason


def test_at_the_maximum_a_person_is_asked_at_each_look_until_one_decides() -> None:
    cloud = run("equal", maximum_days=1)
    asks = outcomes(cloud).count("ask")
    assert record(cloud).result == "running"
    assert (asks > 3, {told.metric for told in cloud.told}, len(cloud.told)) == (True, {ASKS}, asks)


def test_requests_count_only_once_their_outcomes_are_known() -> None:
    cloud = run("equal", 6, outcome_hours=3)
    assert [name[-16:] for name in sorted(cloud.requests)] == ["20260101T050000Z", "20260101T060000Z"]
    for number, wanted in enumerate(cloud.requests.values()):
        assert wanted["until"] == (BEGAN + timedelta(hours=2 + number)).isoformat()
        assert all(one["from"] < one["to"] <= wanted["until"] for one in wanted["strata"])


def test_the_minutes_in_which_weights_moved_are_in_no_stratum() -> None:
    cloud = run("better", 5)
    moved = [at for at, _ in cloud.history[1:]]
    for wanted in cloud.requests.values():
        for one in wanted["strata"]:
            assert all(not one["from"] < at.isoformat() < one["to"] for at in moved)
    assert (
        len({one["share"] for one in max(cloud.requests.values(), key=lambda each: len(each["strata"]))["strata"]}) == 2
    )


@pytest.mark.parametrize("slot", ["champion", "challenger"])
def test_another_model_in_a_slot_ends_the_experiment_and_takes_the_challengers_weight(slot: str) -> None:
    cloud = run("equal", 3)
    cloud.packages[slot] = f"{GROUP}/7"
    hour(cloud, 4, [])
    assert (record(cloud).result, cloud.registered) == ("overtaken", [])
    assert f"The {slot} is version 7" in record(cloud).detail
    # What came into the slot has the weight that it came with: the experiment does not know it.
    assert (cloud.weights["challenger"] == 0) == (slot == "champion")


def test_a_challenger_that_a_person_promotes_ends_the_experiment_and_its_weights_are_left_to_the_release() -> None:
    cloud = run("equal", 3)
    cloud.packages["champion"] = cloud.packages["challenger"]
    moves = cloud.moves
    hour(cloud, 4, [])
    assert (record(cloud).result, cloud.moves, cloud.registered) == ("overtaken", moves, [])


@pytest.mark.parametrize(
    ("assignment", "of", "outcome"),
    [("random", "records", "ask"), ("sticky", "records", "go_on"), ("sticky", "users", "ask")],
)
def test_variants_that_do_not_get_their_shares_of_what_is_drawn_ask(assignment: str, of: str, outcome: str) -> None:
    cloud = begun(world("equal"), assignment=assignment)
    sums = cloud.sums

    def fewer(wanted: Mapping[str, Any]) -> dict[str, Any]:
        found = sums(wanted)
        for one in found["strata"]:
            n = one["challenger"]["n"] // 2
            if of == "users":
                one["first"] = {**one["first"], "challenger": n}
            else:
                one["challenger"] = {"n": n, "total": 0.0, "squares": 0.0}
        return found

    cloud.sums = fewer  # type: ignore[method-assign]
    for number in (1, 2):
        hour(cloud, number, [])
    assert outcomes(cloud)[-1] == outcome


def test_weights_that_somebody_moves_end_the_experiment_and_stay() -> None:
    cloud = run("equal", 3)
    cloud.weights = {"champion": 1.0, "challenger": 0.0}
    hour(cloud, 4, [])
    assert (record(cloud).result, cloud.weights["challenger"], cloud.registered) == ("overtaken", 0.0, [])


@pytest.mark.parametrize(("keep", "share"), [(False, 0.0), (True, 0.1)])
def test_a_person_stops_it_and_keeps_the_weight_or_not(keep: bool, share: float) -> None:
    cloud = begun(world("equal"))
    hour(cloud, 1, [])
    stop = STOP.model_copy(update={"keep": keep})
    assert cloud.advance(commands.stop(stop, cloud.look("flight_delays", None)))
    hour(cloud, 2, [])
    assert (record(cloud).result, cloud.weights["challenger"]) == ("stopped", share)
    assert record(cloud).detail == "Stopped by ann: holidays"
    with pytest.raises(commands.CannotError, match="No experiment runs"):
        commands.stop(stop, cloud.look("flight_delays", None))


def test_one_experiment_runs_at_a_time_and_the_same_request_again_begins_nothing() -> None:
    cloud = begun(world("equal"))
    assert commands.start(asked(), cloud.trial, cloud.live(), cloud.now) == cloud.trial
    other = asked().model_copy(update={"request": "r2"})
    with pytest.raises(commands.CannotError, match="runs since 2026-01-01 00:00 UTC, by ann"):
        commands.start(other, cloud.trial, cloud.live(), cloud.now)
    assert cloud.advance(commands.stop(STOP, cloud.look("flight_delays", None)))
    hour(cloud, 1, [])
    assert commands.start(other, cloud.trial, cloud.live(), cloud.now).number == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [({"packages": {"champion": f"{GROUP}/1"}}, "no challenger"), ({"status": "Updating"}, "is Updating")],
)
def test_it_begins_only_where_two_models_serve(change: dict[str, Any], says: str) -> None:
    cloud = Cloud()
    vars(cloud).update(change)
    with pytest.raises(commands.CannotError, match=says):
        commands.start(asked(), None, cloud.live(), cloud.now)


@pytest.mark.parametrize(("kind", "result"), [("better", "promoted"), ("worse", "withdrawn"), ("broken", "withdrawn")])
@pytest.mark.parametrize("calls", range(12))
def test_whatever_call_of_each_message_crashes_it_comes_to_the_same_end(kind: str, result: str, calls: int) -> None:
    quiet, cloud = run(kind, 12), begun(world(kind))
    for number in range(1, 13):
        hour(cloud, number, [("again", [CRASH, *[NOTHING] * calls]), ("nothing", [CRASH, *[NOTHING] * calls])])
    assert record(cloud).result == result
    assert history(cloud) == history(quiet)


def test_a_person_who_decides_about_the_package_in_between_is_not_overruled() -> None:
    cloud = run("better", 5)
    cloud.now += timedelta(hours=1)
    cloud.message(cloud.now)
    cloud.run()
    cloud.message(None, [CRASH, *[NOTHING] * 3])  # after the decision, before the registry
    assert record(cloud).ending is not None
    cloud.package = Package(False, "challenger", "rejected by bob")
    cloud.message(None)
    assert (record(cloud).result, cloud.registered) == ("overtaken", [])


@pytest.mark.parametrize("pipeline", ["fails", "is refused"])
def test_looks_without_sums_are_told_from_the_second_in_a_row_on_and_the_experiment_goes_on(pipeline: str) -> None:
    cloud = begun(world("better"))
    cloud.pipeline = pipeline
    for number in range(1, 5):
        hour(cloud, number, [])
    assert outcomes(cloud)[1:] == ["failed"] * 3
    assert [told.metric for told in cloud.told] == [NO_SUMS] * 2
    cloud.pipeline = "succeeds"
    for number in range(5, 12):
        hour(cloud, number, [])
    assert record(cloud).result == "promoted"


@pytest.mark.parametrize("calls", range(8))
def test_a_person_is_told_though_the_function_crashes(calls: int) -> None:
    cloud = run("equal", 21, maximum_days=1)
    cloud.told.clear()
    for number in (22, 23, 24):
        cloud.now = BEGAN + timedelta(hours=number)
        cloud.message(cloud.now)
        cloud.run()
        cloud.message(None, [CRASH, *[NOTHING] * calls])
        cloud.message(None)
        assert outcomes(cloud)[-1] == "ask"
        assert len(cloud.told) >= outcomes(cloud).count("ask")


def test_a_stretch_that_has_not_begun_is_none() -> None:
    cloud = begun(world("equal"))
    cloud.settle()
    cloud.message(None)
    assert record(cloud).since
    assert cloud.advance(commands.stop(STOP, cloud.look("flight_delays", None)))
    assert [one for one in cloud.record.values() if isinstance(one, Stretch)] == []


def test_while_sums_are_awaited_a_look_asks_for_no_others() -> None:
    cloud = begun(world("better"))
    hour(cloud, 1, [])
    for number in (2, 3):
        cloud.now = BEGAN + timedelta(hours=number)
        cloud.message(cloud.now)
    assert (len(cloud.requests), outcomes(cloud)[1:], record(cloud).open_look) == (1, ["open", "go_on"], 2)
    cloud.run()
    cloud.message(None)
    assert (outcomes(cloud)[1:], record(cloud).open_look) == (["go_on", "go_on"], None)


def test_fewer_records_than_before_change_nothing_until_the_next_look() -> None:
    cloud = run("worse", 3)
    sums, before = cloud.sums, record(cloud)

    def corrected(wanted: Mapping[str, Any]) -> dict[str, Any]:
        found = sums(wanted)
        for one in found["strata"]:
            for variant in ("champion", "challenger"):
                one[variant] = {"n": one[variant]["n"] // 3, "total": 0.0, "squares": 0.0}
        return found

    cloud.sums = corrected  # type: ignore[method-assign]
    hour(cloud, 4, [])
    look = cloud.record["look000004"]
    assert "a correction" in look.reason
    assert (record(cloud).share, record(cloud).result) == (before.share, "running")


def test_two_looks_of_one_second_are_one() -> None:
    cloud = begun(world("equal"))
    cloud.settle()
    cloud.pass_time(1)
    for later in (0, 250, 900):
        cloud.message(cloud.now + timedelta(milliseconds=later))
    assert [one.name for one in cloud.record.values() if isinstance(one, Look)] == ["20260101T010000Z"]
