"""What is learnt of the training rows, and of nothing else. It is a document, so that it travels with the model."""

from collections.abc import Sequence
from typing import Any

import ibis.expr.types as ir

from ..engines import Engine
from ..features_file import FORMAT_VERSION
from ..use_case import Document, UseCase
from . import exact
from .fitting_numbers import numbers
from .records import FEATURE, LABEL

_LIKE_THE_LABEL = ("binary_classification", "regression")


def fitted(engine: Engine, train: ir.Table, use_case: UseCase) -> Document:
    """Return the content of features.json, without the reduction: for each feature, how it becomes numbers.

    A number has `fill` (what a missing value becomes, or null), `offset` and `divisor` (subtracted, then divided by),
    and `clip`; a category has either `codes` by level or `levels`, a column each, and whether missing is one of them.
    """
    features = use_case.data["features"]
    of_numbers = numbers(engine, train, [feature for feature in features if feature["type"] == "number"])
    largest = exact.largest_label(engine, train, use_case)
    return {
        "version": FORMAT_VERSION,
        "use_case": use_case.name,
        "features": [
            of_numbers[feature["name"]]
            if feature["type"] == "number"
            else _category(engine, train, feature, use_case, largest)
            for feature in features
        ],
    }


def _category(engine: Engine, train: ir.Table, feature: Document, use_case: UseCase, largest: float | None) -> Document:
    value = train[f"{FEATURE}{feature['name']}"]
    label = train[LABEL].cast("float64")
    labels = label.sum() if largest is None else exact.total(label, largest)
    counted = train.group_by(level=value).agg(rows=train.count(), labelled=label.count(), labels=labels)
    counts = {row["level"]: row for row in engine.fetch(counted)}
    missing_is_level = feature["missing"] == "level"
    present = [level for level in counts if level is not None]
    levels = feature["levels"] or sorted(
        level for level in present if counts[level]["rows"] >= use_case.data["category_min_rows"]
    )
    how = feature["encode"]
    if how == "auto":
        how = "label_rate" if use_case.problem in _LIKE_THE_LABEL else "frequency"
    head = {"name": feature["name"], "type": "category", "missing_is_level": missing_is_level}
    if how == "one_hot":
        return {**head, "levels": list(levels)}
    known = [*levels, None] if missing_is_level else list(levels)
    codes = _ranks(counts, known, use_case, largest) if how == "label_rate" else _shares(counts, known)
    return {**head, "codes": {level: code for level, code in codes.items() if level is not None},
            "missing_code": codes.get(None)}  # fmt: skip


def _ranks(
    counts: dict[Any, Document], levels: Sequence[Any], use_case: UseCase, largest: float | None
) -> dict[Any, float]:
    """Return each level's place in the order of their smoothed label rates (the m-estimate; Cestnik 1990)."""
    weight = use_case.data["category_smoothing"]
    unit = 1.0 if largest is None else exact.unit(largest)
    labelled = sum(row["labelled"] for row in counts.values())
    overall = sum(int(row["labels"] or 0) for row in counts.values()) * unit / max(labelled, 1)

    def rate(level: Any) -> tuple[float, str]:
        row = counts.get(level, {"labels": 0, "labelled": 0})
        rows = row["labelled"] + weight
        return (int(row["labels"] or 0) * unit + weight * overall) / rows if rows else overall, str(level)

    return {level: float(place) for place, level in enumerate(sorted(levels, key=rate))}


def _shares(counts: dict[Any, Document], levels: Sequence[Any]) -> dict[Any, float]:
    rows = max(sum(row["rows"] for row in counts.values()), 1)
    return {level: counts[level]["rows"] / rows if level in counts else 0.0 for level in levels}
