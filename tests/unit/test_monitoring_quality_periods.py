"""Quality of days that differ: how much is learnt of the evaluation, and a window of few days is judged by that."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines_src.steps.evaluation import model_quality
from pipelines_src.steps.evaluation.bootstrap import Figures, Floats, Resampling
from pipelines_src.steps.evaluation.ranking import RankedScores
from pipelines_src.steps.monitoring import quality
from pipelines_src.steps.monitoring.answered import Arrays
from pipelines_src.steps.monitoring.request import Request
from tests.unit.outcomes_kit import case

CASE, RECORDS = case("binary_classification"), 300
EVALUATE = {"resample": "day", "bootstrap_samples": 100, "confidence": 0.95, "seed": 0}


def days(count: int, seed: int, skill: float = 1.5) -> tuple[Arrays, pd.Series]:
    """Forecasts of days, each of which has a level that the model does not know."""
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(count), RECORDS)
    known = skill * random.normal(size=len(day))
    true = 1 / (1 + np.exp(-known - random.normal(0, 1.5, count)[day]))
    label = (random.random(len(day)) < true).astype("float64")
    score = 1 / (1 + np.exp(-known))
    time = pd.Series(pd.Timestamp("2026-01-01") + pd.to_timedelta(day, "D"))
    return Arrays(label, score, (score >= 0.5).astype("float64")), time


def evaluated(arrays: Arrays, time: pd.Series) -> Any:
    """model_quality.json of an evaluation that resamples days."""
    ranked = RankedScores(arrays.label, arrays.score)
    cells = arrays.label.astype(int) * 2 + arrays.decided.astype(int)
    losses = model_quality.log_losses(arrays.label, arrays.score)

    def watched(weights: Floats) -> Figures:
        shares = model_quality.shares(np.bincount(cells, weights, 4).astype("float64"))
        return {"auc": ranked.auc(weights), "log_loss": float(weights @ losses / weights.sum()), **shares}

    plain = model_quality.binary(arrays.label, arrays.score, 0.5)
    return json.loads(json.dumps(model_quality.varied(plain, Resampling.of(EVALUATE, time), watched)))


def sizes(time: pd.Series) -> dict[str, int]:
    return {str(day): int(count) for day, count in time.value_counts().items()}


def worse(before: Any, arrays: Arrays, periods: dict[str, int]) -> set[str]:
    figures = quality.result(arrays, CASE, before, Request.of({}), 0, periods).report["figures"]
    return {name for name, one in figures.items() if one["violated"]}


def test_an_evaluation_says_how_its_figures_vary_between_days() -> None:
    found = evaluated(*days(60, 0))
    assert found["dataset"] == {"item_count": 60 * RECORDS, "periods": pytest.approx(60)}
    others = [model_quality.binary(one.label, one.score, 0.5) for one, _ in (days(60, seed) for seed in range(1, 40))]
    for name in ("accuracy", "recall", "precision", "f1", "auc", "log_loss"):
        values = [one["binary_classification_metrics"][name]["value"] for one in others]
        said = found["binary_classification_metrics"][name]["standard_deviation"]
        assert said == pytest.approx(np.std(values), rel=0.5)


def test_windows_of_days_alarm_no_oftener_than_stated() -> None:
    told = counted = 0
    baselines = [evaluated(*days(40, seed)) for seed in range(5)]
    for seed in range(20):
        before = baselines[seed % len(baselines)]
        for number, length in enumerate((20, 5)):
            arrays, time = days(length, 1000 + 10 * seed + number)
            told += bool(worse(before, arrays, sizes(time)))
            counted += bool(worse(before, arrays, {}))
    assert told <= 2  # of 40; stated is one in a hundred at most
    assert counted > 5  # what would be said if each record told by itself


def test_a_model_that_fails_is_seen_all_the_same_and_one_day_says_nothing() -> None:
    before = evaluated(*days(40, 0))
    arrays, time = days(10, 5, skill=0.1)
    assert "auc" in worse(before, arrays, sizes(time))
    arrays, time = days(1, 6, skill=0.1)
    assert worse(before, arrays, sizes(time)) == set()
