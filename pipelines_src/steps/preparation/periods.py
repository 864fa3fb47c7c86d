"""How much training records of one period have in common, field by field: monitoring baseline, `periods.json`.

The period is `evaluate.resample`, by which the use case says what its records share. docs/decisions/drift.md
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from .. import intraclass
from ..engines import Engine
from ..engines.functions import has_number
from ..model_monitor import Seen
from ..monitoring.ranks import Ranks
from ..numbers_seen import SKETCH_SIZE
from ..use_case import Document, UseCase

FILE = "periods.json"
_UNITS: Mapping[str, Any] = {"hour": "h", "day": "D", "week": "W"}
_TWENTIETHS = np.arange(1, 20) / 20  # where a distribution of numbers is looked at
_RARE = 0.01  # how categories of a smaller share are spread is not certain

Counts = Mapping[Hashable, int]


def described(engine: Engine, table: ir.Table, use_case: UseCase, seen: Sequence[Seen]) -> Document:
    """Return the content of periods.json; its period is null where records are drawn by themselves.

    Args:
        engine: that has the table.
        table: with the fields of the record.
        use_case: says what a period is.
        seen: what the records hold in each field.
    """
    period = use_case.evaluate["resample"]
    if period == "row" or use_case.time is None:
        return {"version": 1, "period": None, "count": 0, "effective": 0.0, "features": []}
    dated = table.mutate(**{"@period": table[use_case.time].truncate(_UNITS[period]).cast("string")})
    sizes = sorted(row["count"] for row in engine.fetch(dated.group_by("@period").agg(count=dated.count())))
    return {
        "version": 1,
        "period": period,
        "count": len(sizes),
        "effective": intraclass.effective_periods(sizes),
        "features": [{"name": one.field.name, **_alike(engine, dated, one)} for one in seen],
    }


def _alike(engine: Engine, dated: ir.Table, seen: Seen) -> Document:
    """Return the correlation of values, None where distributions are not compared, and that of missing ones."""
    value = dated[seen.field.name]
    if seen.numbers is not None:
        edges = sorted({*Ranks.of_compactors(seen.numbers.sketch, SKETCH_SIZE).quantiles(_TWENTIETHS).tolist()})
        periods = _counted(engine, dated, _place(value, edges))
        spread = _below(periods, len(edges))
        # The noise of the largest difference of cumulative shares is bounded by that of a share of a half.
        found = min(1.0, 4 * float(spread.variance.max(initial=0.0)))
    elif seen.levels is not None:
        periods = _counted(engine, dated, value)
        spread = _shares(periods, list(seen.levels))
        found = float(spread.correlation[spread.share >= _RARE].max(initial=0.0))
    else:
        periods, found = _counted(engine, dated, value.isnull().ifelse(ibis.null("int64"), 0)), None
    missing = intraclass.between([[one.get(None, 0)] for one in periods], [sum(one.values()) for one in periods])
    return {"values": found, "missing": float(missing.correlation[0])}


def _counted(engine: Engine, dated: ir.Table, place: Any) -> list[Counts]:
    """Return, of each period, how many records are in each place; of missing values it is None."""
    groups = dated.select("@period", place=place).group_by("@period", "place")
    found: dict[str, dict[Hashable, int]] = defaultdict(dict)
    for row in engine.fetch(groups.agg(count=ibis._.count())):
        found[row["@period"]][row["place"]] = row["count"]
    return [found[period] for period in sorted(found)]  # sums of one order, on every engine


def _below(periods: Sequence[Counts], edges: int) -> intraclass.Between:
    placed = [[one.get(place, 0) for place in range(edges + 1)] for one in periods]
    return intraclass.between(np.cumsum(placed, axis=1)[:, :-1], _present(periods))


def _shares(periods: Sequence[Counts], names: Sequence[str]) -> intraclass.Between:
    return intraclass.between([[one.get(name, 0) for name in names] for one in periods], _present(periods))


def _present(periods: Sequence[Counts]) -> list[int]:
    return [sum(one.values()) - one.get(None, 0) for one in periods]


def _place(value: Any, edges: Sequence[float]) -> Any:
    """Return the place of the first edge that a number does not exceed, that of the last and one more beyond all."""
    number = value.cast("float64")
    cases = [(number <= edge, place) for place, edge in enumerate(edges)]
    return ibis.ifelse(has_number(number), ibis.cases(*cases, else_=len(edges)), None)
