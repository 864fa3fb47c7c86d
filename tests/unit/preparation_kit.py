"""A preparation on one engine, and what came out of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from config import UseCase as Schema
from pipelines_src.job_code import settings
from pipelines_src.steps import engines, prepare, row_runtime
from pipelines_src.steps.engines import Engine
from pipelines_src.steps.features_file import model_columns
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.preparation.encoding import MODEL, encoded
from pipelines_src.steps.preparation.features import features
from pipelines_src.steps.preparation.records import FEATURE, RECORD_ID, SPLIT, records
from pipelines_src.steps.preparation.splits import with_splits
from pipelines_src.steps.use_case import UseCase, transformations

_ARROW = {"number": pa.float64(), "text": pa.string(), "time": pa.timestamp("us")}


@dataclass(frozen=True)
class Made:
    """What one engine made of raw files, below `folder`."""

    folder: Path
    raw: Path

    def csv(self, split: str) -> bytes:
        return (self.folder / split / f"{split}.csv").read_bytes()

    def table(self, split: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / split / f"{split}.parquet")

    def json(self, output: str, file: str) -> Any:
        return json.loads((self.folder / output / f"{file}.json").read_text())

    def row_function(self) -> row_runtime.RowFunction:
        return row_runtime.load(self.folder / "features" / row_runtime.FILE)


def for_steps(schema: Schema, engine: str) -> UseCase:
    """A use case as its jobs see it, on another engine."""
    use_case = UseCase.from_document(json.loads(settings(schema)))
    return replace(use_case, prepare={**use_case.prepare, "engine": engine})


def made(use_case: UseCase, raw: Path, folder: Path, module: Any = None, labels: Path | None = None) -> Made:
    """Run the step prepare on raw files, and on the labelled set if there is one.

    `module` takes the place of the use case's transformations.
    """
    folders = Folders(folder)
    folders.input("raw").parent.mkdir(parents=True)
    folders.input("raw").symlink_to(raw)
    if labels:
        folders.input("labels").symlink_to(labels)
    with pytest.MonkeyPatch.context() as patch:
        if module is not None:
            patch.setattr(prepare, "transformations", lambda _: module)
        prepare.run(use_case, folders)
    return Made(folders.outputs, raw)


Row = tuple[tuple[Any, ...], NDArray[np.float32]]  # a record, and what the model sees of it, float32


def encoded_rows(use_case: UseCase, raw: Path, folder: Path, learnt: Made, module: Any = None) -> list[Row]:
    """Clean raw files on the use case's engine, and encode all records by what was learnt before."""
    folders = Folders(folder)
    folders.input("raw").parent.mkdir(parents=True)
    folders.input("raw").symlink_to(raw)
    module = module or transformations(use_case.name)
    with engines.opened(use_case.prepare["engine"], folders) as engine:
        prepared = prepare.prepare(engine, use_case, module, folders)
        return _rows(engine, prepared, use_case, learnt)


def splits(use_case: UseCase, raw: Path, folder: Path) -> list[tuple[str, str]]:
    """Return each record's id and split, in order."""
    with engines.opened(use_case.prepare["engine"], Folders(folder)) as engine:
        tables = {name: engine.read(name, raw / f"{name}.parquet", columns) for name, columns in use_case.raw.items()}
        table = with_splits(records(use_case, None, tables), use_case)
        rows = engine.fetch(table.select(id=table[RECORD_ID], split=table[SPLIT]))
    return sorted((row["id"], row["split"]) for row in rows)


def encoded_records(
    use_case: UseCase, given: Sequence[tuple[Any, ...]], folder: Path, learnt: Made, module: Any
) -> list[Row]:
    """Encode records by what was learnt before."""
    fields = [field.name for field in use_case.record]
    columns = zip(use_case.record, zip(*given, strict=True), strict=True)
    path = folder / "records.parquet"
    pq.write_table(pa.table([pa.array(values, _ARROW[field.type]) for field, values in columns], fields), path)
    with engines.opened(use_case.prepare["engine"], Folders(folder)) as engine:
        read = engine.read("records", path, fields)
        values = features(use_case, module, read)
        table = read.mutate(**{f"{FEATURE}{name}": value for name, value in values.items()})
        return _rows(engine, table, use_case, learnt)


def _rows(engine: Engine, table: Any, use_case: UseCase, learnt: Made) -> list[Row]:
    document = learnt.json("features", "features")
    fields = [field.name for field in use_case.record]
    columns = [f"{MODEL}{name}" for name in model_columns(document)]
    found = engine.fetch(encoded(engine, table, document).select(*fields, *columns))
    return [
        (
            tuple(row[name] for name in fields),
            np.array([np.nan if row[name] is None else row[name] for name in columns], "float32"),
        )
        for row in found
    ]
