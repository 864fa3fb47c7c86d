"""The sums of each stretch and variant, over requests whose outcome is known."""

from typing import Any

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..preparation import exact
from ..use_case import Document
from .joining import rows_of
from .numbers import BIN, NUMBER, VALUE
from .request import Request


def strata_of(engine: Engine, counted: ir.Table, request: Request) -> list[Document]:
    """Return each stretch with the sums of its variants.

    Args:
        engine: that has the table.
        counted: predictions with `stratum`, and with `label` where their outcome is known.
        request: says of which metric.
    """
    known = counted.filter((counted.valid == 1) & counted.label.notnull())
    found = _bins(engine, known) if request.metric.name == "auc" else _moments(engine, known, request)
    none: Document = {"positives": {}, "negatives": {}} if request.metric.name == "auc" else {
        "n": 0, "total": 0.0, "squares": 0.0
    }  # fmt: skip
    return [
        {**one.given, **{variant: found.get((place, variant), none) for variant in request.variants}}
        for place, one in enumerate(request.stretches)
    ]


def records(sums: Document) -> int:
    """Return of how many requests sums are."""
    if "n" in sums:
        return int(sums["n"])
    return sum(sum(sums[name].values()) for name in ("positives", "negatives"))


def _moments(engine: Engine, known: ir.Table, request: Request) -> dict[tuple[int, str], Document]:
    number = known.select("stratum", "variant", "id", "position", number=_number(known, request))
    number = engine.keep("numbers", number)
    if _several(engine, number):
        number = engine.keep("means", _means(engine, number))
    number = number.mutate(square=number.number * number.number)
    columns = {"number": number.number, "square": number.square}
    largest = {name: exact.size(found) for name, found in exact.bounds(engine, number, columns).items()}
    rows = engine.fetch(
        number.group_by(["stratum", "variant"]).agg(
            n=number.count(),
            total=exact.total(number.number, largest["number"]),
            squares=exact.total(number.square, largest["square"]),
        )
    )
    return {
        (row["stratum"], row["variant"]): {
            "n": row["n"],
            "total": int(row["total"]) * exact.unit(largest["number"]),
            "squares": int(row["squares"]) * exact.unit(largest["square"]),
        }
        for row in rows
    }


def _several(engine: Engine, known: ir.Table) -> bool:
    """Whether a request has several records, so that what follows is worth its time."""
    return rows_of(engine, known.filter(known.position > 0)) > 0


def _means(engine: Engine, number: ir.Table) -> ir.Table:
    """Return a row for each request, with the mean over those of its records whose outcome is known."""
    largest = exact.size(exact.bounds(engine, number, {"number": number.number})["number"])
    of_request = number.group_by(["stratum", "variant", "id"]).agg(
        whole=exact.total(number.number, largest), records=number.count()
    )
    mean = of_request.whole.cast("float64") * exact.unit(largest) / of_request.records.cast("float64")
    return of_request.select("stratum", "variant", number=mean)


def _number(known: ir.Table, request: Request) -> Any:
    """Return what a prediction counts for, now that its outcome is known."""
    metric = request.metric
    if metric.classes:
        cases = [(known.label == place, known[f"{NUMBER}{place}"]) for place in range(len(metric.classes))]
        return ibis.cases(*cases, else_=None)
    error = (known[VALUE] - known.label).abs()
    return error * error if metric.name == "squared_error" else error


def _bins(engine: Engine, known: ir.Table) -> dict[tuple[int, str], Document]:
    if _several(engine, known):  # there is no mean of ranks: the first record stands for its request
        first = known.group_by(["stratum", "variant", "id"]).agg(
            label=known.label.argmin(known.position), **{BIN: known[BIN].argmin(known.position)}
        )
        known = engine.keep("first", first)
    found: dict[tuple[int, str], Document] = {}
    groups = known.group_by(["stratum", "variant", "label", BIN]).agg(rows=known.count())
    for row in sorted(engine.fetch(groups), key=lambda row: row[BIN]):
        parts = found.setdefault((row["stratum"], row["variant"]), {"positives": {}, "negatives": {}})
        parts["positives" if row["label"] == 1 else "negatives"][str(int(row[BIN]))] = row["rows"]
    return found
