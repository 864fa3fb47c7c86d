"""Functions that transformations may use besides Ibis' own; every engine has them under a name of its own."""

import inspect
from collections.abc import Sequence
from functools import cache
from typing import Any

import ibis
import ibis.expr.types as ir


def local_time(utc: Any, zone: Any) -> Any:
    """Return the clock time in a zone of the tz database, such as America/New_York, at a time that is UTC."""
    return _builtin("local_time", ("timestamp", "string"), "timestamp")(utc, zone)


def joined_text(separator: str, *texts: Any) -> Any:
    """Return texts with a separator between them; missing ones are left out. Cheaper than adding them one by one."""
    return _builtin("concat_ws", ("string",) * (len(texts) + 1), "string")(separator, *texts)


def row_hash(table: ir.Table, columns: Sequence[str]) -> Any:
    """Return a 64-bit hash of some columns, to find rows that may be equal; its values differ by engine."""
    types = tuple(table[column].type() for column in columns)
    return _builtin("row_hash", types, "int64")(*(table[column] for column in columns))


def has_number(value: Any) -> Any:
    """Return whether a float64 is a number, neither infinite nor "not a number"; missing where it is missing."""
    return _builtin("has_number", ("float64",), "boolean")(value)


def whole_floor(value: Any) -> Any:
    """Return the largest whole number, as float64, that is no larger than a float64; never the negative zero."""
    return _builtin("whole_floor", ("float64",), "float64")(value)


def first_part(text: Any, separator: Any) -> Any:
    """Return what stands before the first separator, which is not empty; the whole text where there is none."""
    return _builtin("first_part", ("string", "string"), "string")(text, separator)


def whole_sum(value: Any, unit: float) -> Any:
    """Return the sum of a float64 column in units, each value made whole before; none may have 2**63 units or more.

    Whole numbers give the same sum in every order, which floats do not, and the order is another in each run.
    """
    return _builtin("whole_sum", ("float64", "float64"), "decimal(38, 0)", ibis.udf.agg)(value, unit)


@cache
def _builtin(name: str, types: tuple[Any, ...], result: str, kind: Any = ibis.udf.scalar) -> Any:
    def declared(*_: Any) -> Any:
        """Stand for the engine's own function."""

    names = [inspect.Parameter(f"a{place}", inspect.Parameter.POSITIONAL_OR_KEYWORD) for place in range(len(types))]
    declared.__signature__ = inspect.Signature(names)  # type: ignore[attr-defined] # what Ibis reads
    return kind.builtin(declared, name=name, signature=(types, result))
