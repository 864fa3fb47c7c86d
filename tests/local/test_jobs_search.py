import math

import numpy as np
import pytest

from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.jobs import ranges, search

RANGES = {
    "ContinuousParameterRanges": [
        {"Name": "eta", "MinValue": "0.0001", "MaxValue": "1", "ScalingType": "Logarithmic"},
        {"Name": "gamma", "MinValue": "0", "MaxValue": "5", "ScalingType": "Linear"},
    ],
    "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "6"}],
    "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}],
}


def objective(values: dict[str, str]) -> float:
    distance = (math.log10(float(values["eta"])) + 1.5) ** 2 + (float(values["gamma"]) - 2) ** 2
    return -distance - abs(int(values["depth"]) - 5) / 4 - (values["booster"] == "dart")


def best_after(strategy: search.Strategy, count: int) -> float:
    trials: list[search.Trial] = []
    for _ in range(count):
        step = strategy.next(trials)
        assert step is not None
        point, values = step
        assert point is not None
        trials.append(search.Trial(point, objective(values), running=False))
    return max(trial.objective for trial in trials if trial.objective is not None)


def test_random_draws_stay_in_range_and_repeat_with_the_seed() -> None:
    space = ranges.space(RANGES)
    first, second = search.RandomSearch(space, 7), search.RandomSearch(space, 7)
    draws = [first.next([]) for _ in range(200)]
    assert [draw[1] for draw in draws if draw] == [second.next([])[1] for _ in range(200)]  # type: ignore[index]
    values = [draw[1] for draw in draws if draw]
    assert {int(value["depth"]) for value in values} == {2, 3, 4, 5, 6}
    assert {value["booster"] for value in values} == {"gbtree", "dart"}
    rates = np.array([float(value["eta"]) for value in values])
    assert rates.min() >= 0.0001
    assert rates.max() <= 1
    # A logarithmic range is drawn evenly by magnitude: half of it lies below the geometric middle.
    assert 0.35 < np.mean(rates < 0.01) < 0.65


def test_bayesian_search_beats_random_search_on_average() -> None:
    space = ranges.space(RANGES)
    random = np.mean([best_after(search.RandomSearch(space, seed), 16) for seed in range(4)])
    bayesian = np.mean([best_after(search.BayesianSearch(space, seed, 5), 16) for seed in range(4)])
    assert bayesian > random + 0.2


def test_bayesian_search_spreads_parallel_jobs() -> None:
    space = ranges.space({"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]})
    strategy = search.BayesianSearch(space, 3, 3)
    done = [search.Trial(np.array([x]), -((x - 0.4) ** 2), running=False) for x in (0.1, 0.5, 0.9)]
    first = strategy.next(done)
    assert first is not None
    assert first[0] is not None
    second = strategy.next([*done, search.Trial(first[0], None, running=True)])
    assert second is not None
    assert second[0] is not None
    assert abs(second[0][0] - first[0][0]) > 0.01


def test_a_grid_has_each_combination_once() -> None:
    categories = [{"Name": "a", "Values": ["1", "2"]}, {"Name": "b", "Values": ["x", "y", "z"]}]
    grid = search.GridSearch(ranges.space({"CategoricalParameterRanges": categories}))
    found = []
    while (step := grid.next([])) is not None:
        found.append(tuple(step[1].values()))
    assert sorted(found) == [(a, b) for a in "12" for b in "xyz"]


@pytest.mark.parametrize(
    ("low", "high", "scaling", "text"),
    [
        ("0", "1", "Logarithmic", "above 0"),
        ("3", "1", "Linear", "greater than MaxValue"),
        ("0", "1", "ReverseLogarithmic", "< 1"),
        ("zero", "1", "Linear", "must be numbers"),
    ],
)
def test_ranges_that_make_no_sense_are_refused(low: str, high: str, scaling: str, text: str) -> None:
    item = {"Name": "x", "MinValue": low, "MaxValue": high, "ScalingType": scaling}
    with pytest.raises(SageMakerError, match=text):
        ranges.space({"ContinuousParameterRanges": [item]})


def test_reverse_logarithmic_ranges_are_fine_near_one() -> None:
    item = {"Name": "x", "MinValue": "0", "MaxValue": "0.999", "ScalingType": "ReverseLogarithmic"}
    number = ranges.space({"ContinuousParameterRanges": [item]}).numbers[0]
    assert [round(float(number.text(unit)), 3) for unit in (0.0, 0.5, 1.0)] == [0.0, 0.968, 0.999]
