"""Alarms: which state the values of their periods make; metrics in log events."""

import json
from typing import Any

import pytest

from local_cloud.alarm_rules import decide, periods
from local_cloud.differences.embedded_metrics import Datum, data_of
from local_cloud.differences.percentile_ranks import rank

ALARM = {"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1, "DatapointsToAlarm": 2}
HIGH, LOW, NONE = 5.0, 0.0, None


@pytest.mark.parametrize(
    ("values", "treatment", "state"),
    [
        ([LOW, HIGH, HIGH], "notBreaching", "ALARM"),
        ([HIGH, LOW, LOW], "notBreaching", "OK"),
        ([NONE, NONE, HIGH], "notBreaching", "OK"),
        ([NONE, HIGH, HIGH], "notBreaching", "ALARM"),
        ([NONE, NONE, NONE], "notBreaching", "OK"),
        ([NONE, NONE, NONE], "breaching", "ALARM"),
        ([NONE, LOW, HIGH], "breaching", "ALARM"),
        ([NONE, NONE, NONE], "missing", "INSUFFICIENT_DATA"),
        ([NONE, NONE, HIGH], "missing", "ALARM"),
        ([NONE, NONE, LOW], "missing", "OK"),
        ([NONE, NONE, NONE], "ignore", None),
        ([NONE, LOW, HIGH], "ignore", None),
        ([LOW, LOW, HIGH], "ignore", "OK"),
    ],
)
def test_the_state_follows_from_the_periods(values: list[float | None], treatment: str, state: str | None) -> None:
    assert decide({**ALARM, "TreatMissingData": treatment}, values)[0] == state


def test_without_datapoints_to_alarm_every_period_counts() -> None:
    alarm = {key: value for key, value in ALARM.items() if key != "DatapointsToAlarm"}
    treated = {**alarm, "TreatMissingData": "notBreaching"}
    assert decide(treated, [HIGH, HIGH, LOW])[0] == "OK"
    assert decide(treated, [HIGH, HIGH, HIGH])[0] == "ALARM"


def test_the_running_period_counts_when_it_has_a_point() -> None:
    old, new = {"Timestamp": 100.0}, {"Timestamp": 161.0}
    assert periods([old, new], 60, 2, now=170.0) == [[old], [new]]
    assert periods([old], 60, 2, now=170.0) == [[], [old]]
    assert periods([old], 60, 2, now=300.0) == [[], []]


def emf(
    metrics: Any = ({"Name": "Failed", "Unit": "Count"},), dimensions: Any = (("Environment",),), **more: Any
) -> str:
    directive = {"Namespace": "MlLoop", "Dimensions": dimensions, "Metrics": metrics}
    values = {"Environment": "dev", "Failed": 1.0, **more}
    return json.dumps({"_aws": {"Timestamp": 2000, "CloudWatchMetrics": [directive]}, **values})


def test_a_log_event_carries_metrics() -> None:
    one = Datum("MlLoop", "Failed", {"Environment": "dev"}, "Count", (1.0,), 2.0)
    assert data_of(emf()) == [one]
    both = data_of(emf(dimensions=[["Environment"], []]))
    assert [datum.dimensions for datum in both] == [{"Environment": "dev"}, {}]
    assert data_of(emf(Failed=[1, 2]))[0].values == (1.0, 2.0)


@pytest.mark.parametrize(
    "message",
    [
        "plain text",
        '{"level": "INFO"}',
        '{"_aws": "broken',
        '{"_aws": []}',
        emf(Failed="one"),
        emf(Failed=True),
        emf(Environment=7),
        emf(dimensions=[["Missing"]]),
        emf(Failed=[1.0] * 101),
    ],
)
def test_what_the_format_does_not_allow_is_no_metric(message: str) -> None:
    assert data_of(message) == []


@pytest.mark.parametrize(
    ("low", "high", "share"),
    [(None, 2.0, 75.0), (2.0, None, 25.0), (1.0, 2.0, 50.0), (None, 0.5, 0.0), (0.0, 9.0, 100.0)],
)
def test_a_percentile_rank_leaves_its_lower_bound_out_and_has_its_upper_one(
    low: float | None, high: float | None, share: float
) -> None:
    assert rank([(1.0, 1.0), (2.0, 2.0), (3.0, 1.0)], low, high) == share
