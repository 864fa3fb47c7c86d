"""Which split a record is in. The same record is in the same split on every engine and in every run.

With `stratify`, which divides each class by rank, in every run on the same records: more of them may move some.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..use_case import SPLITS, UseCase
from .records import EXCLUDED, LABEL, RECORD_ID, SPLIT

_DIGITS = 8  # of a hash in base 16: shares are exact to a part in four billion


def with_splits(table: ir.Table, use_case: UseCase) -> ir.Table:
    """Add the column `@split`: train, validation, test or serving."""
    how = use_case.split
    if how["by"] == "time":
        return table.mutate(**{SPLIT: _by_time(table[use_case.time], how)})
    if how["by"] == "group":
        drawn = _hash(ibis.coalesce(table[how["column"]].cast("string"), ""), how["seed"])
        return table.mutate(**{SPLIT: _by_share(drawn, how)})
    drawn = _hash(table[RECORD_ID], how["seed"])
    if not use_case.stratified:
        return table.mutate(**{SPLIT: _by_share(drawn, how)})
    # The rank among the rows of its class, in an order that is as good as drawn: shares are exact in each class.
    table = table.mutate(**{"@drawn": drawn})
    group = [table[LABEL], table[EXCLUDED].isnull()]
    rank = ibis.row_number().over(group_by=group, order_by=[table["@drawn"], table[RECORD_ID]])
    rows = table[RECORD_ID].count().over(group_by=group)
    place = (rank.cast("float64") + 0.5) / rows.cast("float64")
    split = ibis.cases(*[(place < bound, name) for name, bound in _bounds(how)], else_=SPLITS[3])
    return table.mutate(**{SPLIT: split}).drop("@drawn")


def at_newest(engine: Engine, table: ir.Table, use_case: UseCase) -> UseCase:
    """Return a use case whose split ends no later than its newest record, where `SplitUntil` asks for that.

    Outcomes arrive late, and a window that ends now would test on records that nobody can judge. All ends are moved by
    the same number of whole days.
    """
    how = use_case.split
    if not how.get("newest"):
        return use_case
    used = table.filter(table[EXCLUDED].isnull())
    newest = engine.fetch(used.aggregate(newest=used[use_case.time].max()))[0]["newest"]
    bounds = {f"{name}_until": datetime.fromisoformat(how[f"{name}_until"]) for name in SPLITS[:3]}
    late = (max(bounds.values()) - newest).days if newest is not None else 0
    if late <= 0:
        return use_case
    moved = {name: (bound - timedelta(days=late)).isoformat() for name, bound in bounds.items()}
    print(f"The newest record with an outcome is of {newest}: the split ends {late} days earlier, {moved}", flush=True)
    return replace(use_case, split={**how, **moved})


def _by_time(time: Any, how: dict[str, Any]) -> Any:
    """Return the split; a bound belongs to the split that begins there."""
    bounds = [(datetime.fromisoformat(how[f"{name}_until"]), name) for name in SPLITS[:3]]
    return ibis.cases(*[(time < ibis.literal(bound, "timestamp(6)"), name) for bound, name in bounds], else_=SPLITS[3])


def _hash(text: Any, seed: int) -> Any:
    return (text + f"/{seed}").hexdigest("md5")


def _by_share(drawn: Any, how: dict[str, Any]) -> Any:
    # Digits of equal length are in the order of the numbers they are.
    bounds = [(f"{min(int(bound * 16**_DIGITS), 16**_DIGITS - 1):0{_DIGITS}x}", name) for name, bound in _bounds(how)]
    exact = how["train"] + how["validation"] + how["test"] >= 1 - 1e-9
    cases = [(drawn < bound, name) for bound, name in bounds]
    return ibis.cases(*(cases[:2] if exact else cases), else_=SPLITS[2] if exact else SPLITS[3])


def _bounds(how: dict[str, Any]) -> list[tuple[str, float]]:
    bound, bounds = 0.0, []
    for name in SPLITS[:3]:
        bound += how[name]
        bounds.append((name, bound))
    return bounds
