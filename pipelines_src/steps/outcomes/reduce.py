"""Join captured predictions with their outcomes, and add up what each variant's count for.

The unit is the request, since requests are what is assigned to variants: one of several records counts once, with the
mean of theirs. Neither the order nor the repetition of files or lines changes a sum: of several captures of one request
the first counts, of several outcomes the last, and sums are exact (preparation/exact.py).
"""

from datetime import UTC, datetime
from pathlib import Path

import ibis
import ibis.expr.types as ir

from .. import engines, files
from ..engines import Engine
from ..engines.functions import whole_floor
from ..errors import StepError
from ..folders import Folders
from ..use_case import Document, UseCase
from .adding import records, requests_of, strata_of
from .exposures import Exposures
from .joining import delivered, in_stretches, one_each, rows_of, unreadable_of
from .reading import UNREADABLE, Captures, GroundTruth
from .request import FILE, SUMS, Request, positive_of
from .users import users_of

OUTPUTS = ("sums",)
_HOUR = 3600


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the inputs `request`, `captures`, `ground_truth` and, of sticky users, `exposures`; write `sums.json`."""
    request = Request.of(files.read_json(folders.input("request") / FILE), use_case)
    # SageMaker runs it, whatever prepares: with Glue and Batch, which are ahead of the pipeline, on one machine.
    engine_name = "spark" if use_case.prepare["engine"] == "spark" else "processing"
    with engines.opened(engine_name, folders) as engine:
        captures = Captures(use_case, request.metric)
        captured = engine.lines("captured", folders.input("captures"), captures)
        truth = GroundTruth(request.metric.classes, positive_of({"data": use_case.data}))
        happened = engine.lines("happened", folders.input("ground_truth"), truth)
        exposed = exposed_of(engine, folders.input("exposures")) if request.sticky else None
        found = sums(engine, captured, happened, request, exposed)
    print(f"counts: {found['counts']}; files with unreadable lines: {found['unreadable_files']}", flush=True)
    files.write_json(folders.output("sums") / SUMS, found)


def exposed_of(engine: Engine, folder: Path) -> ir.Table:
    """Register the exposures below a folder; StepError if the pipeline did not bring it."""
    if not folder.exists():
        raise StepError(
            "the experiment has sticky users, and the pipeline was deployed without exposures: "
            "set experiment.assignment to sticky again and deploy, or start anew"
        )
    return engine.lines("exposed", folder, Exposures())


def sums(
    engine: Engine, captured: ir.Table, happened: ir.Table, request: Request, exposed: ir.Table | None = None
) -> Document:
    """Return the content of sums.json.

    Args:
        engine: that has the tables.
        captured: rows of `Captures`.
        happened: rows of `GroundTruth`.
        request: what is asked for.
        exposed: rows of `Exposures`, where users keep a variant.
    """
    unreadable = {
        "captures": unreadable_of(engine, captured, "event"),
        "outcomes": unreadable_of(engine, happened, "order"),
        **({} if exposed is None else {"exposures": unreadable_of(engine, exposed, "user")}),
    }
    captured = captured.filter((captured.id != UNREADABLE) & captured.variant.isin(request.variants))
    happened = happened.filter(happened.id != UNREADABLE)
    predictions = engine.keep("predictions", one_each(captured, ["at", "event", "variant"]))
    outcomes = engine.keep("outcomes", one_each(happened, ["order"], descending=True))
    begun = predictions.filter(predictions.position == 0)  # which each has
    request = delivered(engine, begun, request)
    joined = predictions.left_join(outcomes, ["id", "position"]).select(*predictions.columns, outcomes.label)
    counted = engine.keep("counted", in_stretches(joined, request))
    asked = counted.filter(counted.position == 0)
    requests = requests_of(engine, counted, request)
    strata = strata_of(engine, requests, request)
    users = None if exposed is None else users_of(engine, counted, requests, exposed, request, strata)
    labelled = {variant: sum(records(one[variant]) for one in strata) for variant in request.variants}
    return {
        "experiment": request.experiment,
        "until": request.given["until"],
        "counted_until": datetime.fromtimestamp(request.until, UTC).isoformat(),
        "metric": request.metric.name,
        "strata": strata,
        **({} if users is None else {"users": users}),
        "hours": _hours(engine, asked, request),
        "counts": {
            **_counts(engine, asked, labelled, _repetitions(engine, captured, begun, request)),
            "orphans": rows_of(engine, outcomes.filter(outcomes.position == 0).anti_join(begun, "id")),
            "unreadable": {name: found.lines for name, found in unreadable.items()},
        },
        "unreadable_files": [file for found in unreadable.values() for file in found.files],
    }


def _repetitions(engine: Engine, captured: ir.Table, begun: ir.Table, request: Request) -> dict[str, int]:
    """Return how many captures repeat an earlier one, by variant."""
    found: dict[str, int] = {}
    for table, sign in ((captured.filter(captured.position == 0), 1), (begun, -1)):
        settled = table.filter(table["at"] < request.until)
        for row in engine.fetch(settled.group_by("variant").agg(rows=settled.count())):
            found[row["variant"]] = found.get(row["variant"], 0) + sign * int(row["rows"])
    return found


def _hours(engine: Engine, asked: ir.Table, request: Request) -> list[Document]:
    """Return captured requests and invalid answers by hour, for people who ask when it began."""
    hour = whole_floor(asked["at"] / _HOUR)
    groups = asked.mutate(hour=hour).group_by(["hour", "variant"])
    found: dict[int, Document] = {}
    for row in engine.fetch(groups.agg(captured=ibis._.count(), valid=ibis._.valid.sum())):
        of_hour = found.setdefault(int(row["hour"]), {name: {"captured": 0, "invalid": 0} for name in request.variants})
        of_hour[row["variant"]] = {"captured": row["captured"], "invalid": row["captured"] - int(row["valid"])}
    return [{"from": hour * _HOUR, **found[hour]} for hour in sorted(found)]


def _counts(engine: Engine, asked: ir.Table, labelled: dict[str, int], duplicates: dict[str, int]) -> Document:
    rows = engine.fetch(asked.group_by("variant").agg(captured=asked.count(), valid=asked.valid.sum()))
    found = {row["variant"]: (int(row["captured"]), int(row["valid"])) for row in rows}
    counts = {}
    for variant, known in labelled.items():
        captured, valid = found.get(variant, (0, 0))
        counts[variant] = {
            "captured": captured,
            "invalid": captured - valid,
            "labelled": known,
            "unlabelled": valid - known,
            "duplicates": duplicates.get(variant, 0),
        }
    return counts
