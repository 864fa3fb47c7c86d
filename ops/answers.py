"""What an endpoint answered, as people read it: for each problem its own columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from config import UseCase
from pipelines_src.steps.evaluation.shown import figure

_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(\.\d+)?$")
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00(:00(\.0+)?)?$")
Outcome = bool | str | int | float | None  # the event (True or False), the class, the number; None where nobody knows
_EVENTS = frozenset({"1", "true", "yes"})  # a label of which this is the event is a question by itself


@dataclass(frozen=True)
class Prediction:
    """One answer of the endpoint beside what happened.

    Attributes:
        record: the raw record that was sent.
        answer: one prediction as docs/architecture.md, Jobs, has it.
        happened: what came of it.
        variant: the variant that answered.
    """

    record: dict[str, Any]
    answer: dict[str, Any]
    happened: Outcome
    variant: str

    def shown(self, column: str) -> str:
        """Return a field of the record for a table: numbers without empty decimals, times to the minute, dates."""
        value = self.record.get(column)
        if value is None:
            return ""
        if isinstance(value, float):
            return f"{value:g}"
        date = _MIDNIGHT.match(text := str(value))
        return date[1] if date else _TIME.sub(r"\1 \2", text)


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: what stands in it.
        share: 0 to 1, of what a bar shows beside it; None: no bar.
    """

    text: str
    share: float | None = None


@dataclass(frozen=True)
class Answers:
    """Predictions of a use case as a table.

    Attributes:
        title: what was asked.
        headings: of the columns of the answers.
        rows: a cell for each heading, in the order of the predictions.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, use_case: UseCase, predictions: Sequence[Prediction]) -> "Answers":
        """Return the columns that the problem has; none for what happened, where nobody knows it of any record."""
        known = any(one.happened is not None for one in predictions)
        rows = [_answered(use_case, one, known) for one in predictions]
        headings = tuple(heading for heading, _ in rows[0]) if rows else ()
        return cls(_title(use_case), headings, tuple(tuple(cell for _, cell in row) for row in rows))


def _title(use_case: UseCase) -> str:
    label, positive = use_case.data.label, str(use_case.data.positive)
    if label is None or use_case.problem == "clustering":
        return "clusters"
    if use_case.problem == "binary_classification" and positive.lower() not in _EVENTS:
        return f"{label} is {positive}"
    return label


def _answered(use_case: UseCase, one: Prediction, known: bool) -> list[tuple[str, Cell]]:
    """Return heading and cell of each column; a label may have the name of another."""
    happened = [("happened", Cell(_of(one.happened)))] if known else []
    if use_case.problem == "clustering":
        answer = [("cluster", Cell(str(one.answer["cluster"]))), ("distance", Cell(figure(one.answer["distance"])))]
        return [*answer, *((str(use_case.data.label), cell) for _, cell in happened)]
    if use_case.problem == "regression":
        off = [("difference", Cell(""))] if known else []
        if isinstance(one.happened, int | float):
            off = [("difference", Cell(_signed(one.answer["value"] - one.happened)))]
        return [("predicted", Cell(figure(one.answer["value"]))), *happened, *off]
    if use_case.problem == "multiclass_classification":
        name = one.answer["label"]
        share = one.answer["probabilities"][str(name)]
        return [("predicted", Cell(str(name))), ("probability", Cell(f"{share:.0%}", share)), *happened]
    share = one.answer["probability"]
    decided = [("decided", Cell(_of(one.answer["decision"])))] if "decision" in one.answer else []
    return [("predicted", Cell(f"{share:.0%}", share)), *decided, *happened]


def _of(value: Outcome) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value) if isinstance(value, int) else figure(value)


def _signed(value: float) -> str:
    return f"+{figure(value)}" if value > 0 else figure(value)
