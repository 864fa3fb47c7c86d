"""Means of numbers that are the same in every run, whatever the order in which an engine adds.

The sum of floats depends on the order, and that on which thread comes first; the sum of whole numbers does not. So each
value is counted in units of 2**-52 of the power of two above the largest, whole, and whole numbers are added. A mean is
then within one unit of the exact one, which is what floats lose where numbers differ much in size.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import ibis.expr.types as ir

from ..engines import Engine
from ..engines.functions import whole_sum
from ..use_case import UseCase
from .records import LABEL

_BITS = 52
_SMALLEST = -1022  # exponent of the smallest float of full precision
_PER_QUERY = 500  # expressions: more make Spark compile for minutes


def unit(largest: float) -> float:
    """Return the unit, a power of two, in which values of at most this size are counted."""
    return float(2.0 ** max(math.frexp(largest)[1] - _BITS, _SMALLEST))


def total(value: Any, largest: float) -> Any:
    """Return the expression of a sum in units, a decimal; missing where there is no value."""
    return whole_sum(value, unit(largest))


def counted(whole: Any, largest: float) -> Any:
    """Return the expression of a sum that was counted in units, as a float."""
    return whole.cast("float64") * unit(largest)


def means(
    engine: Engine,
    table: ir.Table,
    values: Mapping[str, Any],
    largest: Mapping[str, float],
    rows: int | None = None,
) -> dict[str, float | None]:
    """Return the mean of each value that is not missing, None where all are.

    Args:
        engine: that has the table.
        table: whose rows.
        values: numbers by name, neither infinite nor "not a number".
        largest: no smaller than the absolute values, by the same names.
        rows: in how many rows each has a value, if somebody counted; to compile an expression takes long.
    """
    wanted = {f"sum {name}": total(value, largest[name]) for name, value in values.items()}
    if rows is None:
        wanted |= {f"count {name}": value.count() for name, value in values.items()}
    found = _aggregated(engine, table, wanted)
    counts = {name: found[f"count {name}"] if rows is None else rows for name in values}
    return {name: mean(found[f"sum {name}"], counts[name], largest[name]) for name in values}


def bounds(engine: Engine, table: ir.Table, values: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return the lowest and the highest of each value, (0.0, 0.0) where all are missing."""
    wanted = {f"lowest {name}": value.min() for name, value in values.items()}
    found = _aggregated(engine, table, wanted | {f"highest {name}": value.max() for name, value in values.items()})
    pairs = {name: (found[f"lowest {name}"], found[f"highest {name}"]) for name in values}
    return {name: (0.0, 0.0) if low is None else (float(low), float(high)) for name, (low, high) in pairs.items()}


def complete(engine: Engine, table: ir.Table) -> int | None:
    """Return how many rows a table of numbers has if no value is missing, else None."""
    counts = _aggregated(
        engine, table, {"rows": table.count(), **{f"of {name}": table[name].count() for name in table.columns}}
    )
    return counts["rows"] if len(set(counts.values())) == 1 else None


def _aggregated(engine: Engine, table: ir.Table, wanted: Mapping[str, Any]) -> dict[str, Any]:
    names = list(wanted)
    found: dict[str, Any] = {}
    for start in range(0, len(names), _PER_QUERY):
        part = names[start : start + _PER_QUERY]
        row = engine.fetch(table.aggregate(**{f"a{place}": wanted[name] for place, name in enumerate(part)}))[0]
        found |= {name: row[f"a{place}"] for place, name in enumerate(part)}
    return found


def size(bounds: tuple[float, float], middle: float = 0.0) -> float:
    """Return how far a value between bounds can be from a number."""
    return max(abs(bounds[0] - middle), abs(bounds[1] - middle))


def mean(counted: Any, count: int, largest: float) -> float | None:
    """Return the mean of `count` values whose sum in units is `counted`, None if there are none."""
    return float(Fraction(int(counted)) * Fraction(unit(largest)) / count) if count else None


def largest_label(engine: Engine, table: ir.Table, use_case: UseCase) -> float | None:
    """Return the size of the largest label, None where labels are whole numbers, every sum of which is exact."""
    if use_case.problem != "regression":
        return None
    return size(bounds(engine, table, {LABEL: table[LABEL].cast("float64")})[LABEL])
