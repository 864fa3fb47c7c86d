"""Prepare: raw tables -> records and features, split by time, with the monitoring baseline."""

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from . import files, model_monitor, records
from .encoding import Encoder, require
from .errors import StepError
from .folders import Folders
from .rates import baseline_forecast
from .use_case import SPLITS, Transformations, UseCase, transformations


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the raw tables of the input `raw` and write every output of the step."""
    tables = {
        name: files.read_parquet(folders.input("raw") / f"{name}.parquet", columns)
        for name, columns in use_case.raw.items()
    }
    module = transformations(use_case.name)
    everything = _records(module, tables, use_case)
    kept = everything[everything["excluded"].isna()].reset_index(drop=True)
    splits = _report(everything, use_case)
    for split, counts in splits.items():
        print(f"{split}: {counts}", flush=True)  # what a person finds in the job's log
    _require_rows(kept, use_case)
    _write(module, kept, use_case, folders)
    report = {
        "use_case": use_case.name,
        "rows_read": {name: len(table) for name, table in tables.items()},
        "splits": splits,
    }
    files.write_json(folders.output("report") / "preparation.json", report)


def assign_splits(time: pd.Series, use_case: UseCase) -> pd.Series:
    """Return each row's split; a bound belongs to the split that begins there."""
    bounds = np.array(use_case.split_until, dtype="datetime64[ns]")
    return pd.Series(np.array(SPLITS)[np.searchsorted(bounds, time.to_numpy(), side="right")], index=time.index)


def _records(module: Transformations, tables: dict[str, pd.DataFrame], use_case: UseCase) -> pd.DataFrame:
    """Return the typed records in order of time, with label, record_id, excluded and split."""
    given = module.records(tables)
    if use_case.label not in given:
        raise StepError(f"records() of the use case does not give the label {use_case.label!r}.")
    table = records.typed(given, use_case.record)
    label = given[use_case.label].astype("float64")
    if not label.dropna().isin([0, 1]).all():
        raise StepError(
            f"the label {use_case.label!r} must be 1, 0 or missing; found {label[~label.isin([0, 1])].iloc[0]}."
        )
    excluded = given["excluded"].astype("object") if "excluded" in given else pd.Series(None, given.index, "object")
    excluded = excluded.mask(excluded.isna() & label.isna(), f"no {use_case.label}")
    table["excluded"] = excluded.mask(table[use_case.time].isna(), f"no {use_case.time}")
    table[use_case.label] = label
    table["record_id"] = given["record_id"].astype("str") if "record_id" in given else given.index.astype("str")
    if table["record_id"].duplicated().any():
        raise StepError(f"record_id {table['record_id'][table['record_id'].duplicated()].iloc[0]!r} is not unique.")
    table = table.sort_values(use_case.time, kind="stable", ignore_index=True)
    return table.assign(split=assign_splits(table[use_case.time], use_case))


def _require_rows(kept: pd.DataFrame, use_case: UseCase) -> None:
    for split in SPLITS[:3]:
        labels = kept.loc[kept["split"] == split, use_case.label].nunique()
        if labels < 2:  # noqa: PLR2004 - both outcomes
            found = "no records" if labels == 0 else "records of one outcome only"
            first, last = kept[use_case.time].min(), kept[use_case.time].max()
            raise StepError(
                f"the {split} split has {found}; records with an outcome run from {first} to {last}. "
                f"Correct split in use_case.yaml, or bring more data."
            )


def _write(module: Transformations, kept: pd.DataFrame, use_case: UseCase, folders: Folders) -> None:
    fields, label, split = [field.name for field in use_case.record], kept[use_case.label], kept["split"]
    train = split == "train"
    features = module.features(kept[fields])
    require(features, use_case.features)
    encoder = Encoder.fit(features[train], label[train], use_case)
    encoded = encoder.apply(features)
    for name in ("train", "validation"):
        _write_training_csv(folders, name, label[split == name], encoded[split == name])
    test = _test_table(kept, features, encoded, use_case)
    files.write_parquet(folders.output("test") / "test.parquet", test[split == "test"])
    serving = kept.loc[split == "serving", [*fields, use_case.label, "record_id"]]
    files.write_parquet(folders.output("serving") / "serving.parquet", serving)
    files.write_json(folders.output("features") / "features.json", encoder.document())
    baseline = folders.output("baseline")
    files.write_json(baseline / "statistics.json", model_monitor.statistics(kept.loc[train, fields], use_case.record))
    files.write_json(baseline / "constraints.json", model_monitor.constraints(kept.loc[train, fields], use_case.record))


def _write_training_csv(folders: Folders, name: str, label: pd.Series, features: pd.DataFrame) -> None:
    # What the built-in XGBoost reads: no header, label first, an empty field for a missing value. Its parser rounds
    # more than once, so the shortest decimals of a float32 can come back as its neighbour; those of a float64 do not,
    # unless they are so small or large that they are written with an exponent.
    columns = pd.concat([label.astype("int8"), features.astype("float64")], axis=1)
    table = pa.Table.from_pandas(columns, preserve_index=False)
    with files.replacing(folders.output(name) / f"{name}.csv") as beside:
        csv.write_csv(table, beside, csv.WriteOptions(include_header=False))


def _test_table(kept: pd.DataFrame, features: pd.DataFrame, encoded: pd.DataFrame, use_case: UseCase) -> pd.DataFrame:
    """Return what evaluation needs: slices by name `slice_<column>`, since a feature may bear the same name."""
    groups = _columns(use_case.group_by, kept, features, use_case)
    train, label = kept["split"] == "train", kept[use_case.label]
    slices = _columns(use_case.slices, kept, features, use_case).add_prefix("slice_")
    forecast = baseline_forecast(groups, label, train, use_case.smoothing).rename("baseline_forecast")
    time = kept[use_case.time].rename("time")
    return pd.concat([label.rename("label"), time, forecast, slices, encoded.add_prefix("feature_")], axis=1)


def _columns(names: list[str], kept: pd.DataFrame, features: pd.DataFrame, use_case: UseCase) -> pd.DataFrame:
    fields = {field.name for field in use_case.record}
    unknown = [name for name in names if name not in features and name not in fields]
    if unknown:
        raise StepError(
            f"use_case.yaml names {unknown[0]!r} in evaluate, which is neither a feature nor a record field."
        )
    return pd.DataFrame({name: features[name] if name in features else kept[name] for name in names}, index=kept.index)


def _report(everything: pd.DataFrame, use_case: UseCase) -> dict[str, object]:
    def one(table: pd.DataFrame) -> dict[str, object]:
        used = table[table["excluded"].isna()]
        return {
            "records": len(table),
            "used": len(used),
            "left_out": table["excluded"].value_counts().sort_index().to_dict(),
            "positive_rate": float(used[use_case.label].mean()),
            "first": str(used[use_case.time].min()),
            "last": str(used[use_case.time].max()),
        }

    return {split: one(everything[everything["split"] == split]) for split in SPLITS}
