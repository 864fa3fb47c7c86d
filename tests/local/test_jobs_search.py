import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.jobs import gaussian, ranges, search, warm_start

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


@given(st.floats(0, 1), st.floats(0, 1), st.integers(2, 6), st.sampled_from(["gbtree", "dart"]))
def test_a_point_leads_to_its_values_and_back(eta: float, gamma: float, depth: int, booster: str) -> None:
    space = ranges.space(RANGES)
    units = {"eta": eta, "gamma": gamma}
    values = {number.name: number.text(units[number.name]) for number in space.numbers if number.name in units}
    point = space.point({**values, "depth": str(depth), "booster": booster})
    assert point is not None
    back = space.values(point)
    assert (back["depth"], back["booster"]) == (str(depth), booster)
    assert all(float(back[name]) == pytest.approx(float(values[name])) for name in units)


def test_what_has_no_place_is_no_point() -> None:
    space = ranges.space(RANGES)
    known = {"eta": "0.01", "gamma": "1", "depth": "3", "booster": "gbtree"}
    assert space.point({**known, "eta": "0"}) is None  # the scale is logarithmic
    assert space.point({**known, "gamma": "much"}) is None
    assert space.point({"eta": "0.01"}) is None
    beyond = space.point({**known, "gamma": "10"})
    assert beyond is not None
    assert 2.0 in beyond


def test_convergence_is_seen_where_all_is_known_and_not_where_it_is_not() -> None:
    space = ranges.space({"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]})

    def known(places: ranges.Array, shape: Callable[[float], float]) -> list[search.Trial]:
        return [search.Trial(np.array([x]), shape(x), running=False) for x in places]

    flat_top = known(np.linspace(0, 1, 15), lambda x: 1 - 0.1 * (x - 0.4) ** 2)
    assert gaussian.expected_improvement(space, flat_top) < 0.01
    one_side = known(np.linspace(0, 0.5, 12), float)
    assert gaussian.expected_improvement(space, one_side) > 0.05
    assert gaussian.expected_improvement(space, flat_top[:9]) == math.inf  # too few to say


def test_borrowed_values_show_where_and_not_how_good() -> None:
    space = ranges.space({"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]})
    parent = tuple(
        search.Trial(np.array([x]), 1000 - 500 * (x - 0.7) ** 2, running=False) for x in np.linspace(0, 1, 9)
    )
    earlier = warm_start.Earlier((parent,), comparable=False)
    own = [search.Trial(np.array([x]), 0.2 - (x - 0.7) ** 2, running=False) for x in (0.1, 0.4)]
    borrowed = earlier.trials(own)
    assert all(trial.borrowed for trial in borrowed)
    assert max(trial.objective or 0 for trial in borrowed) < 1
    step = search.BayesianSearch(space, 1, 3).next([*borrowed, *own])
    assert step is not None
    assert abs(step[0][0] - 0.7) < 0.15
