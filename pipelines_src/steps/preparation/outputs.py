"""What the step writes for training, evaluation, the endpoint's replay, and monitoring."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from .. import files
from ..engines import Engine
from ..features_file import model_columns
from ..folders import Folders
from ..use_case import Document, UseCase
from .baseline import with_forecast
from .encoding import MODEL, encoded
from .records import FEATURE, LABEL, RECORD_ID, SPLIT

_CSV = ("xgboost", "kmeans")  # algorithms that read no Parquet of ours


def write(engine: Engine, used: ir.Table, learnt: Document, use_case: UseCase, folders: Folders) -> None:
    """Write the outputs train, validation, test, serving and baseline; rows are in the order of record_id."""
    parts = use_case.train["instances"]
    for split, count in (("train", parts), ("validation", 1)):
        rows = encoded(engine, used.filter(used[SPLIT] == split), learnt)
        for name, part in _parts(rows, split, count):
            _write_split(engine, part.order_by(RECORD_ID), folders.output(split) / name, learnt, use_case)
    engine.write_parquet(_test(engine, used, learnt, use_case), folders.output("test") / "test.parquet")
    serving = used.filter(used[SPLIT] == "serving").order_by(RECORD_ID)
    engine.write_parquet(_serving(serving, use_case), folders.output("serving") / "serving.parquet")
    _describe(engine, used.filter(used[SPLIT] == "train"), use_case, folders)


def _parts(rows: ir.Table, split: str, count: int) -> Iterator[tuple[str, ir.Table]]:
    """Yield as many files as machines train together: each gets one, with rows of all times."""
    if count == 1:
        yield split, rows
        return
    numbered = rows.mutate(**{"@place": ibis.row_number().over(order_by=RECORD_ID)})
    for part in range(count):
        yield f"{split}-{part:05d}", numbered.filter(numbered["@place"] % count == part)


def _write_split(engine: Engine, rows: ir.Table, path: Path, learnt: Document, use_case: UseCase) -> None:
    columns = {name: rows[f"{MODEL}{name}"] for name in model_columns(learnt)}
    label = {} if use_case.label is None else {"label": rows[LABEL]}
    if use_case.train["algorithm"] in _CSV:
        # A parser of theirs rounds more than once, so that the shortest decimals of a float32 can come back as its
        # neighbour; those of a float64 do not.
        numbers = {f"c{place}": value.cast("float64") for place, value in enumerate(columns.values())}
        engine.write_csv(rows.select(**_first(use_case, label), **numbers), path.with_name(f"{path.name}.csv"))
    else:
        engine.write_parquet(rows.select(**label, **columns), path.with_name(f"{path.name}.parquet"))


def _first(use_case: UseCase, label: dict[str, Any]) -> dict[str, Any]:
    return {} if use_case.train["algorithm"] == "kmeans" else label


def _test(engine: Engine, used: ir.Table, learnt: Document, use_case: UseCase) -> ir.Table:
    """Return what evaluation needs; slices and features by names of their own, since one name may mean both."""
    judged = with_forecast(engine, used, use_case)
    rows = encoded(engine, judged.filter(judged[SPLIT] == "test"), learnt).order_by(RECORD_ID)
    fields = {field.name for field in use_case.record}
    slices = {
        f"slice_{name}": rows[name] if name in fields else rows[f"{FEATURE}{name}"]
        for name in use_case.evaluate["slices"]
    }
    return rows.select(
        record_id=rows[RECORD_ID],
        label=rows[LABEL].cast("float64"),
        time=rows[use_case.time] if use_case.time else ibis.null("timestamp(6)"),
        baseline_forecast=rows["@forecast"],
        # What the champion, whose features are its own, is asked about.
        **{f"field_{name}": rows[name] for name in (field.name for field in use_case.record)},
        **slices,
        **{f"feature_{name}": rows[f"{MODEL}{name}"] for name in model_columns(learnt)},
    )


def _serving(rows: ir.Table, use_case: UseCase) -> ir.Table:
    label = {} if use_case.label is None else {use_case.label: rows[LABEL]}
    return rows.select(*(field.name for field in use_case.record), record_id=rows[RECORD_ID], **label)


def _describe(engine: Engine, train: ir.Table, use_case: UseCase, folders: Folders) -> None:
    """Write the monitoring baseline of the records that train."""
    from .. import model_monitor  # and below: numpy, which nothing before needs
    from . import periods
    from .described import described

    seen = described(engine, train, use_case.record)
    folder = folders.output("baseline")
    files.write_json(folder / periods.FILE, periods.described(engine, train, use_case, seen))
    files.write_json(folder / "statistics.json", model_monitor.statistics(seen[0].rows, seen))
    files.write_json(folder / "constraints.json", model_monitor.constraints(seen))
