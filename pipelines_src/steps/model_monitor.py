"""Statistics and constraints in the files of SageMaker Model Monitor (statistics.json, constraints.json, version 0).

They describe the records of the training period, since records are what the endpoint captures. Figures are exact;
the sketch is a valid KLL compactor stack of at most 2048 items, so that it can be merged with others (format: AWS
documentation, "Schema for Statistics" and "Schema for Constraints"; sketch: Karnin, Lang, Liberty 2016).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .use_case import Column

BUCKETS = 10
SKETCH_SIZE = 2048
MOST_LEVELS = 128  # text with more distinct values is not a category, so it has no domain

Document = dict[str, Any]


def statistics(rows: int, features: Sequence[Document]) -> Document:
    """Return the content of statistics.json for a non-empty table, of what `statistics_of` gives for each column."""
    return {"version": 0.0, "dataset": {"item_count": rows}, "features": list(features)}


def constraints(features: Sequence[Document]) -> Document:
    """Return the content of constraints.json, with Model Monitor's own default thresholds."""
    return {
        "version": 0.0,
        "features": list(features),
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 1.0,
            "domain_content_threshold": 1.0,
            "distribution_constraints": {
                "perform_comparison": "Enabled",
                "comparison_threshold": 0.1,
                "comparison_method": "Robust",
            },
        },
    }


def statistics_of(column: pd.Series, field: Column) -> Document:
    """Return the entry of a field in statistics.json."""
    values = column.dropna()
    common = {"num_present": len(values), "num_missing": len(column) - len(values)}
    if field.type == "number":
        return {**_head(field), "numerical_statistics": {"common": common, **_numerical(values.to_numpy("float64"))}}
    counts = values.astype("str").value_counts().sort_index()
    text: Document = {"common": common, "distinct_count": float(len(counts))}
    if len(counts) <= MOST_LEVELS:
        buckets = [{"value": value, "count": count} for value, count in counts.items()]
        text["distribution"] = {"categorical": {"buckets": buckets}}
    return {**_head(field), "string_statistics": text}


def constraints_of(column: pd.Series, field: Column) -> Document:
    """Return the entry of a field in constraints.json."""
    values = column.dropna()
    result = {**_head(field), "completeness": len(values) / len(column)}
    if field.type == "number":
        return {**result, "num_constraints": {"is_non_negative": bool((values >= 0).all())}}
    if field.type == "text" and values.nunique() <= MOST_LEVELS:
        return {**result, "string_constraints": {"domains": sorted(values.unique())}}
    return result


def _head(field: Column) -> Document:
    # Fractional takes whole numbers too; Integral would report every 1400.0 that a client sends as a violation.
    return {"name": field.name, "inferred_type": "Fractional" if field.type == "number" else "String"}


def _numerical(values: NDArray[np.float64]) -> Document:
    if not len(values):
        return {}
    values = np.sort(values)  # a sum depends on the order, and that which they come in is no order
    counts, edges = np.histogram(values, bins=BUCKETS)
    buckets = [
        {"lower_bound": edges[place], "upper_bound": edges[place + 1], "count": count}
        for place, count in enumerate(counts)
    ]
    sketch = {"parameters": {"c": 0.64, "k": float(SKETCH_SIZE)}, "data": _sketch(values)}
    return {
        "mean": values.mean(),
        "sum": values.sum(),
        "std_dev": values.std(),
        "min": values.min(),
        "max": values.max(),
        "distribution": {"kll": {"buckets": buckets, "sketch": sketch}},
    }


def _sketch(ordered: NDArray[np.float64]) -> list[list[float]]:
    """Return compactors: an item of level i stands for 2**i values; the weights add up to the number of values."""
    top = max(0, int(np.ceil(np.log2(max(1, len(ordered)) / SKETCH_SIZE))))
    rest = len(ordered) % 2**top
    spread = np.linspace(0, len(ordered) - 1, rest).round().astype(int) if rest else np.array([], dtype=int)
    levels: list[list[float]] = [[] for _ in range(top + 1)]
    # The few values that do not fill an item of the top level are taken evenly and put on the levels of their bits.
    taken, left = 0, ordered[spread]
    for level in range(top):
        if rest >> level & 1:
            levels[level] = [float(left[taken + (1 << level) // 2])]
            taken += 1 << level
    remaining = np.delete(ordered, spread)
    levels[top] = remaining.reshape(-1, 2**top)[:, (2**top) // 2].tolist()
    return levels
