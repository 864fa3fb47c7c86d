"""Which columns become features, which identify rows, and which are left out, with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ops.new_use_case import leakage
from ops.new_use_case.ids import called_id, is_code, is_id
from ops.new_use_case.measuring import Measured
from ops.new_use_case.target import Target

MOSTLY_MISSING = 0.8  # share of the rows
_ROWS_OF_LEVEL = 5  # mean rows of a level, below which a text is no category
_MOST_LEVELS = 1000
_FEWEST_GROUPS = 20  # that can be split: fewer are levels of a category
_WORDS_OF_TEXT = 4  # mean words, above which a text is prose


@dataclass(frozen=True)
class Role:
    """What a column is.

    Attributes:
        column: the column.
        why_not: why it is left out; None: it is used.
        features: what is made of it, as entries of data.features; of one that is left out, what would be.
        type: of the field of the record.
        remark: what a person should know, although it is used.
    """

    column: Measured
    features: tuple[dict[str, Any], ...]
    type: str
    why_not: str | None = None
    remark: str | None = None


def roles(
    columns: Sequence[Measured], target: Target, time: Measured | None, scores: Mapping[str, float]
) -> list[Role]:
    """Return what each column is that is neither the label nor unusable, in their order."""
    label = target.label.name if target.label else None
    return [_role(column, target, time, scores.get(column.name, 0.0)) for column in columns if column.name != label]


def _role(column: Measured, target: Target, time: Measured | None, score: float) -> Role:
    kind, features = _features(column, time)
    if column.present == 0:
        return Role(column, (), kind, "has no value in any row")
    why_not, remarks = _why_not(column, features), [column.column.note] if column.column.note else []
    if why_not is None and target.label is not None:
        hint = leakage.by_name(column.name, target.label.name)
        if score >= leakage.SUSPICIOUS and column.kind == "time" and not hint and not column.missing:
            # A time that every row has is known beforehand; what it tells is that the label changes with time.
            if time is None:
                remarks.append(
                    f"the label changes with this time ({_figure(target)} {score:.3f}): --time "
                    f"{column.column.original!r} judges on later rows than those that were learnt"
                )
        elif score >= leakage.LEAKS or (hint and score >= leakage.SUSPICIOUS):
            why_not = (
                f"predicts the label nearly alone ({_figure(target)} {score:.3f} on held-out rows): is it known before "
                f"the outcome?{_of_groups(column, kind)}"
            )
        elif score >= leakage.SUSPICIOUS:
            remarks.append(
                f"alone it predicts the label well ({_figure(target)} {score:.3f}): is it known before the outcome?"
            )
        elif hint:
            remarks.append("its name says that it may be written after the outcome: is it known before?")
    return Role(column, tuple(features), kind, why_not, "; ".join(remarks) or None)


def _of_groups(column: Measured, kind: str) -> str:
    """Return what else it may be that a code of many rows knows the label: rows of one patient have one outcome."""
    if kind != "text" or column.different < _FEWEST_GROUPS or column.present < 2 * column.different:
        return ""
    return (
        f" If rows of one value belong together (a patient, a machine), take {column.name} into record; split by it: "
        f"`split: {{by: group, column: {column.name}}}`"
    )


def _features(column: Measured, time: Measured | None) -> tuple[str, list[dict[str, Any]]]:
    """Return the type of the field, and the features that it would give."""
    if column.kind == "number" and not is_code(column):
        return "number", [{"name": column.name, "type": "number"}]
    if column.kind != "time":
        return "text", [{"name": column.name, "type": "category"}]
    # The year and month of the time that splits: those that are judged are never those that were learnt.
    split_by_it = time is not None and column.name == time.name
    parts = ["weekday"] if split_by_it else ["year", "month", "weekday"]
    if _has_clock(column):
        parts.append("hour")
    return "time", [
        {"name": f"{column.name}_{part}", "type": "number", "source": column.name, "part": part} for part in parts
    ]


def _why_not(column: Measured, features: Sequence[Any]) -> str | None:  # noqa: PLR0911 - one reason after the other
    if column.column.odd is not None:
        return f"{column.column.odd}; correct the file, or take it as a category"
    if column.missing > MOSTLY_MISSING * column.rows:
        return f"is missing in {column.missing} of {column.rows} rows"
    if column.different == 1:
        return "has the same value in every row" if not column.missing else "has one value only, or none"
    if is_id(column):
        return "another value in every row: it tells rows apart, and says nothing of the next"
    if called_id(column) and features[0]["type"] == "number":
        return f"is called an id, and its {column.different} values are no quantity"
    if column.kind == "text":
        why_no_category = _why_no_category(column)
        return "; ".join(filter(None, (why_no_category, column.column.note))) if why_no_category else None
    return None


def _why_no_category(column: Measured) -> str | None:
    if column.different <= _MOST_LEVELS and column.present >= _ROWS_OF_LEVEL * column.different:
        return None
    if column.words > _WORDS_OF_TEXT:
        return f"is free text ({column.words:.0f} words on average)"
    return f"has {column.different} values in {column.present} rows: too few rows of each to learn from"


def _has_clock(column: Measured) -> bool:
    if column.lowest is None:
        return False
    return any(one.hour or one.minute or one.second for one in (column.lowest, column.highest))


def _figure(target: Target) -> str:
    return {"binary_classification": "AUC", "multiclass_classification": "balanced accuracy"}.get(target.problem, "R2")
