"""How often the monitors of answers alarm where nothing has changed: whole days that no model has learnt of, dealt out.

They become a baseline and a month; a week and a day of the month are windows too. Of some splits it is also counted
what would be said if each record told by itself.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xgboost
from numpy.typing import NDArray

from benchmarks import flight_model
from benchmarks.season_alarms import AS_RECORDS, SELDOM, Alarms, Counted, dealt
from benchmarks.season_months import LABEL, TIME, Floats
from pipelines_src.steps import features_file
from pipelines_src.steps.evaluation import model_quality
from pipelines_src.steps.evaluation.binary import Binary
from pipelines_src.steps.evaluation.bootstrap import Resampling
from pipelines_src.steps.evaluation.judged import Judged
from pipelines_src.steps.evaluation.threshold import Costs
from pipelines_src.steps.monitoring import bias, explained, explanations, quality
from pipelines_src.steps.monitoring.answered import Arrays, member
from pipelines_src.steps.monitoring.request import Request
from pipelines_src.steps.monitoring.sample import MOST_ROWS
from pipelines_src.steps.scoring import Scorer
from pipelines_src.steps.use_case import UseCase

FACETS = ({"name": "origin", "values": ["JFK"]}, {"name": "distance", "at_least": 1000})
_HALF = 0.5
Some = NDArray[np.bool_]


@dataclass(frozen=True)
class Answers:
    """Forecasts of the days of a season.

    Attributes:
        rows: with LABEL, TIME and the fields of FACETS.
        score: the forecast of each row.
        attributions: what it rests on: absolute ones, of each row and feature.
        use_case: whose.
    """

    rows: pd.DataFrame
    score: Floats
    attributions: Floats
    use_case: UseCase

    @classmethod
    def of(cls, served: Path, rows: pd.DataFrame, use_case: UseCase) -> "Answers":
        """Ask an unpacked package of an XGBoost model about rows; TypeError of another model."""
        scorer, records = Scorer.load(served), list(map(json.loads, flight_model.bodies(rows)))
        if not isinstance(scorer.model, xgboost.Booster):
            raise TypeError(f"{served} holds a {type(scorer.model).__name__}, which nothing explains")
        matrix = explained.encoded(scorer, records, len(features_file.model_columns(features_file.read(served))))
        attributions = explanations.attributions(scorer.model, matrix)
        return cls(rows, np.array(scorer.score(records), "float64"), attributions, use_case)

    def quality(self, splits: int) -> list[Alarms]:
        """Return the alarms of the monitor of model quality."""
        counted, request = Counted("model quality, "), Request.of({})
        for split in self._splits(splits):
            before = self._statistics(split.baseline)
            for name, some in split.windows.items():
                arrays = self._arrays(some)
                for kind, sizes in split.ways(name, self._sizes(some)).items():
                    figures = quality.result(arrays, self.use_case, before, request, 0, sizes).report["figures"]
                    counted.add(kind, any(one["violated"] for one in figures.values()))
        return counted.found()

    def bias(self, splits: int) -> list[Alarms]:
        """Return the alarms of the monitor of bias, of FACETS."""
        counted, request = Counted("bias, "), Request.of({"facets": FACETS})
        for split in self._splits(splits):
            before = replace(self._arrays(split.baseline), period=self._period(np.flatnonzero(split.baseline)))
            for name, some in split.windows.items():
                arrays = self._arrays(some)
                for kind, sizes in split.ways(name, self._sizes(some)).items():
                    counted.add(kind, _violations(bias.result(arrays, before, request, sizes)) > 0)
        return counted.found()

    def explanations(self, splits: int) -> list[Alarms]:
        """Return the alarms of the monitor of explanations."""
        counted, request = Counted("explanations, "), Request.of({})
        names = [str(place) for place in range(self.attributions.shape[1])]
        for split in self._splits(splits):
            chosen = self._sampled(split.baseline, split.seed)
            before, period = self.attributions[chosen], self._period(chosen)
            for name, some in split.windows.items():
                now = self.attributions[self._sampled(some, split.seed)]
                for kind, sizes in split.ways(name, self._sizes(some)).items():
                    vary = explanations.varies(before, period, sizes)
                    counted.add(kind, _violations(explanations.result(names, now, before, request, vary=vary)) > 0)
        return counted.found()

    def _splits(self, splits: int) -> Iterator["_Split"]:
        days = self._days
        keys = np.unique(days).tolist()
        for seed in range(splits):
            windows = {name: np.isin(days, some) for name, some in dealt(keys, seed, by_day=True).items()}
            yield _Split(seed, windows.pop("baseline"), windows)

    @cached_property
    def _days(self) -> NDArray[np.str_]:
        days: NDArray[np.str_] = self.rows[TIME].dt.date.astype("str").to_numpy().astype("str")
        return days

    def _sizes(self, some: Some) -> dict[str, int]:
        return dict(zip(*(one.tolist() for one in np.unique(self._days[some], return_counts=True)), strict=True))

    def _period(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        return Resampling.of(self.use_case.evaluate, self.rows[TIME].iloc[places]).cluster

    def _sampled(self, some: Some, seed: int) -> NDArray[np.int64]:
        """Return the places of as many rows as the monitor explains."""
        return np.random.default_rng(seed).permutation(np.flatnonzero(some))[:MOST_ROWS]

    def _arrays(self, some: Some) -> Arrays:
        label, score = self.rows[LABEL].to_numpy("float64")[some], self.score[some]
        facets = []
        for facet in Request.of({"facets": FACETS}).facets:
            values = self.rows[facet.name][some].tolist()
            facets.append(np.array([member(facet, {facet.name: value}) for value in values]))
        return Arrays(label, score, (score >= _HALF).astype("float64"), tuple(facets))

    def _statistics(self, some: Some) -> dict[str, Any]:
        label, score = self.rows[LABEL].to_numpy("float64")[some], self.score[some]
        time, none = self.rows[TIME][some].reset_index(drop=True), pd.DataFrame(index=range(len(label)))
        judged = Judged(label, time, np.zeros((len(label), 0), "float32"), score, score, score, None, none, [])
        judge = Binary(judged, _HALF, Costs())
        return model_quality.varied(judge.quality(), Resampling.of(self.use_case.evaluate, time), judge.watched)


@dataclass(frozen=True)
class _Split:
    """Days dealt out: which rows are the baseline, and which those of each window."""

    seed: int
    baseline: Some
    windows: dict[str, Some]

    def ways(self, name: str, sizes: dict[str, int]) -> dict[str, dict[str, int]]:
        """Return the records of each period that a window is judged by, and of some splits none as well."""
        return {name: sizes, **({f"{name}{AS_RECORDS}": {}} if self.seed % SELDOM == 0 else {})}


def _violations(result: Any) -> int:
    return len(result.files["constraint_violations.json"]["violations"])
