"""The forecast to beat: the label's rate (or mean) per group, learnt in training and smoothed."""

from typing import Any

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..use_case import UseCase
from . import exact
from .records import FEATURE, LABEL, SPLIT

FORECAST = "@forecast"
_SMOOTHING = 20.0  # where evaluate.baseline is left out there is one group, and this changes nothing


def with_forecast(engine: Engine, used: ir.Table, use_case: UseCase) -> ir.Table:
    """Add the column `@forecast`: each group's smoothed mean (the m-estimate; Cestnik 1990), else the overall one.

    For several classes it is the most frequent class of the group; for clusters there is none.
    """
    if use_case.label is None:
        return used.mutate(**{FORECAST: ibis.null("float64")})
    declared = use_case.evaluate["baseline"] or {"group_by": [], "smoothing": _SMOOTHING}
    keys = [_column(used, name, use_case).cast("string") for name in declared["group_by"]]
    used = used.mutate(**{f"@key_{place}": ibis.coalesce(key, "") for place, key in enumerate(keys)})
    names = [f"@key_{place}" for place in range(len(keys))]
    train = used.filter(used[SPLIT] == "train")
    label = train[LABEL].cast("float64")
    if use_case.problem == "multiclass_classification":
        groups, overall = _modes(engine, train, names)
    else:
        largest = exact.largest_label(engine, train, use_case)
        overall, sum_ = _overall(engine, train, label, largest), label.sum()
        if largest is not None:
            sum_ = exact.total(label, largest).cast("float64") * exact.unit(largest)
        weight = declared["smoothing"]
        rate = (sum_ + weight * overall) / (label.count() + weight)
        groups = train.group_by(names).agg(**{FORECAST: rate}) if names else None
    if groups is None:
        return used.mutate(**{FORECAST: ibis.literal(overall)})
    joined = used.left_join(engine.keep("forecasts", groups), names, rname="@group{name}")
    return joined.mutate(**{FORECAST: ibis.coalesce(joined[FORECAST], overall)})


def _overall(engine: Engine, train: ir.Table, label: Any, largest: float | None) -> float:
    if largest is None:
        return float(engine.fetch(train.aggregate(mean=label.mean()))[0]["mean"])
    return exact.means(engine, train, {LABEL: label}, {LABEL: largest})[LABEL] or 0.0


def _modes(engine: Engine, train: ir.Table, names: list[str]) -> tuple[ir.Table | None, float]:
    counted = train.group_by([*names, LABEL]).agg(rows=train.count())
    rows: list[dict[str, Any]] = engine.fetch(counted)
    total: dict[float, int] = {}
    for row in rows:
        total[row[LABEL]] = total.get(row[LABEL], 0) + row["rows"]
    overall = float(min(total, key=lambda label: (-total[label], label)))
    if not names:
        return None, overall
    best = counted.mutate(
        place=ibis.row_number().over(group_by=names, order_by=[ibis.desc(counted.rows), counted[LABEL]])
    )
    return best.filter(best.place == 0).select(*names, **{FORECAST: best[LABEL].cast("float64")}), overall


def _column(table: ir.Table, name: str, use_case: UseCase) -> Any:
    features = {feature["name"] for feature in use_case.data["features"]}
    return table[f"{FEATURE}{name}"] if name in features else table[name]
