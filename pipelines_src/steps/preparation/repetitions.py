"""Rows that stand twice. To find them only a hash per row is held; few rows, as a rule, are compared in full."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..engines.functions import row_hash
from ..errors import StepError
from .records import RECORD_ID

_HASH = "@hash"


def distinct(engine: Engine, name: str, table: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return a raw table without rows that are equal to another in all columns.

    Args:
        engine: that has the table.
        name: of the table, for what is kept.
        table: whose rows.
        keys: columns that tell most rows apart.
    """
    suspects, rest = suspected(engine, name, table, keys)
    return table if suspects is None else ibis.union(rest, suspects.distinct())


def suspected(engine: Engine, name: str, table: ir.Table, keys: Sequence[str]) -> tuple[ir.Table | None, ir.Table]:
    """Return the rows that may be equal in `keys`, and all others; None and the table where no hash stands twice."""
    hashed = table.mutate(**{_HASH: row_hash(table, keys)})
    # Most data has none, and to know only that takes less time and memory than to count each hash.
    [counted] = engine.fetch(hashed.aggregate(rows=hashed.count(), different=hashed[_HASH].nunique()))
    if counted["rows"] == counted["different"]:
        return None, table
    groups = hashed.group_by(_HASH).agg(rows=hashed.count())
    twice = engine.keep(f"twice_{name}", groups.filter(groups.rows > 1).select(_HASH))
    return hashed.semi_join(twice, _HASH).drop(_HASH), hashed.anti_join(twice, _HASH).drop(_HASH)


def require_unique(engine: Engine, kept: ir.Table) -> None:
    """Raise StepError if two records have one record_id: an outcome could not find its prediction."""
    suspects, _ = suspected(engine, "record_id", kept.select(RECORD_ID), [RECORD_ID])
    if suspects is None:
        return
    counted = suspects.group_by(RECORD_ID).agg(rows=suspects.count())
    if found := engine.fetch(counted.filter(counted.rows > 1).order_by(RECORD_ID).limit(1)):
        raise StepError(
            f"record_id {found[0][RECORD_ID]!r} is not unique: {found[0]['rows']} records have it. Make it of more "
            "columns, or let prepare.distinct drop rows that stand twice."
        )
