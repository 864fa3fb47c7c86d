"""Which records of a request count, and which lines were none."""

from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..use_case import Document
from .reading import UNREADABLE
from .request import Request

LATE = 3600.0  # seconds
_FILES_NAMED = 10


@dataclass(frozen=True)
class Unreadable:
    """How many lines were no records, and the files with the most of them."""

    lines: int
    files: list[Document]


def unreadable_of(engine: Engine, table: ir.Table, file: str) -> Unreadable:
    """Return what could not be read; `file` is the column that then names the file."""
    bad = table.filter(table.id == UNREADABLE)
    by_file = bad.group_by(file=bad[file]).agg(lines=bad.count())
    worst = engine.fetch(by_file.order_by([by_file.lines.desc(), by_file.file]).limit(_FILES_NAMED))
    return Unreadable(rows_of(engine, bad), worst)


def one_each(table: ir.Table, order: list[str], *, descending: bool = False) -> ir.Table:
    """Return what counts of each request: the rows of the first line in an order, or the last; each position once.

    A line holds all positions of its request, so that those of two lines are never mixed.
    """
    keys = [table[name] for name in order]
    window = ibis.window(
        group_by=table.id, order_by=[*(key.desc() if descending else key for key in keys), table.position]
    )
    marked = table.mutate(
        chosen=ibis.and_(*(key == key.first().over(window) for key in keys)),
        before=table.position.lag().over(window),
    )
    once = marked.chosen & (marked.before.isnull() | (marked.before != marked.position))
    return marked.filter(once).drop("chosen", "before")


def delivered(engine: Engine, begun: ir.Table, request: Request) -> Request:
    """Return the request to end where both variants' captures are there.

    SageMaker delivers captures minutes late, those of each variant by themselves: with all that is there a look may
    see more of one than of the other, as if assignment failed. So it ends with the newest capture of whichever is
    behind, but at most LATE before what is asked for: a variant that captures nothing must be noticed.

    Args:
        engine: that has the table.
        begun: the first record of each captured request, with `variant` and `at`.
        request: what is asked for.
    """
    rows = engine.fetch(begun.group_by("variant").agg(newest=begun["at"].max()))
    newest = {row["variant"]: float(row["newest"]) for row in rows}
    behind = min(newest.get(variant, 0.0) for variant in request.variants)
    return replace(request, until=min(max(behind, request.until - LATE), request.until))


def in_stretches(table: ir.Table, request: Request) -> ir.Table:
    """Return the rows of the request's variants and stretches, with `stratum`, the place of the stretch."""
    at = table["at"]
    cases = [((at >= one.start) & (at < one.end), place) for place, one in enumerate(request.stretches)]
    placed = table.mutate(stratum=ibis.cases(*cases, else_=None) if cases else ibis.null("int64"))
    wanted = placed.stratum.notnull() & (placed["at"] < request.until) & placed.variant.isin(request.variants)
    return placed.filter(wanted)


def rows_of(engine: Engine, table: ir.Table) -> int:
    """Return how many rows a table has."""
    [row] = engine.fetch(table.aggregate(rows=table.count()))
    return int(row["rows"])
