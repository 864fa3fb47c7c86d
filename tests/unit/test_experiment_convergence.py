"""Whatever is repeated, late, interleaved or cut off, an experiment comes to the same end by the same record.

Messages are only "look again", and "look, for this time": the machine repeats old ones, delivers them in another order,
in the middle of each other, and crashes between any two calls, against a world that is otherwise the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiment.observation import Package
from experiment.steps import NO_SUMS
from experiment.trial import Look
from tests.unit.experiment_cloud_kit import ANOTHER, BEGAN, CRASH, ENDPOINT, NOTHING, Cloud
from tests.unit.experiment_hours_kit import HOURS, begun, hour, outcomes, reckoned_once, record, run, world

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
    with reckoned_once():
        yield


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
