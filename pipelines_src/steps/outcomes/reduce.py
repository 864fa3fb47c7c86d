"""Join captured predictions with their outcomes, and add up what each variant's count for.

Neither the order nor the repetition of files or lines changes a sum: of several captures of one request the first
counts, of several outcomes the last, and sums are exact (preparation/exact.py).
"""

from typing import Any

import ibis
import ibis.expr.types as ir

from .. import engines, files
from ..engines import Engine
from ..engines.functions import whole_floor
from ..folders import Folders
from ..preparation import exact
from ..use_case import Document, UseCase
from .numbers import BIN, NUMBER, VALUE
from .reading import UNREADABLE, Captures, GroundTruth
from .request import FILE, SUMS, Request, positive_of

OUTPUTS = ("sums",)
_HOUR = 3600


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the inputs `request`, `captures` and `ground_truth`; write `sums.json` into the output `sums`."""
    request = Request.of(files.read_json(folders.input("request") / FILE), use_case)
    # SageMaker runs it, whatever prepares: with Glue and Batch, which are ahead of the pipeline, on one machine.
    engine_name = "spark" if use_case.prepare["engine"] == "spark" else "processing"
    with engines.opened(engine_name, folders) as engine:
        captures = Captures(use_case, request.metric)
        captured = engine.lines("captured", folders.input("captures"), captures)
        truth = GroundTruth(request.metric.classes, positive_of({"data": use_case.data}))
        happened = engine.lines("happened", folders.input("ground_truth"), truth)
        found = sums(engine, captured, happened, request)
    print(f"counts: {found['counts']}", flush=True)
    files.write_json(folders.output("sums") / SUMS, found)


def sums(engine: Engine, captured: ir.Table, happened: ir.Table, request: Request) -> Document:
    """Return the content of sums.json.

    Args:
        engine: that has the tables.
        captured: rows of `Captures`.
        happened: rows of `GroundTruth`.
        request: what is asked for.
    """
    unreadable = {
        "captures": _rows(engine, captured.filter(captured.id == UNREADABLE)),
        "outcomes": _rows(engine, happened.filter(happened.id == UNREADABLE)),
    }
    captured, happened = captured.filter(captured.id != UNREADABLE), happened.filter(happened.id != UNREADABLE)
    requests = engine.keep("requests", _first(captured, [captured["at"], captured.event, captured.variant]))
    outcomes = engine.keep("outcomes", _first(happened, [happened.order.desc(), happened.label]))
    orphans = _rows(engine, outcomes.anti_join(requests, ["id", "position"]))
    joined = requests.left_join(outcomes, ["id", "position"]).select(*requests.columns, outcomes.label)
    counted = engine.keep("counted", _in_stretches(joined, request))
    repeated = captured.filter(captured["at"] < request.until).group_by("variant").agg(rows=ibis._.count())
    once = requests.filter(requests["at"] < request.until).group_by("variant").agg(rows=ibis._.count())
    return {
        "experiment": request.experiment,
        "until": request.given["until"],
        "metric": request.metric.name,
        "strata": _strata(engine, counted, request),
        "hours": _hours(engine, counted, request),
        "counts": {
            **_counts(engine, counted, request, _by_variant(engine, repeated), _by_variant(engine, once)),
            "orphans": orphans,
            "unreadable": unreadable,
        },
    }


def _first(table: ir.Table, order: list[Any]) -> ir.Table:
    """Return the first row, in an order, of each prediction."""
    place = ibis.row_number().over(group_by=[table.id, table.position], order_by=order)
    placed = table.mutate(place=place)
    return placed.filter(placed.place == 0).drop("place")


def _in_stretches(table: ir.Table, request: Request) -> ir.Table:
    """Return the rows of the request's variants and stretches, with `stratum`, the place of the stretch."""
    at = table["at"]
    cases = [((at >= one.start) & (at < one.end), place) for place, one in enumerate(request.stretches)]
    placed = table.mutate(stratum=ibis.cases(*cases, else_=None) if cases else ibis.null("int64"))
    wanted = placed.stratum.notnull() & (placed["at"] < request.until) & placed.variant.isin(request.variants)
    return placed.filter(wanted)


