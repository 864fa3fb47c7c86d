"""How much records of one period have in common, and what they tell then."""

from typing import Any

import numpy as np
import pytest

from pipelines_src.steps import intraclass


def shares(periods: int, records: int, alike: float, seed: int) -> tuple[Any, list[int]]:
    """Counts of something that happens to a fifth, in periods whose own shares vary by a beta distribution."""
    random = np.random.default_rng(seed)
    total = 1 / alike - 1 if alike else 0.0
    chance = random.beta(0.2 * total, 0.8 * total, periods) if alike else np.full(periods, 0.2)
    sizes = random.integers(records // 2, records * 3 // 2, periods)
    return random.binomial(sizes, chance)[:, None], sizes.tolist()


@pytest.mark.parametrize("alike", [0.0, 0.05, 0.3])
def test_what_records_of_a_period_have_in_common_is_found(alike: float) -> None:
    found = [intraclass.between(*shares(90, 200, alike, seed)).correlation[0] for seed in range(40)]
    assert np.mean(found) == pytest.approx(alike, rel=0.15, abs=0.002)


def test_effective_records_tell_as_much_as_the_records_do() -> None:
    means, told = [], []
    for seed in range(400):
        counts, sizes = shares(30, 200, 0.2, seed)
        means.append(counts.sum() / sum(sizes))
        told.append(intraclass.effective_records(sum(sizes), intraclass.effective_periods(sizes), 0.2))
    assert np.var(means) == pytest.approx(0.2 * 0.8 / np.mean(told), rel=0.2)


def test_records_without_anything_in_common_count_as_they_are() -> None:
    assert intraclass.effective_records(1000, 7.0, 0.0) == 1000
    assert intraclass.effective_records(1000, 0.0, 0.5) == 1000  # by what they are alike is not known
    assert intraclass.effective_records(1000, 1.0, 1.0) == 1
    assert intraclass.effective_periods([]) == 0
    assert intraclass.effective_periods([100] * 30) == pytest.approx(30)
    assert intraclass.effective_periods([1000, 1]) < 1.01


def test_of_one_period_or_of_one_record_each_nothing_is_known() -> None:
    assert intraclass.between([[3]], [10]).correlation[0] == 0
    assert intraclass.between([[1], [0], [1]], [1, 1, 1]).correlation[0] == 0
    assert intraclass.between([[0], [0]], [10, 10]).correlation[0] == 0
