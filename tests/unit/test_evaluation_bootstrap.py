"""Intervals: they cover what they say they cover, are paired, and know of rows that belong together."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from pipelines_src.steps.errors import StepError
from pipelines_src.steps.evaluation.bootstrap import Chances, Figures, Floats, Resampling
from pipelines_src.steps.evaluation.ranking import RankedScores


def rows(count: int, samples: int = 300, confidence: float = 0.95, seed: int = 0) -> Resampling:
    return Resampling(np.arange(count), samples, confidence, seed)


def mean_of(values: Floats) -> Callable[[Floats], Figures]:
    return lambda weights: {"mean": float(np.average(values, weights=weights))}


def test_an_interval_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    covered = 0
    for seed in range(200):
        found = rows(80, 200, 0.9, seed).intervals(mean_of(random.exponential(1, 80)))["mean"]
        covered += found.lower <= 1 <= found.upper
    # Skewed and small samples cost a little (Efron and Tibshirani, 13.3); 5 standard errors are 0.11.
    assert 0.9 - 0.11 < covered / 200 < 0.9 + 0.08


def test_the_interval_is_that_of_a_plain_bootstrap() -> None:
    random = np.random.default_rng(3)
    label = (random.random(400) < 0.3).astype("float64")
    good, poor = label + random.normal(0, 1, 400), label + random.normal(0, 3, 400)
    ranked = RankedScores(label, good), RankedScores(label, poor)

    def figures(weights: Floats) -> Figures:
        first, second = (one.auc(weights) for one in ranked)
        return {"first": first, "second": second, "difference": first - second}

    found = rows(400, 400, 0.9, seed=1).intervals(figures)
    drawn = []
    for _ in range(400):
        picked = random.integers(0, 400, 400)
        drawn.append(roc_auc_score(label[picked], good[picked]) - roc_auc_score(label[picked], poor[picked]))
    lower, upper = np.quantile(drawn, [0.05, 0.95])
    difference = found["difference"]
    assert difference.value == pytest.approx(found["first"].value - found["second"].value)
    assert (difference.lower, difference.upper) == pytest.approx((lower, upper), abs=0.02)


def test_the_ends_are_the_percentiles_that_the_confidence_says() -> None:
    values = np.random.default_rng(4).normal(size=120)
    resampling = rows(120, 500, 0.9, seed=7)
    found = resampling.intervals(mean_of(values))["mean"]
    drawn = [float(np.average(values, weights=weights)) for weights in resampling.weights()]
    assert (found.lower, found.upper) == pytest.approx(tuple(np.quantile(drawn, [0.05, 0.95])), rel=1e-9)


def chance(right: NDArray[np.bool_]) -> Callable[[Floats], Figures]:
    return lambda weights: {"accuracy": float(weights @ right / weights.sum())}


@pytest.mark.parametrize("value", [0, 1])
def test_a_chance_of_which_one_outcome_was_seen_has_clopper_and_pearsons_interval(value: int) -> None:
    every = np.ones(40, dtype=bool)
    right = np.full(40, bool(value))
    found = rows(40, confidence=0.9).intervals(chance(right), Chances({"accuracy": (every,)}))["accuracy"]
    exact = binomtest(40 * value, 40).proportion_ci(0.9, method="exact")
    assert (found.lower, found.upper) == pytest.approx((exact.low, exact.high))


def test_pairs_are_as_many_as_clusters_of_the_rarer_outcome() -> None:
    label = np.zeros(60)
    label[:24] = 1
    ranked = RankedScores(label, label)
    resampling = Resampling(np.arange(60) // 2, 200, 0.95, 0)  # 12 clusters where it happens, 18 where not
    chances = Chances({"auc": (label > 0, label == 0)})
    found = resampling.intervals(lambda weights: {"auc": ranked.auc(weights)}, chances)["auc"]
    assert (found.value, found.upper) == (1, 1)
    assert found.lower == pytest.approx(0.025 ** (1 / 12))


def test_a_difference_is_as_wide_as_what_never_erred_may_err() -> None:
    random = np.random.default_rng(2)
    right = {"ours": np.ones(50, dtype=bool), "sure": np.ones(50, dtype=bool), "theirs": random.random(50) < 0.8}

    def figures(weights: Floats) -> Figures:
        found = {name: float(weights @ one / weights.sum()) for name, one in right.items()}
        return {**found, "over": found["ours"] - found["theirs"], "even": found["ours"] - found["sure"]}

    every = dict.fromkeys(right, (np.ones(50, dtype=bool),))
    plain = rows(50).intervals(figures)
    told = rows(50).intervals(figures, Chances(every, {"over": ("ours", "theirs"), "even": ("ours", "sure")}))
    may = 1 - 0.025 ** (1 / 50)
    assert (plain["over"].lower - told["over"].lower, told["over"].upper) == pytest.approx((may, plain["over"].upper))
    assert (told["even"].lower, told["even"].upper) == pytest.approx((-may, may))
    assert told["theirs"] == plain["theirs"]


def test_what_errs_at_times_keeps_its_percentiles() -> None:
    right = np.ones(40, dtype=bool)
    right[0] = False
    every = Chances({"accuracy": (np.ones(40, dtype=bool),)})
    plain, told = (rows(40).intervals(chance(right), of) for of in (None, every))
    assert plain == told


def test_intervals_of_a_model_that_hardly_errs_cover_what_they_say() -> None:
    # Of 60 records of which 1 in 100 is wrong more than half of the samples show no error at all.
    random, truth = np.random.default_rng(1), 0.99
    every = Chances({"accuracy": (np.ones(60, dtype=bool),)})
    covered = alone = 0
    for seed in range(200):
        right = random.random(60) < truth
        told = rows(60, 200, 0.95, seed).intervals(chance(right), every)["accuracy"]
        covered += told.lower <= truth <= told.upper
        alone += not right.all()
    assert covered / 200 > 0.95 - 0.04
    assert alone / 200 < 0.6  # which percentiles alone would cover at most


def test_figures_of_one_resample_come_from_the_same_rows() -> None:
    values = np.random.default_rng(0).normal(size=300)
    found = rows(300).intervals(lambda weights: {"none": float((weights * values).sum() - (weights * values).sum())})
    assert (found["none"].lower, found["none"].upper) == (0, 0)


def test_rows_that_repeat_within_a_period_do_not_narrow_the_interval() -> None:
    values = np.random.default_rng(0).normal(size=100)
    single = rows(100).intervals(mean_of(values))["mean"]
    places = np.arange(100).repeat(20)
    repeated = Resampling(places, 300, 0.95, 0).intervals(mean_of(values[places]))["mean"]
    assert (repeated.lower, repeated.upper) == pytest.approx((single.lower, single.upper), abs=1e-9)


def test_the_seed_decides() -> None:
    values = np.random.default_rng(0).normal(size=50)
    first, again, other = (rows(50, seed=seed).intervals(mean_of(values)) for seed in (1, 1, 2))
    assert first == again
    assert first["mean"].lower != other["mean"].lower


def test_periods_are_those_of_the_clock_and_rows_without_a_time_are_one() -> None:
    times = pd.Series(pd.DatetimeIndex(["2024-01-01 00:10", "2024-01-01 23:50", pd.NaT, "2024-01-02 00:00", pd.NaT]))
    how = {"resample": "day", "bootstrap_samples": 10, "confidence": 0.9, "seed": 0}
    assert Resampling.of(how, times).cluster.tolist() == [0, 0, 1, 2, 1]
    assert Resampling.of({**how, "resample": "row"}, times).cluster.tolist() == [0, 1, 2, 3, 4]


def test_too_few_periods_are_refused() -> None:
    with pytest.raises(StepError, match="the test split has 9 of them, fewer than 10"):
        Resampling(np.arange(90) // 10, 100, 0.95, 0).intervals(lambda weights: {"rows": float(weights.sum())})


def test_a_figure_that_no_resample_gives_has_no_interval() -> None:
    found = rows(20).intervals(lambda weights: {"never": float("nan")})["never"]
    assert np.isnan([found.value, found.lower, found.upper]).all()