def _strata(engine: Engine, counted: ir.Table, request: Request) -> list[Document]:
    known = counted.filter((counted.valid == 1) & counted.label.notnull())
    found = _bins(engine, known) if request.metric.name == "auc" else _moments(engine, known, request)
    none: Document = {"positives": {}, "negatives": {}} if request.metric.name == "auc" else {
        "n": 0, "total": 0.0, "squares": 0.0
    }  # fmt: skip
    return [
        {**one.given, **{variant: found.get((place, variant), none) for variant in request.variants}}
        for place, one in enumerate(request.stretches)
    ]


def _moments(engine: Engine, known: ir.Table, request: Request) -> dict[tuple[int, str], Document]:
    number = known.mutate(number=_number(known, request)).select("stratum", "variant", "number")
    number = engine.keep("numbers", number.mutate(square=number.number * number.number))
    largest = {name: exact.size(found) for name, found in _bounds(engine, number).items()}
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


def _bounds(engine: Engine, table: ir.Table) -> dict[str, tuple[float, float]]:
    return exact.bounds(engine, table, {"number": table.number, "square": table.square})


def _number(known: ir.Table, request: Request) -> Any:
    """Return what a prediction counts for, now that its outcome is known."""
    metric = request.metric
    if metric.classes:
        cases = [(known.label == place, known[f"{NUMBER}{place}"]) for place in range(len(metric.classes))]
        return ibis.cases(*cases, else_=None)
    error = (known[VALUE] - known.label).abs()
    return error * error if metric.name == "squared_error" else error


def _bins(engine: Engine, known: ir.Table) -> dict[tuple[int, str], Document]:
    found: dict[tuple[int, str], Document] = {}
    groups = known.group_by(["stratum", "variant", "label", BIN]).agg(rows=known.count())
    for row in sorted(engine.fetch(groups), key=lambda row: row[BIN]):
        parts = found.setdefault((row["stratum"], row["variant"]), {"positives": {}, "negatives": {}})
        parts["positives" if row["label"] == 1 else "negatives"][str(int(row[BIN]))] = row["rows"]
    return found


def _hours(engine: Engine, counted: ir.Table, request: Request) -> list[Document]:
    """Return captured and invalid predictions by hour, for the guard that looks at each period by itself."""
    hour = whole_floor(counted["at"] / _HOUR)
    groups = counted.mutate(hour=hour).group_by(["hour", "variant"])
    found: dict[int, Document] = {}
    for row in engine.fetch(groups.agg(captured=ibis._.count(), valid=ibis._.valid.sum())):
        of_hour = found.setdefault(int(row["hour"]), {name: {"captured": 0, "invalid": 0} for name in request.variants})
        of_hour[row["variant"]] = {"captured": row["captured"], "invalid": row["captured"] - int(row["valid"])}
    return [{"from": hour * _HOUR, **found[hour]} for hour in sorted(found)]


def _counts(
    engine: Engine, counted: ir.Table, request: Request, repeated: dict[str, int], once: dict[str, int]
) -> Document:
    labelled = ((counted.valid == 1) & counted.label.notnull()).ifelse(1, 0)
    rows = engine.fetch(
        counted.group_by("variant").agg(captured=counted.count(), valid=counted.valid.sum(), labelled=labelled.sum())
    )
    found = {row["variant"]: row for row in rows}
    return {
        variant: _count(found.get(variant), repeated.get(variant, 0) - once.get(variant, 0))
        for variant in request.variants
    }


def _count(row: Document | None, duplicates: int) -> Document:
    captured, valid, labelled = (int(row[name]) if row else 0 for name in ("captured", "valid", "labelled"))
    return {
        "captured": captured,
        "invalid": captured - valid,
        "labelled": labelled,
        "unlabelled": valid - labelled,
        "duplicates": duplicates,
    }


def _by_variant(engine: Engine, table: ir.Table) -> dict[str, int]:
    return {row["variant"]: row["rows"] for row in engine.fetch(table)}


def _rows(engine: Engine, table: ir.Table) -> int:
    [row] = engine.fetch(table.aggregate(rows=table.count()))
    return int(row["rows"])
