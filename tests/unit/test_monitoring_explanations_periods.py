"""What answers of one day rest on is alike: a window of few days is judged by how days of the test data differ."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines_src.steps.monitoring import explanations
from pipelines_src.steps.monitoring.ranks import Floats
from pipelines_src.steps.monitoring.request import Request
from pipelines_src.steps.monitoring.varies import Varies

RECORDS = 50  # a day
NAMES, USUAL = ["a", "b", "c", "d", "e"], (8, 4, 2, 1, 1)


def days(count: int, seed: int, sizes: Sequence[float] = USUAL) -> tuple[Floats, NDArray[np.int64]]:
    """Absolute attributions of days, on each of which some features matter more than on others."""
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(count), RECORDS)
    weather = np.exp(random.normal(0, 2, (count, len(sizes))))[day]
    return np.abs(random.normal(sizes, 0.5, (len(day), len(sizes)))) * weather, day


def violated(before: Floats, now: Floats, vary: Varies) -> bool:
    return bool(explanations.result(NAMES, now, before, Request.of({}), vary=vary).report["violated"])


def sizes(count: int) -> dict[str, int]:
    return {str(day): RECORDS for day in range(count)}


def test_windows_of_days_alarm_no_oftener_than_stated() -> None:
    told = counted = 0
    then, day = days(30, 0)
    for length in (1, 4):
        vary = explanations.varies(then, day, sizes(length))
        for seed in range(6):
            now, _ = days(length, 100 * length + seed)
            told += violated(then, now, vary)
            counted += violated(then, now, Varies())
    assert told == 0  # of 12; stated is one in a hundred at most
    assert counted >= 3  # what would be said if each record told by itself


def test_an_order_that_has_turned_is_seen_all_the_same_and_one_day_says_nothing() -> None:
    then, day = days(30, 0)
    many, single = (days(count, 5, (1, 1, 2, 4, 8))[0] for count in (12, 1))
    assert violated(then, many, explanations.varies(then, day, sizes(12)))
    assert violated(then, single, Varies())
    assert not violated(then, single, explanations.varies(then, day, sizes(1)))


def test_where_nothing_is_known_of_days_each_record_counts() -> None:
    then, day = days(30, 0)
    now, _ = days(5, 1)
    plain = explanations.result(NAMES, now, then, Request.of({}))
    for period, periods in ((None, sizes(5)), (day, {})):
        vary = explanations.varies(then, period, periods)
        assert explanations.result(NAMES, now, then, Request.of({}), vary=vary) == plain
    vary = explanations.varies(then, day, sizes(5))
    assert explanations.result(NAMES, now, then, Request.of({}), vary=vary).report["highest"] > plain.report["highest"]
