"""The monitoring baseline: what the records that train hold, however many they are.

An engine counts; of numbers it gives the distinct ones in order, part by part, so that no column is ever in memory.
Small data is fetched in few queries instead, several columns at once, which on Spark is most of the time.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..engines.functions import has_number
from ..model_monitor import MOST_LEVELS, Seen
from ..numbers_seen import NumbersSeen, Parts, distinct
from ..use_case import Column

_CELLS = 100_000  # of small data, what may be in memory at a time


def described(engine: Engine, table: ir.Table, fields: Sequence[Column], most_cells: int = _CELLS) -> list[Seen]:
    """Return what each field of a table, which has rows, holds.

    Args:
        engine: that has the table.
        table: with a column for each field.
        fields: of the record.
        most_cells: how many cells may be fetched at once; a table of more rows is counted by the engine.
    """
    rows = int(engine.fetch(table.aggregate(rows=table.count()))[0]["rows"])
    if rows > most_cells:
        return [_counted(engine, table, field, rows) for field in fields]
    together = max(1, most_cells // max(1, rows))
    return [
        seen
        for start in range(0, len(fields), together)
        for seen in _fetched(engine, table, fields[start : start + together], rows)
    ]


def _fetched(engine: Engine, table: ir.Table, fields: Sequence[Column], rows: int) -> Iterator[Seen]:
    found = engine.fetch(table.select(*(_value(table, field) for field in fields)))
    for field in fields:
        values = [row[field.name] for row in found if row[field.name] is not None]
        if field.type == "number":
            part = distinct(values)
            yield _numbers(field, rows, len(values), (part[0].min(), part[0].max()) if values else None, [part])
        else:
            counts = Counter(values)
            yield Seen(field, rows, len(values), distinct=len(counts), levels=_levels(counts))


def _counted(engine: Engine, table: ir.Table, field: Column, rows: int) -> Seen:
    values = table.select(value=_value(table, field)).filter(ibis._.value.notnull())
    groups = values.group_by("value").agg(count=values.count())
    if field.type == "number":
        wanted = {"present": values.count(), "low": values.value.min(), "high": values.value.max()}
        found = engine.fetch(values.aggregate(**wanted))[0]
        ends = (found["low"], found["high"]) if found["present"] else None
        parts = engine.stream(groups.order_by("value"))
        return _numbers(field, rows, found["present"], ends, ((part["value"], part["count"]) for part in parts))
    found = engine.fetch(groups.aggregate(distinct=groups.count(), present=groups["count"].sum()))[0]
    few = found["distinct"] <= MOST_LEVELS
    counts = {row["value"]: row["count"] for row in engine.fetch(groups)} if few else {}
    levels = _levels(counts) if few else None
    return Seen(field, rows, int(found["present"] or 0), distinct=found["distinct"], levels=levels)


def _numbers(field: Column, rows: int, present: int, ends: tuple[float, float] | None, parts: Parts) -> Seen:
    numbers = NumbersSeen.of(parts, present, float(ends[0]), float(ends[1])) if ends else None
    return Seen(field, rows, present, numbers)


def _value(table: ir.Table, field: Column) -> Any:
    value = table[field.name]
    if field.type != "number":
        return value
    number = value.cast("float64")
    return ibis.ifelse(has_number(number), number, None).name(field.name)


def _levels(counts: dict[Any, int]) -> dict[str, int] | None:
    return {str(value): count for value, count in counts.items()} if len(counts) <= MOST_LEVELS else None
