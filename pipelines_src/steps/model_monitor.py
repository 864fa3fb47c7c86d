"""Statistics and constraints in the files of SageMaker Model Monitor (statistics.json, constraints.json, version 0).

They describe the records of the training period, since records are what the endpoint captures. Figures are exact;
the sketch is a valid KLL compactor stack of at most 2048 items, so that it can be merged with others (format: AWS
documentation, "Schema for Statistics" and "Schema for Constraints"; sketch: Karnin, Lang, Liberty 2016).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .numbers_seen import SKETCH_SIZE, NumbersSeen
from .use_case import Column

MOST_LEVELS = 128  # text with more distinct values is not a category, so it has no domain

Document = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """What the records hold in one field.

    Attributes:
        field: which.
        rows: how many records.
        present: in how many it is not missing.
        numbers: of a number, None if it is missing everywhere.
        distinct: of text and times, how many different ones there are.
        levels: how often each of them occurs, as text, None if there are more than MOST_LEVELS.
    """

    field: Column
    rows: int
    present: int
    numbers: NumbersSeen | None = None
    distinct: int = 0
    levels: Mapping[str, int] | None = None


def statistics(rows: int, fields: Sequence[Seen]) -> Document:
    """Return the content of statistics.json for the fields of a table that has rows."""
    return {"version": 0.0, "dataset": {"item_count": rows}, "features": [_statistics_of(seen) for seen in fields]}


def constraints(fields: Sequence[Seen]) -> Document:
    """Return the content of constraints.json, with Model Monitor's own default thresholds."""
    return {
        "version": 0.0,
        "features": [_constraints_of(seen) for seen in fields],
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


def _statistics_of(seen: Seen) -> Document:
    common = {"num_present": seen.present, "num_missing": seen.rows - seen.present}
    if seen.field.type == "number":
        return {**_head(seen), "numerical_statistics": {"common": common, **_numerical(seen.numbers)}}
    text: Document = {"common": common, "distinct_count": float(seen.distinct)}
    if seen.levels is not None:
        buckets = [{"value": value, "count": seen.levels[value]} for value in sorted(seen.levels)]
        text["distribution"] = {"categorical": {"buckets": buckets}}
    return {**_head(seen), "string_statistics": text}


def _constraints_of(seen: Seen) -> Document:
    result = {**_head(seen), "completeness": seen.present / seen.rows}
    if seen.field.type == "number":
        return {**result, "num_constraints": {"is_non_negative": seen.numbers is None or seen.numbers.low >= 0}}
    if seen.field.type == "text" and seen.levels is not None:
        return {**result, "string_constraints": {"domains": sorted(seen.levels)}}
    return result


def _head(seen: Seen) -> Document:
    # Fractional takes whole numbers too; Integral would report every 1400.0 that a client sends as a violation.
    return {"name": seen.field.name, "inferred_type": "Fractional" if seen.field.type == "number" else "String"}


def _numerical(numbers: NumbersSeen | None) -> Document:
    if numbers is None:
        return {}
    buckets = [
        {"lower_bound": lower, "upper_bound": upper, "count": count}
        for lower, upper, count in zip(numbers.edges[:-1], numbers.edges[1:], numbers.buckets, strict=True)
    ]
    sketch = {"parameters": {"c": 0.64, "k": float(SKETCH_SIZE)}, "data": numbers.sketch}
    return {
        "mean": numbers.mean,
        "sum": numbers.sum,
        "std_dev": numbers.std_dev,
        "min": numbers.low,
        "max": numbers.high,
        "distribution": {"kll": {"buckets": buckets, "sketch": sketch}},
    }
