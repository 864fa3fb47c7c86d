"""Records: one flat row each, typed alike whether they come from raw tables or from a request."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from .errors import RequestError, StepError
from .use_case import Column


def typed(table: pd.DataFrame, fields: Sequence[Column]) -> pd.DataFrame:
    """Return the fields in order: number as float64, text as str or None, time as datetime64[ns] without zone.

    Raises:
        StepError: a field is missing or holds something else.
    """
    missing = [field.name for field in fields if field.name not in table]
    if missing:
        raise StepError(f"records() of the use case does not give {', '.join(missing)}, which data.record names.")
    try:
        return pd.DataFrame({field.name: _typed(table[field.name], field.type) for field in fields}, index=table.index)
    except (TypeError, ValueError) as error:
        raise StepError(
            f"records() of the use case gives a column of another type than data.record says: {error}."
        ) from error


def parse(documents: Sequence[Any], fields: Sequence[Column]) -> pd.DataFrame:
    """Return records that a client sent as a table typed as `typed` does.

    Raises:
        RequestError: one of them is not a record; the text says which, and why.
    """
    rows = [_checked(document, fields, position) for position, document in enumerate(documents)]
    table = pd.DataFrame(rows, columns=[field.name for field in fields])
    return pd.DataFrame({field.name: _typed(table[field.name], field.type) for field in fields})


def _typed(column: pd.Series, kind: str) -> pd.Series:
    if kind == "number":
        return column.astype("float64")
    if kind == "time":
        return pd.to_datetime(column, format="ISO8601").astype("datetime64[ns]")
    text = column.astype("object")
    return text.where(text.notna(), None)


def _checked(document: Any, fields: Sequence[Column], position: int) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise RequestError(f"record {position}: found {_shown(document)}; a record is an object of fields and values.")
    unknown = sorted(set(document) - {field.name for field in fields})
    if unknown:
        known = ", ".join(field.name for field in fields)
        raise RequestError(f"record {position}: {unknown[0]!r} is not a field of a record; the fields are {known}.")
    return {field.name: _value(document.get(field.name), field, position) for field in fields}


def _value(value: Any, field: Column, position: int) -> Any:
    where = f"record {position}: {field.name}"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        if field.required:
            raise RequestError(f"{where}: is missing, and no prediction is made without it.")
        return None
    if field.type == "number":
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e308:  # noqa: PLR2004
            raise RequestError(f"{where}: found {_shown(value)}; it must be a number, without quotes.")
        return float(value)
    if not isinstance(value, str):
        raise RequestError(f"{where}: found {_shown(value)}; it must be text, in quotes.")
    return _time(value, where) if field.type == "time" else value


def _time(value: str, where: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(value)
        pd.Timestamp(parsed).as_unit("ns")  # the years that a table can hold end in 2262
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is not None:
        raise RequestError(f"{where}: found {_shown(value)}; it must be a time without zone: 2013-06-01T05:15:00.")
    return parsed


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - fits a line of a log
