"""How many requests went wrong, by what CloudWatch says and when it says it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from experiment import counts
from experiment.e_process import Batch
from tests.unit.experiment_cloud_kit import BEGAN
from tests.unit.experiment_trial_kit import trial
from tests.unit.release_stub_kit import stubbed


def minutes(*values: float, since: datetime = BEGAN) -> dict[datetime, float]:
    return {since + timedelta(minutes=at): value for at, value in enumerate(values)}


def test_counts_ask_for_each_guards_metric_of_both_variants() -> None:
    guarded = trial(terms={"guards": {
        "errors_4xx": {"margin": 0.01, "alpha": 0.01}, "latency": {"margin": 0.02, "alpha": 0.01, "above_ms": 200},
        "invalid": {"margin": 0.01, "alpha": 0.01},
    }})  # fmt: skip
    asked: list[Any] = []
    with stubbed("cloudwatch") as (client, stub):
        client.meta.events.register(
            "provide-client-params.cloudwatch.GetMetricData", lambda params, **_: asked.append(params)
        )
        at = [BEGAN, BEGAN + timedelta(minutes=1)]
        results = [
            {"Id": f"{variant}_{name}", "Timestamps": at, "Values": values}
            for variant, values_of in (("champion", (0.0, 99.0)), ("challenger", (3.0, 80.0)))
            for name, values in {
                "requests": [100.0, 50.0], "errors_4xx": [values_of[0], 0.0], "answers": [100.0, 50.0],
                "latency": [values_of[1], 100.0],
            }.items()
        ]  # fmt: skip
        stub.add_response("get_metric_data", {"MetricDataResults": results})
        found = counts.counted(client, "dev-flight-delays", guarded, BEGAN + timedelta(minutes=1, seconds=30))
    assert found.counts == {"errors_4xx": Batch(150, 0, 150, 3), "latency": Batch(150, 1, 150, 20)}
    assert (found.until, asked[0]["StartTime"], asked[0]["EndTime"]) == (
        BEGAN + timedelta(minutes=2), BEGAN, BEGAN + timedelta(minutes=2),
    )  # fmt: skip
    stats = {query["Id"]: query["MetricStat"] for query in asked[0]["MetricDataQueries"]}
    assert stats["challenger_latency"]["Stat"] == "PR(:200000)"
    assert (stats["champion_errors_4xx"]["Metric"]["MetricName"], stats["champion_errors_4xx"]["Period"]) == (
        "Invocation4XXErrors", 60,
    )  # fmt: skip
    assert len(stats) == 8


def test_what_cloudwatch_hears_late_counts_at_the_next_look_and_nothing_counts_twice() -> None:
    """Minutes are told late or in part; whatever the looks, the batches add up to all that ever was."""
    whole, known = minutes(*[60.0] * 30), trial()
    total = 0
    for now, heard in [(4, 3.5), (6, 6), (6, 6.5), (20, 17.2), (29, 27), (34, 99)]:
        until = BEGAN + timedelta(minutes=now + 1)
        told = {
            at: min(value, 60 * (heard - minute)) for minute, (at, value) in enumerate(whole.items()) if minute < heard
        }
        since = max(BEGAN, known.counted_until - counts.LATE)
        found = {
            f"{variant}_requests": {at: n for at, n in told.items() if at >= since}
            for variant in ("champion", "challenger")
        }
        got = counts.count(known, found, until)
        total += got.counts["errors_5xx"].champion
        known = replace(known, counted_until=got.until, tail=got.tail)
    assert total == 30 * 60


@pytest.mark.parametrize(("days", "period"), [(0, 60), (13, 60), (20, 300), (90, 3600)])
def test_periods_are_those_that_cloudwatch_still_keeps(days: int, period: int) -> None:
    asked: list[Any] = []
    with stubbed("cloudwatch") as (client, stub):
        client.meta.events.register(
            "provide-client-params.cloudwatch.GetMetricData", lambda params, **_: asked.append(params)
        )
        stub.add_response("get_metric_data", {"MetricDataResults": []})
        counts.counted(client, "e", trial(), BEGAN + timedelta(days=days))
    assert asked[0]["MetricDataQueries"][0]["MetricStat"]["Period"] == period


def test_the_late_minutes_of_the_look_before_are_asked_for_again() -> None:
    asked: list[Any] = []
    with stubbed("cloudwatch") as (client, stub):
        client.meta.events.register(
            "provide-client-params.cloudwatch.GetMetricData", lambda params, **_: asked.append(params)
        )
        stub.add_response("get_metric_data", {"MetricDataResults": []})
        known = replace(trial(), counted_until=BEGAN + timedelta(hours=1))
        counts.counted(client, "e", known, BEGAN + timedelta(hours=2))
    assert asked[0]["StartTime"] == BEGAN + timedelta(minutes=55)


def test_the_minute_in_which_it_began_is_left_to_whatever_was_before() -> None:
    asked: list[Any] = []
    begun = replace(trial(), started_at=BEGAN + timedelta(seconds=34), counted_until=BEGAN + timedelta(minutes=1))
    with stubbed("cloudwatch") as (client, stub):
        nothing = counts.counted(client, "e", begun, BEGAN + timedelta(seconds=59))
        assert (set(nothing.counts.values()), nothing.until) == ({Batch(0, 0, 0, 0)}, begun.counted_until)
        client.meta.events.register(
            "provide-client-params.cloudwatch.GetMetricData", lambda params, **_: asked.append(params)
        )
        stub.add_response("get_metric_data", {"MetricDataResults": []})
        counts.counted(client, "e", begun, BEGAN + timedelta(seconds=61))
    assert asked[0]["StartTime"] == BEGAN + timedelta(minutes=1)
    assert counts.counted_from(BEGAN) == BEGAN
