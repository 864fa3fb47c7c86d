"""Records as a client sends them: checked, and typed as the preparation types them."""

import json
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from .answers import JSON, JSON_LINES
from .errors import RequestError
from .shortening import shortened
from .use_case import Column

Value = float | str | datetime | None
Record = tuple[Value, ...]


class Reader:
    """Checks what a client sent, without a table: making one would cost most of the time."""

    def __init__(self, fields: Sequence[Column]) -> None:
        self._fields = fields
        self._names = {field.name for field in fields}
        self._how = [(field.name, _READERS[field.type], field) for field in fields]

    def read(self, document: Any, position: int = 0) -> Record:
        """Return a record's values in the order of the fields: float, str, datetime without zone, None if missing.

        Raises:
            RequestError: it is not a record; the text says which one (its position in the request), and why.
        """
        if not isinstance(document, dict):
            raise RequestError(
                f"record {position}: found {_shown(document)}; a record is an object of fields and values.",
                rule="a record is an object of fields and values",
            )
        if not document.keys() <= self._names:
            raise self._unknown(document, position)
        given = document.get
        try:
            return tuple([read(given(name), field) for name, read, field in self._how])
        except RequestError as error:
            raise RequestError(f"record {position}: {error}", error.status, error.rule) from None

    def _unknown(self, document: dict[str, Any], position: int) -> RequestError:
        unknown = sorted(document.keys() - self._names)[0]
        known = ", ".join(field.name for field in self._fields)
        return RequestError(
            f"record {position}: {unknown!r} is not a field of a record; the fields are {known}.",
            rule="a field is not one of a record's",
        )


def documents(content: str | bytes, content_type: str) -> list[Any]:
    """Return the records of a request, as they were sent; RequestError if it holds none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in {JSON, JSON_LINES}:
        raise RequestError(f"content type {kind!r} is not understood; send {JSON} or {JSON_LINES}.", 415)
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        if kind == JSON_LINES:
            found = [json.loads(line) for line in text.split("\n") if line.strip()]
        else:
            whole = json.loads(text)
            found = whole["instances"] if isinstance(whole, dict) and set(whole) == {"instances"} else [whole]
    except (ValueError, RecursionError) as error:
        raise RequestError(f"the request is not {kind}: {error}.") from error
    if not isinstance(found, list) or not found:
        raise RequestError('the request holds no record; send one, or {"instances": [record, ...]}.')
    return found


def _number(value: Any, field: Column) -> float | None:
    # One comparison is false for what is not a number (nan) and for what a float64 cannot hold.
    if type(value) in {float, int} and -1e308 <= value <= 1e308:  # noqa: PLR2004
        return float(value)
    if _missing(value, field):
        return None
    raise _wrong(field, value, "must be a number, without quotes")


def _text(value: Any, field: Column) -> str | None:
    if isinstance(value, str):
        return value
    if _missing(value, field):
        return None
    raise _wrong(field, value, "must be text, in quotes")


def _time(value: Any, field: Column) -> datetime | None:
    text = _text(value, field)
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is not None:
        raise _wrong(field, value, "must be a time without zone: 2013-06-01T05:15:00")
    return parsed


def _missing(value: Any, field: Column) -> bool:
    if value is not None and not (isinstance(value, float) and math.isnan(value)):
        return False
    if field.required:
        raise RequestError(f"{field.name}: is missing, and no prediction is made without it.")
    return True


def _shown(value: Any) -> str:
    return shortened(repr(value), 60)  # fits a line of a log


def _wrong(field: Column, value: Any, rule: str) -> RequestError:
    return RequestError(f"{field.name}: found {_shown(value)}; it {rule}.", rule=f"{field.name} {rule}")


_READERS: dict[str, Callable[[Any, Column], Value]] = {"number": _number, "text": _text, "time": _time}
