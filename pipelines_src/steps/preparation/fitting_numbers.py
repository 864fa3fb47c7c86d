"""What is learnt of number features: their middle, their spread, their bounds."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis.expr.types as ir

from ..engines import Engine
from ..use_case import Document
from . import exact
from .encoding import finite
from .records import FEATURE


def numbers(engine: Engine, train: ir.Table, features: Sequence[Document]) -> dict[str, Document]:
    """Return how each feature becomes a number, by name; see `fitting.fitted`."""
    # What is no number to the model, since float32 does not hold it, is none here.
    values = {feature["name"]: finite(train[f"{FEATURE}{feature['name']}"]) for feature in features}
    bounds = exact.bounds(engine, train, _of(features, values, _needs_bounds))
    medians = _medians(engine, train, _of(features, values, lambda feature: feature["missing"] == "median"))
    averaged = _of(features, values, _needs_mean)
    means = exact.means(engine, train, averaged, {name: exact.size(bounds[name]) for name in averaged})
    spread = _of(features, values, lambda feature: feature["scale"] == "standard")
    deviations = _deviations(engine, train, spread, means, bounds)
    return {
        feature["name"]: _number(
            feature,
            bounds.get(feature["name"], (0.0, 0.0)),
            # Nothing is known of a column without values.
            {"mean": means.get(feature["name"]) or 0.0, "median": medians.get(feature["name"]) or 0.0},
            deviations.get(feature["name"], 0.0),
        )
        for feature in features
    }


def _needs_mean(feature: Document) -> bool:
    return bool(feature["missing"] == "mean" or feature["scale"] == "standard")


def _needs_bounds(feature: Document) -> bool:
    return _needs_mean(feature) or feature["scale"] == "minmax"


def _of(features: Sequence[Document], values: Mapping[str, Any], wanted: Callable[[Document], bool]) -> dict[str, Any]:
    return {feature["name"]: values[feature["name"]] for feature in features if wanted(feature)}


def _medians(engine: Engine, train: ir.Table, values: Mapping[str, Any]) -> dict[str, float | None]:
    wanted = {f"median_{place}": value.median() for place, value in enumerate(values.values())}
    row = engine.fetch(train.aggregate(**wanted))[0] if wanted else {}
    return {name: row[f"median_{place}"] for place, name in enumerate(values)}


def _deviations(
    engine: Engine,
    train: ir.Table,
    values: Mapping[str, Any],
    means: Mapping[str, float | None],
    bounds: Mapping[str, tuple[float, float]],
) -> dict[str, float]:
    """Return the standard deviation of the population of each value, 0.0 of one that never changes."""
    middle = {name: means[name] or 0.0 for name in values}
    sizes = {name: exact.size(bounds[name], middle[name]) for name in values}
    # Shares of the largest distance, since the square of a large one may be no float.
    squares = {name: ((value - middle[name]) / sizes[name]) ** 2 for name, value in values.items() if sizes[name]}
    found = exact.means(engine, train, squares, dict.fromkeys(squares, 1.0))
    return {name: sizes[name] * math.sqrt(found.get(name) or 0.0) for name in values}


def _number(feature: Document, bounds: tuple[float, float], learnt: Mapping[str, float], deviation: float) -> Document:
    missing, offset, divisor = feature["missing"], 0.0, 1.0
    lowest, highest = bounds
    if feature["scale"] == "standard":
        offset, divisor = learnt["mean"], deviation or 1.0
    elif feature["scale"] == "minmax":
        offset = (highest + lowest) / 2
        divisor = (highest - lowest) / 2 or 1.0
    fill = {"keep": None, "mean": None, "median": None}.get(missing, missing)
    return {
        "name": feature["name"],
        "type": "number",
        "fill": float(learnt[missing]) if missing in ("mean", "median") else None if fill is None else float(fill),
        "offset": offset,
        "divisor": divisor,
        "clip": feature["scale"] == "minmax",
    }
