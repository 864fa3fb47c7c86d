"""The model judged on parts of the test split, and the part where it is worst."""

from typing import Any

import numpy as np
import pandas as pd

from .judged import Document, Judge, Rows


def slices(table: pd.DataFrame, judge: Judge, fewest: int) -> Document:
    """Return what evaluation.json says of slices.

    Args:
        table: a column per declared slice; a missing value is a slice too.
        judge: gives the figures; the first of them ranks, and more is better.
        fewest: rows below which a slice is counted and not judged.

    Returns:
        `slices` column -> value -> figures; `slices_not_judged` column -> value -> rows; `worst_slice`, None if none is
        judged, and `worst_slice_<figure>`, None then.
    """
    judged: dict[str, dict[str, Any]] = {}
    small: dict[str, dict[str, int]] = {}
    for column in table:
        here, few = judged.setdefault(str(column), {}), small.setdefault(str(column), {})
        for value, rows in _groups(table[column]):
            if len(rows) < fewest:
                few[value] = len(rows)
            else:
                here[value] = {"rows": len(rows), **judge.of_slice(rows)}
    ranked = next(iter(judge.of_slice(np.arange(len(table)))))
    worst = _worst(judged, ranked)
    return {
        "slices": judged,
        "slices_not_judged": {column: values for column, values in small.items() if values},
        "worst_slice": worst,
        f"worst_slice_{ranked}": None if worst is None else worst[ranked],
    }


def _groups(column: pd.Series) -> list[tuple[str, Rows]]:
    values = column.astype("object").where(column.notna(), "missing").astype("str").to_numpy()
    names, places = np.unique(values, return_inverse=True)
    rows = np.split(np.argsort(places, kind="stable"), np.cumsum(np.bincount(places))[:-1])
    return list(zip(map(str, names), rows, strict=True))


def _worst(judged: dict[str, dict[str, Any]], ranked: str) -> Document | None:
    found = [
        {"column": column, "value": value, **figures}
        for column, values in judged.items()
        for value, figures in values.items()
        if not np.isnan(figures[ranked])
    ]
    return min(found, key=lambda one: float(one[ranked]), default=None)
