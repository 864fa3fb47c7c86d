"""Bias of days that differ: how much is learnt of the test data, and a window of few days is judged by that."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines_src.steps.monitoring import bias
from pipelines_src.steps.monitoring.answered import Arrays
from pipelines_src.steps.monitoring.bias_measures import MEASURES, Cells
from pipelines_src.steps.monitoring.request import Request
from pipelines_src.steps.monitoring.varies import Spread, Varies

RECORDS = 200  # a day
REQUEST = Request.of({"facets": [{"name": "site", "values": ["south"]}]})


def days(count: int, seed: int, shift: float = 0.0) -> Arrays:
    """Forecasts of days, each of which has a weather of its own in the south, which the model knows."""
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(count), RECORDS)
    south = (random.random(len(day)) < 0.3).astype("float64")
    weather = random.normal(0, 1.5, count)[day] + shift
    score = 1 / (1 + np.exp(-random.normal(-0.5, 1, len(day)) - south * weather))
    label = (random.random(len(day)) < score).astype("float64")
    return Arrays(label, score, (score >= 0.5).astype("float64"), (south,), day)


def sizes(arrays: Arrays) -> dict[str, int]:
    assert arrays.period is not None
    return {str(day): int(count) for day, count in enumerate(np.bincount(arrays.period))}


def window(arrays: Arrays) -> Arrays:
    """What is captured: of a window only the profile knows how many records each day has."""
    return replace(arrays, period=None)


def worse(before: Arrays, arrays: Arrays, periods: dict[str, int]) -> set[str]:
    found = bias.result(window(arrays), before, REQUEST, periods).files["constraint_violations.json"]["violations"]
    return {one["metric_name"] for one in found}


def test_windows_of_days_alarm_no_oftener_than_stated() -> None:
    told = counted = 0
    baselines = [days(40, seed) for seed in range(5)]
    for seed in range(12):
        before = baselines[seed % len(baselines)]
        for number, length in enumerate((20, 5, 1)):
            arrays = days(length, 1000 + 10 * seed + number)
            told += bool(worse(before, arrays, sizes(arrays)))
            counted += bool(worse(before, arrays, {}))
    assert told <= 2  # of 36; stated is one in a hundred at most
    assert counted > 8  # what would be said if each record told by itself


def test_a_true_change_is_seen_all_the_same_and_one_day_says_nothing() -> None:
    before = days(40, 0)
    arrays = days(20, 5, shift=3)
    assert {"DPPL", "DPL"} <= worse(before, arrays, sizes(arrays))
    arrays = days(1, 6, shift=3)
    assert worse(before, arrays, sizes(arrays)) == set()
    assert worse(before, arrays, {}) != set()


def test_where_nothing_is_known_of_days_each_record_counts() -> None:
    before, arrays = days(40, 0), days(5, 7)
    plain = bias.result(window(arrays), replace(before, period=None), REQUEST)
    assert bias.result(window(arrays), replace(before, period=None), REQUEST, sizes(arrays)) == plain
    assert bias.result(window(arrays), before, REQUEST, {}) == plain
    assert bias.result(window(arrays), before, REQUEST, sizes(arrays)) != plain


def test_a_measures_interval_is_as_wide_as_other_windows_differ() -> None:
    before, length = days(60, 0), 10
    arrays = days(length, 1)
    said = bias.result(window(arrays), before, REQUEST, sizes(arrays)).report["site=south"]
    for name in ("DPPL", "DPL", "AD"):
        values = [_measured(name, days(length, seed)) for seed in range(100, 150)]
        own = (said[name]["upper"] - said[name]["lower"]) / 2 / 1.96
        assert own == pytest.approx(float(np.std(values)), rel=0.5), name


def _measured(name: str, arrays: Arrays) -> float:
    cells = arrays.facets[0] * 4 + (arrays.label > 0) * 2 + arrays.decided
    counts = np.bincount(cells.astype("int64"), minlength=8).reshape(2, 2, 2)
    return float(MEASURES[name].of(Cells(counts.astype("float64"))))


def test_known_labels_keep_their_days() -> None:
    arrays = days(3, 0)
    label = arrays.label.copy()
    label[:RECORDS] = np.nan
    known = replace(arrays, label=label).known.period
    assert known is not None
    assert np.unique(known).tolist() == [1, 2]


def test_a_window_varies_by_its_days_and_by_its_records() -> None:
    alone = Spread(own=0.3, both=0.31)

    def deviations(count: float) -> dict[str, float]:
        return {"DI": 1 / count, "CI": 0.0}

    varies = Varies.of(32, {"a": 50, "b": 50}, deviations)
    found = varies.spread("DI", alone)
    assert found.own == pytest.approx(np.hypot(0.3, 1 / 2))
    assert found.both == pytest.approx(np.hypot(found.own, 1 / 32))
    assert found.freedom == pytest.approx(1)
    assert varies.spread("CI", alone) == varies.spread("other", alone) == alone
    for before, periods in ((1.0, {"a": 1}), (0.0, {"a": 1}), (32.0, {})):
        assert Varies.of(before, periods, deviations).spread("DI", alone) == alone
