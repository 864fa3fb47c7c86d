"""How an experiment goes and ends: by its metric, its guards, people, and what becomes of the endpoint meanwhile."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from experiment import commands
from experiment.steps import ASKS
from experiment.trial import Stretch
from tests.unit.experiment_cloud_kit import BEGAN, GROUP, Cloud, asked
from tests.unit.experiment_hours_kit import STOP, begun, hour, outcomes, reckoned_once, record, run, world


@pytest.fixture(autouse=True, scope="module")
def once() -> Iterator[None]:
    with reckoned_once():
        yield


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


def test_a_stretch_that_has_not_begun_is_none() -> None:
    cloud = begun(world("equal"))
    cloud.settle()
    cloud.message(None)
    assert record(cloud).since
    assert cloud.advance(commands.stop(STOP, cloud.look("flight_delays", None)))
    assert [one for one in cloud.record.values() if isinstance(one, Stretch)] == []


@pytest.mark.parametrize("terms", ["random", "sticky"])
def test_an_experiment_whose_requests_are_shared_in_another_way_since_decides_nothing(terms: str) -> None:
    other = {"random": "sticky", "sticky": "random"}[terms]
    cloud = begun(world("better"), assignment=terms)
    cloud.assignment = terms
    for number in (1, 2):
        hour(cloud, number, [])
    assert record(cloud).result == "running"
    cloud.assignment = other
    for number in range(3, 8):
        hour(cloud, number, [])
    assert (record(cloud).result, cloud.registered) == ("overtaken", [])
    assert record(cloud).detail == f"Requests are shared {other} since a deployment, and the terms say {terms}."
    assert cloud.weights["challenger"] > 0  # who answers is left as it is


def test_it_begins_only_on_terms_that_are_deployed() -> None:
    cloud = world("better")
    with pytest.raises(commands.CannotError, match="terms say assignment random, and what is deployed shares requests"):
        commands.start(asked(), None, cloud.live(), cloud.now, "sticky")
    begun = commands.start(asked(), None, cloud.live(), cloud.now, "random")
    assert commands.start(asked(), begun, cloud.live(), cloud.now, "sticky") == begun  # it began before


def test_it_begins_only_where_an_outcome_can_count_before_its_end() -> None:
    cloud = world("better")
    with pytest.raises(
        commands.CannotError, match="known after 672 hours, and maximum_days ends the experiment after 672"
    ):
        commands.start(asked(outcome_hours=28 * 24), None, cloud.live(), cloud.now)
    commands.start(asked(outcome_hours=28 * 24 - 1), None, cloud.live(), cloud.now)
