"""What is learnt of the training rows, and of nothing else. It is a document, so that it travels with the model."""

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..features_file import FORMAT_VERSION
from ..use_case import Document, UseCase
from .records import FEATURE, LABEL

_LIKE_THE_LABEL = ("binary_classification", "regression")


def fitted(engine: Engine, train: ir.Table, use_case: UseCase) -> Document:
    """Return the content of features.json, without the reduction: for each feature, how it becomes numbers.

    A number has `fill` (what a missing value becomes, or null), `offset` and `divisor` (subtracted, then divided by),
    and `clip`; a category has either `codes` by level or `levels`, a column each, and whether missing is one of them.
    """
    features = use_case.data["features"]
    numbers = _numbers(engine, train, [feature for feature in features if feature["type"] == "number"])
    return {
        "version": FORMAT_VERSION,
        "use_case": use_case.name,
        "features": [
            numbers[feature["name"]] if feature["type"] == "number" else _category(engine, train, feature, use_case)
            for feature in features
        ],
    }


def _numbers(engine: Engine, train: ir.Table, features: Sequence[Document]) -> dict[str, Document]:
    wanted = {}
    for place, feature in enumerate(features):
        value = train[f"{FEATURE}{feature['name']}"]
        value = ibis.ifelse(value.isnan() | value.isinf(), None, value)
        for name, needed, aggregate in (
            ("mean", feature["missing"] == "mean" or feature["scale"] == "standard", value.mean),
            ("median", feature["missing"] == "median", value.median),
            ("deviation", feature["scale"] == "standard", lambda value=value: value.std(how="pop")),
            ("lowest", feature["scale"] == "minmax", value.min),
            ("highest", feature["scale"] == "minmax", value.max),
        ):
            if needed:
                wanted[f"{name}_{place}"] = aggregate()
    found = engine.fetch(train.aggregate(**wanted))[0] if wanted else {}
    return {feature["name"]: _number(feature, place, found) for place, feature in enumerate(features)}


def _number(feature: Document, place: int, found: Document) -> Document:
    def learnt(name: str) -> float:
        value = found[f"{name}_{place}"]
        return 0.0 if value is None else float(value)  # nothing is known of a column without values

    missing, offset, divisor = feature["missing"], 0.0, 1.0
    if feature["scale"] == "standard":
        offset, divisor = learnt("mean"), learnt("deviation") or 1.0
    elif feature["scale"] == "minmax":
        offset = (learnt("highest") + learnt("lowest")) / 2
        divisor = (learnt("highest") - learnt("lowest")) / 2 or 1.0
    fill = {"keep": None, "mean": None, "median": None}.get(missing, missing)
    return {
        "name": feature["name"],
        "type": "number",
        "fill": learnt(missing) if missing in ("mean", "median") else None if fill is None else float(fill),
        "offset": offset,
        "divisor": divisor,
        "clip": feature["scale"] == "minmax",
    }


def _category(engine: Engine, train: ir.Table, feature: Document, use_case: UseCase) -> Document:
    value = train[f"{FEATURE}{feature['name']}"]
    label = train[LABEL].cast("float64")
    counted = train.group_by(level=value).agg(rows=train.count(), labelled=label.count(), labels=label.sum())
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
    codes = _ranks(counts, known, use_case) if how == "label_rate" else _shares(counts, known)
    return {**head, "codes": {level: code for level, code in codes.items() if level is not None},
            "missing_code": codes.get(None)}  # fmt: skip


def _ranks(counts: dict[Any, Document], levels: Sequence[Any], use_case: UseCase) -> dict[Any, float]:
    """Return each level's place in the order of their smoothed label rates (the m-estimate; Cestnik 1990)."""
    weight = use_case.data["category_smoothing"]
    labelled = sum(row["labelled"] for row in counts.values())
    overall = sum(row["labels"] or 0.0 for row in counts.values()) / max(labelled, 1)

    def rate(level: Any) -> tuple[float, str]:
        row = counts.get(level, {"labels": 0.0, "labelled": 0})
        rows = row["labelled"] + weight
        return ((row["labels"] or 0.0) + weight * overall) / rows if rows else overall, str(level)

    return {level: float(place) for place, level in enumerate(sorted(levels, key=rate))}


def _shares(counts: dict[Any, Document], levels: Sequence[Any]) -> dict[Any, float]:
    rows = max(sum(row["rows"] for row in counts.values()), 1)
    return {level: counts[level]["rows"] / rows if level in counts else 0.0 for level in levels}
