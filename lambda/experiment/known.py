"""What a metric comes to on records that a model was judged on: what a plan needs to know before any request."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiment.auc import ScoreCounts, bin_of
from experiment.beginning import Declared
from experiment.sums import Moments

_LEAST = 1e-15  # as a look's sums have it (pipelines_src/steps/outcomes/numbers.py)
_HALF = 0.5


class UnknownError(Exception):
    """The predictions do not tell; the text says what of them."""


@dataclass(frozen=True)
class Known:
    """A metric's value, the standard deviation of one record's number, and of how many records."""

    value: float
    deviation: float
    records: int


def of_predictions(declared: Declared, predictions: str, evaluation: Mapping[str, Any]) -> Known:
    """Return what a metric comes to.

    Args:
        declared: the use case's terms.
        predictions: content of predictions.csv, which an evaluation leaves, with the columns `label` and `model`.
        evaluation: content of evaluation.json.

    Raises:
        UnknownError: this metric cannot be known from them.
    """
    if declared.problem == "multiclass_classification" and declared.metric != "error_rate":
        raise UnknownError(f"What was kept of the test split does not tell the {declared.metric} of several classes.")
    rows = [(row["label"], row["model"]) for row in csv.DictReader(io.StringIO(predictions))]
    if declared.metric == "auc":
        return _area(rows)
    # As the endpoint's answers: the model decides by its own threshold where the use case declares costs.
    threshold = float(evaluation["threshold"]["value"]) if declared.own_threshold else _HALF
    numbers = [_number(declared, label, model, threshold) for label, model in rows]
    sums = Moments(len(numbers), sum(numbers), sum(number * number for number in numbers))
    if not sums.usable:
        raise UnknownError(f"The test split has {len(numbers)} records.")
    return Known(sums.value, sums.variance**0.5, sums.n)


def _number(declared: Declared, label: str, model: str, threshold: float) -> float:
    if declared.problem == "multiclass_classification":
        return float(label != model)
    if declared.problem == "regression":
        error = abs(float(model) - float(label))
        return error**2 if declared.metric == "squared_error" else error
    chance, happened = float(model), float(label) > 0
    if declared.metric == "log_loss":
        return -math.log(max(chance if happened else 1 - chance, _LEAST))
    acts = chance >= threshold
    if declared.metric == "error_rate":
        return float(acts != happened)
    return (declared.values or {})[f"{'true' if acts == happened else 'false'}_{'positive' if acts else 'negative'}"]


def _area(rows: Sequence[tuple[str, str]]) -> Known:
    counts: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for label, model in rows:
        bins, place = counts[0 if float(label) > 0 else 1], bin_of(float(model))
        bins[place] = bins.get(place, 0) + 1
    area = ScoreCounts(*counts)
    if not area.usable:
        raise UnknownError("The test split has fewer than two records of a class.")
    return Known(area.value, (area.n * area.value_variance) ** 0.5, area.n)
