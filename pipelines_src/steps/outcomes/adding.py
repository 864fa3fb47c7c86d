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


def requests_of(engine: Engine, counted: ir.Table, request: Request) -> ir.Table:
    """Return a row for each request whose outcome is known: `stratum`, `variant`, `id`, and what it counts for.

    Args:
        engine: that has the table.
        counted: predictions with `stratum`, and with `label` where their outcome is known.
        request: says of which metric; of `auc` there are `label` and the score's bin, else `number`.
    """
    known = counted.filter(known_of(counted))
    if request.metric.name == "auc":
        several = _several(engine, known)  # there is no mean of ranks: the first record stands for its request
        return (
            engine.keep("first", _first(known)) if several else known.select("stratum", "variant", "id", "label", BIN)
        )
    number = known.select("stratum", "variant", "id", "position", number=_number(known, request))
    number = engine.keep("numbers", number)
    return engine.keep("means", _means(engine, number)) if _several(engine, number) else number


def known_of(counted: ir.Table) -> Any:
    """Return whether a prediction counts: it is one, and its outcome is known."""
    return (counted.valid == 1) & counted.label.notnull()


def strata_of(engine: Engine, requests: ir.Table, request: Request) -> list[Document]:
    """Return each stretch with the sums of its variants, from the rows of `requests_of`."""
    found = _bins(engine, requests) if request.metric.name == "auc" else _moments(engine, requests)
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


def _moments(engine: Engine, number: ir.Table) -> dict[tuple[int, str], Document]:
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
    mean = exact.counted(of_request.whole, largest) / of_request.records.cast("float64")
    return of_request.select("stratum", "variant", "id", number=mean)


def _number(known: ir.Table, request: Request) -> Any:
    """Return what a prediction counts for, now that its outcome is known."""
    metric = request.metric
    if metric.classes:
        cases = [(known.label == place, known[f"{NUMBER}{place}"]) for place in range(len(metric.classes))]
        return ibis.cases(*cases, else_=None)
    error = (known[VALUE] - known.label).abs()
    return error * error if metric.name == "squared_error" else error


def _first(known: ir.Table) -> ir.Table:
    return known.group_by(["stratum", "variant", "id"]).agg(
        label=known.label.argmin(known.position), **{BIN: known[BIN].argmin(known.position)}
    )


def _bins(engine: Engine, requests: ir.Table) -> dict[tuple[int, str], Document]:
    found: dict[tuple[int, str], Document] = {}
    groups = requests.group_by(["stratum", "variant", "label", BIN]).agg(rows=requests.count())
    for row in sorted(engine.fetch(groups), key=lambda row: row[BIN]):
        parts = found.setdefault((row["stratum"], row["variant"]), {"positives": {}, "negatives": {}})
        parts["positives" if row["label"] == 1 else "negatives"][str(int(row[BIN]))] = row["rows"]
    return found
