"""Prepare: raw tables -> records, cleaned and split, and features as the model sees them, with what was learnt."""

from types import ModuleType
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir

from . import engines, features_file, files
from .engines import Engine
from .folders import Folders, Place
from .preparation import outputs, report, row_function
from .preparation.cleaning import Cleaner
from .preparation.features import features
from .preparation.fitting import fitted
from .preparation.labels import Labels, counted, labels
from .preparation.records import EXCLUDED, FEATURE, SPLIT, record_table, records
from .preparation.reduction import reduction
from .preparation.repetitions import distinct, require_unique
from .preparation.splits import at_newest, with_splits
from .row_runtime import FILE as ROW_FUNCTION
from .use_case import Document, UseCase, transformations

OUTPUTS = ("train", "validation", "test", "serving", "features", "baseline", "report")


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the raw tables of the input `raw` and write every output of the step."""
    module = transformations(use_case.name)
    with engines.opened(use_case.prepare["engine"], folders) as engine:
        labelled = labels(engine, use_case, folders)
        cleaned = _cleaned(engine, use_case, module, folders, labelled)
        use_case = at_newest(engine, cleaned, use_case)
        prepared = _kept(engine, *_features(cleaned, use_case, module))
        counts = report.report(engine, prepared, use_case)
        if labelled is not None:
            counts["labels"] = counted(engine, labelled, prepared)
        counts["rows_read"] = {name: engine.rows(_place(name, folders)) for name in use_case.raw}
        report.require_labels(engine, prepared, use_case)
        report.require_rows(counts, use_case)
        require_unique(engine, prepared)
        used = prepared.filter(prepared[EXCLUDED].isnull())
        train = used.filter(used[SPLIT] == "train")
        earlier = features_file.of_earlier_model(folders.input("warm_start"))
        learnt = earlier or _learn(engine, train, use_case)
        outputs.write(engine, used, learnt, use_case, folders)
    folder = folders.output("features")
    files.write_json(folder / features_file.FILE, learnt)
    one = features(use_case, module, record_table(use_case))
    files.write_text(folder / ROW_FUNCTION, row_function.source(use_case.record, one, learnt))
    files.write_json(folders.output("report") / "preparation.json", counts)


def prepare(engine: Engine, use_case: UseCase, module: ModuleType | None, folders: Folders) -> ir.Table:
    """Return the records with their features, not computed yet: `@label`, `@split`, fields, `feature:<name>`, ..."""
    cleaned = _cleaned(engine, use_case, module, folders, labels(engine, use_case, folders))
    table, values = _features(cleaned, use_case, module)
    return table.mutate(**values)


def _cleaned(
    engine: Engine, use_case: UseCase, module: ModuleType | None, folders: Folders, labelled: Labels | None
) -> ir.Table:
    tables = {name: _raw(engine, name, use_case, folders) for name in use_case.raw}
    return Cleaner(engine, use_case).clean(records(use_case, module, tables, labelled))


def _features(cleaned: ir.Table, use_case: UseCase, module: ModuleType | None) -> tuple[ir.Table, dict[str, Any]]:
    """Return the records with their split, and `feature:<name>`, each as an expression over them."""
    table = with_splits(cleaned, use_case)
    return table, {f"{FEATURE}{name}": value for name, value in features(use_case, module, table).items()}


def _kept(engine: Engine, table: ir.Table, values: dict[str, Any]) -> ir.Table:
    """Compute the records with their features once; a feature that is a field is not stored a second time."""
    fields = {name: value.get_name() for name, value in values.items() if isinstance(value.op(), ops.Field)}
    made = {name: value for name, value in values.items() if name not in fields}
    stored = engine.keep("prepared", table.mutate(**made))
    return stored.mutate(**{name: stored[field] for name, field in fields.items()})


def _learn(engine: Engine, train: ir.Table, use_case: UseCase) -> Document:
    learnt = fitted(engine, train, use_case)
    return {**learnt, "reduction": reduction(engine, train, learnt["features"], use_case)}


def _raw(engine: Engine, name: str, use_case: UseCase, folders: Folders) -> ir.Table:
    table = engine.read(name, _place(name, folders), use_case.raw[name])
    keys = use_case.prepare["distinct"].get(name)
    return table if keys is None else distinct(engine, name, table, keys)


def _place(name: str, folders: Folders) -> Place:
    return folders.input_file("raw", f"{name}.parquet")
