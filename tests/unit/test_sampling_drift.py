"""Which captured records are drifted."""

from typing import Any

import pytest

from pipelines_src.steps.sampling import drifted
from tests.unit import monitoring_kit as kit


@pytest.mark.parametrize("values", [(0, 1, 2), ("zero", "one", "two")])
def test_values_that_have_become_more_frequent_are_drifted_and_others_not(values: tuple[Any, ...]) -> None:
    before, now = [5, 5, 90], [10, 10, 80]
    baseline = kit.baseline({"x": [value for value, count in zip(values, before, strict=True) for _ in range(count)]})
    records = [{"x": value} for value, count in zip(values, now, strict=True) for _ in range(count)] + [{}]
    found = drifted.scores(baseline, {"x": 0.1}, records)
    assert found[:20].tolist() == pytest.approx([1.0] * 20)
    assert found[20:].tolist() == [0.0] * 81
