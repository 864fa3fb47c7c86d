"""Captured answers joined with what happened: arrays of each variant, from which quality and bias are reckoned."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from .. import records
from ..answers import Answer
from ..engines import Engine
from ..errors import RequestError
from ..outcomes.joining import one_each
from ..outcomes.numbers import decided, finite, probability
from ..outcomes.reading import CAPTURED, ERRORS, UNREADABLE, Captures, GroundTruth, body_of, seconds
from ..outcomes.request import classes_of, positive_of
from ..use_case import UseCase
from .captured import HOUR, Window
from .ranks import Floats
from .request import Facet

SCORE, DECIDED = "score", "decided"
_UNKNOWN = -1.0
_HOUR = re.compile(HOUR)


@dataclass(frozen=True)
class Scores:
    """What is kept of an answer, in the manner of `outcomes.numbers.Metric`.

    `score` is the probability of an event, the number, or the place of the class; `decided` the model's own decision
    about an event.
    """

    classes: tuple[str, ...]
    problem: str
    columns: tuple[str, ...] = (SCORE, DECIDED)

    def numbers(self, answer: Answer) -> list[float]:
        """Return the values of the columns; ValueError, KeyError or TypeError where the answer is no prediction."""
        if self.problem == "binary_classification":
            score = probability(answer["probability"])
            return [score, float(decided(answer, score))]
        if self.problem == "multiclass_classification":
            place = float(self.classes.index(str(answer["label"])))
            return [place, place]
        value = finite(answer["value"])
        return [value, value]


@dataclass(frozen=True)
class Answered:
    """Reads a line of a capture file as `Captures` does, and whether each record is of a facet: 1, 0, -1 not known."""

    captures: Captures
    facets: tuple[Facet, ...]
    above: str
    only: str

    @property
    def columns(self) -> dict[str, str]:
        """Name -> type."""
        return CAPTURED | dict.fromkeys((*self.captures.metric.columns, *facet_columns(self.facets)), "float64")

    def __call__(self, file: str, line: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a line."""
        found = _HOUR.search(file)
        variant = found[1] if found and found[1] != self.above else self.only
        rows = list(self.captures(f"{variant}/yyyy/mm/dd/hh/file", line))
        sent = _records(line) if self.facets and rows and rows[0][0] != UNREADABLE else []
        for row in rows:
            place = row[1]
            record = sent[place] if place < len(sent) else None
            yield (*row, *(member(facet, record) for facet in self.facets))


def member(facet: Facet, record: Any) -> float:
    """Return whether a record is of a facet: 1, 0, -1 where that is not known."""
    value = record.get(facet.name) if isinstance(record, dict) else None
    if facet.values:
        return _UNKNOWN if value is None else float(str(value) in facet.values)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _UNKNOWN
    return float(value >= (facet.at_least or 0.0))


def facet_columns(facets: Sequence[Facet]) -> list[str]:
    """Return the columns of facets."""
    return [f"facet{place}" for place in range(len(facets))]


def reader(folder: Path, use_case: UseCase, facets: tuple[Facet, ...], window: Window) -> Answered:
    """Return what reads the lines of the capture files below a folder."""
    scores: Any = Scores(classes_of({"problem": use_case.problem, "data": use_case.data}), use_case.problem)
    return Answered(Captures(use_case, scores), facets, folder.name, window.only)


def joined(
    engine: Engine, captured: ir.Table, truth: Path | None, use_case: UseCase, window: Window
) -> tuple[ir.Table, Mapping[str, int]]:
    """Return the predictions with `label`, nan where the outcome is not known; and captures by variant that had none.

    Which of several captures and outcomes of one request counts is as in experiments (outcomes/joining.py).
    """
    table = captured.filter(captured.id != UNREADABLE)
    if window.variants:
        table = table.filter(table.variant.isin(window.variants))
    for bound, above in ((window.start, True), (window.end, False)):
        if bound is not None:
            table = table.filter(table["at"] >= seconds(bound) if above else table["at"] < seconds(bound))
    # Once for each variant: a shadow answers the same request.
    apart = table.mutate(request=table.id, id=table.variant + ibis.literal("/") + table.id)
    once = one_each(apart, ["at", "event"])
    predictions = engine.keep("predictions", once.mutate(id=once.request).drop("request"))
    invalid = predictions.filter(predictions.valid == 0)
    counted = {
        row["variant"]: int(row["n"]) for row in engine.fetch(invalid.group_by("variant").agg(n=invalid.count()))
    }
    valid = predictions.filter(predictions.valid == 1)
    if truth is None:
        return valid.mutate(label=ibis.literal(float("nan"))), counted
    classes = classes_of({"problem": use_case.problem, "data": use_case.data})
    happened = engine.lines("happened", truth, GroundTruth(classes, positive_of({"data": use_case.data})))
    happened = happened.filter(happened.id != UNREADABLE)
    outcomes = engine.keep("outcomes", one_each(happened, ["order"], descending=True))
    found = valid.left_join(outcomes, ["id", "position"]).select(*valid.columns, outcomes.label)
    return engine.keep("joined", found.mutate(label=found.label.fill_null(float("nan")))), counted


@dataclass(frozen=True)
class Arrays:
    """The predictions of one variant: label (nan: not known), score, decided, and of each facet who is in it.

    Of test data `period` has the number of each row's day, or other period, whose rows have something in common.
    """

    label: Floats
    score: Floats
    decided: Floats
    facets: tuple[Floats, ...] = ()
    period: NDArray[np.int64] | None = None

    @property
    def known(self) -> "Arrays":
        """Those whose outcome is known."""
        some = ~np.isnan(self.label)
        facets = tuple(one[some] for one in self.facets)
        period = None if self.period is None else self.period[some]
        return Arrays(self.label[some], self.score[some], self.decided[some], facets, period)


def arrays(engine: Engine, table: ir.Table, variant: str, facets: Sequence[Facet]) -> Arrays:
    """Return the predictions of a variant."""
    names = ["label", SCORE, DECIDED, *facet_columns(facets)]
    parts = list(engine.stream(table.filter(table.variant == variant).select(*names)))
    label, score, decided, *rest = (
        np.concatenate([part[name] for part in parts]) if parts else np.zeros(0) for name in names
    )
    return Arrays(label, score, decided, tuple(rest))


def _records(line: str) -> list[Any]:
    """Return the records of a request; none of one that the endpoint does not take."""
    try:
        given = json.loads(line)["captureData"]["endpointInput"]
        return records.documents(*body_of(given))
    except (*ERRORS, RequestError):
        return []
