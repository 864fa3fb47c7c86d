"""A use case with every rule of cleaning, scale, encoding and way of splitting, on hard values."""

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pandas as pd

from config import UseCase

ROWS = 1200
SPLITS: dict[str, dict[str, Any]] = {
    "time": {"by": "time", "train_until": "2024-06-01", "validation_until": "2024-08-01", "test_until": "2024-11-01"},
    "group": {"by": "group", "column": "owner", "train": 0.5, "validation": 0.2, "test": 0.2, "seed": 3},
    "random": {"by": "random", "train": 0.5, "validation": 0.2, "test": 0.2, "seed": 7},
}
KINDS = [
    "Åäö İ ΟΣ",
    "zürich, west",
    "東京",
    'say "so"',
    " \tpadded\r\x0b ",
    "",
    "👩‍🚀",
    "line\nbreak",
    "nul;",
    "ordinary",
    None,
]
HARD = [np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, -0.0, 0.1 + 0.2, 3.4028235e38, 16777217.0, 1e-300, 2.5, -2.5]
NUMBERS = ("size", "weight", "count")
FEATURES: list[dict[str, Any]] = [
    # Nothing is learnt for these, so that they are equal byte for byte.
    {"name": "size", "type": "number"},
    {"name": "rounded", "type": "number"},
    {"name": "remainder", "type": "number"},
    {"name": "ratio", "type": "number"},
    {"name": "hour", "type": "number"},
    {"name": "weekday", "type": "number"},
    {"name": "letters", "type": "number"},
    {"name": "chosen", "type": "number", "missing": -1.5},
    {"name": "kind", "type": "category"},
    {"name": "kind_share", "type": "category", "encode": "frequency", "missing": "level"},
    {"name": "colour", "type": "category", "encode": "one_hot", "levels": ["red", "green"], "missing": "level"},
    {"name": "first_word", "type": "category", "encode": "one_hot"},
    {"name": "root", "type": "number", "missing": "median"},
    # These hold averages.
    {"name": "weight", "type": "number", "missing": "mean", "scale": "standard"},
    {"name": "count", "type": "number", "missing": "median", "scale": "minmax"},
    {"name": "wave", "type": "number", "missing": "mean"},
]
EXACT = 12  # features before those that hold averages or stand in their place


def schema(split: str) -> UseCase:
    """The use case with one of the ways of splitting."""
    return UseCase.model_validate(
        {
            "name": "everything",
            "description": "Everything that preparation can do",
            "problem": "binary_classification",
            "data": {
                "raw": {"things": ["id", "at", "size", "weight", "count", "kind", "colour", "owner", "happened"]},
                "record": [
                    {"name": "at", "type": "time", "required": True},
                    *({"name": name, "type": "number"} for name in NUMBERS),
                    *({"name": name, "type": "text"} for name in ("kind", "colour", "owner")),
                ],
                "label": "happened",
                "positive": "yes",
                "time": "at",
                "id": "id",
                "features": FEATURES,
                "category_min_rows": 5,
                "reduce": {"columns": ["weight", "count", "wave"], "components": 2},
            },
            "prepare": {
                "distinct": {"things": ["id"]},
                "clean": [
                    {"rule": "known", "column": "owner", "why": "nobody answers for it"},
                    {"rule": "fill", "column": "colour", "value": "grey", "why": "unpainted"},
                    {"rule": "one_of", "column": "colour", "values": ["red", "green", "grey"], "why": "a typing error"},
                    {"rule": "one_of", "column": "kind", "values": [*filter(None, KINDS[:8]), "ordinary", ""],
                     "otherwise": "drop", "why": "out of scope"},
                    {"rule": "between", "column": "weight", "at_least": 0, "at_most": 90, "otherwise": "clip",
                     "why": "the scale ends"},
                    {"rule": "between", "column": "count", "at_most": 50, "otherwise": "missing", "why": "a defect"},
                    {"rule": "between", "column": "size", "at_least": -1e307, "otherwise": "drop", "why": "impossible"},
                    {"rule": "duplicates", "columns": ["at", "owner"], "why": "sent twice"},
                    {"rule": "contradictions", "columns": ["kind", "count", "weight"], "why": "one label is wrong"},
                ],
            },
            "split": SPLITS[split],
            "train": {"algorithm": "xgboost", "hyperparameters": {"num_round": 1}},
            "evaluate": {"baseline": {"group_by": ["kind"]}, "slices": ["colour"]},
            "gate": [{"metric": "auc.value", "at_least": 0.1}],
        }
    )  # fmt: skip


def module() -> Any:
    """The transformations."""
    return SimpleNamespace(features=features)


def features(record: Any) -> dict[str, Any]:
    """Operations of every kind, each on a record alone."""
    return {
        "size": record.size,
        "rounded": (record.weight * 3.7).round(1),
        "remainder": record["count"] % 7,
        "ratio": record.weight / (record["count"] - 10),
        "hour": record.at.hour() * 60 + record.at.minute(),
        "weekday": record.at.day_of_week.index(),
        "letters": record.kind.length(),
        "chosen": ibis.cases((record.weight.between(10, 20), 1.0), (record.colour.isin(["red"]), record["count"])),
        "kind": record.kind,
        "kind_share": record.kind.lstrip().rstrip().lower(),
        "colour": record.colour,
        "first_word": record.kind.split(" ")[0],
        "root": record.weight.sqrt() + ibis.coalesce(record.size.abs().ln(), 0.0),
        "weight": record.weight,
        "count": record["count"],
        "wave": (record.weight / 10).sin() + record.at.day_of_year(),
    }


def write(folder: Path) -> None:
    """Write the raw table: several parts, whole rows twice, every value missing somewhere."""
    random = np.random.default_rng(11)
    happened = random.choice(np.array(["yes", "no", None], dtype=object), ROWS, p=[0.3, 0.65, 0.05])
    table = pd.DataFrame(
        {
            "id": [f"{place:05d}-ß" for place in range(ROWS)],
            "at": [datetime(2024, 1, 1) + timedelta(minutes=int(m)) for m in random.integers(0, 525_000, ROWS)],
            "size": np.where(random.random(ROWS) < 0.3, random.choice(HARD, ROWS), random.normal(0, 1e6, ROWS)),
            "weight": random.normal(50, 30, ROWS).round(1),
            "count": pd.array(random.integers(-5, 60, ROWS), dtype="Int64"),
            "kind": random.choice(np.array(KINDS, dtype=object), ROWS),
            "colour": random.choice(np.array(["red", "green", "gren", None], dtype=object), ROWS),
            "owner": random.choice(np.array([*(f"owner {n}" for n in range(25)), None], dtype=object), ROWS),
            "happened": happened,
        }
    )
    for column in ("weight", "count"):
        table.loc[random.random(ROWS) < 0.1, column] = None
    again = table.iloc[:40].copy()  # the same moment and owner, sent under another id
    again["id"] = [f"again {place}" for place in range(40)]
    opposite = table.iloc[100:130].copy()
    opposite["id"] = [f"opposite {place}" for place in range(30)]
    opposite["at"] += timedelta(minutes=1)
    opposite["happened"] = opposite["happened"].map({"yes": "no", "no": "yes"})
    table = pd.concat([table, table.iloc[::17], again, opposite], ignore_index=True)
    parts = folder / "things.parquet"
    parts.mkdir(parents=True)
    table.iloc[:700].to_parquet(parts / "one.parquet", index=False)
    table.iloc[700:].to_parquet(parts / "two.parquet", index=False)
