"""Batch transform's records: split, filtered, joined with their predictions.

A filter is the part of JSONPath that AWS documents for DataProcessing: `$`, `$.name`, `$['a','b']`, `$[0,2:]`. A CSV
record is an array whose items are its fields.
"""

import csv
import io
import json
import re
from typing import Any, Literal

from local_cloud.sagemaker.errors import validation_error

Format = Literal["csv", "json"]
_STEP = re.compile(r"\.(?P<name>[A-Za-z_][\w-]*)|\[(?P<inside>[^\]]+)\]")
_NAME = re.compile(r"""\s*(['"])(?P<name>.*?)\1\s*""")
_RANGE = re.compile(r"\s*(?P<first>-?\d*)\s*(?P<colon>:)?\s*(?P<last>-?\d*)\s*")


class RecordError(Exception):
    """A record does not have what a filter or a join needs."""


class Filter:
    """A compiled filter; SageMakerError (ValidationException) if it is none that is understood."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._steps: list[list[str | int | slice]] = []
        rest = path.removeprefix("$")
        if not path.startswith("$"):
            raise _unknown(path)
        while rest:
            match = _STEP.match(rest)
            if match is None:
                raise _unknown(path)
            self._steps.append([match["name"]] if match["name"] else _selectors(match["inside"], path))
            rest = rest[match.end() :]

    @property
    def passes_all(self) -> bool:
        """Whether it is `$`."""
        return not self._steps

    def apply(self, value: Any) -> Any:
        """Return the selected part; RecordError if the record does not have it."""
        for selectors in self._steps:
            value = _select(value, selectors, self.path)
        return value


def _selectors(inside: str, path: str) -> list[str | int | slice]:
    found: list[str | int | slice] = []
    for part in inside.split(","):
        if name := _NAME.fullmatch(part):
            found.append(name["name"])
            continue
        numbers = _RANGE.fullmatch(part)
        if numbers is None or not (numbers["first"] or numbers["colon"]):
            raise _unknown(path)
        first = int(numbers["first"]) if numbers["first"] else None
        last = int(numbers["last"]) if numbers["last"] else None
        if numbers["colon"]:
            found.append(slice(first, last))
        else:
            found.append(first or 0)
    return found


def _unknown(path: str) -> Exception:
    return validation_error(
        f"DataProcessing: the filter {path!r} is not one the local cloud understands; it understands $, $.name, "
        "$['a','b'], $[0], $[1:], $[0,2:]."
    )


def _select(value: Any, selectors: list[str | int | slice], path: str) -> Any:
    try:
        if len(selectors) == 1 and not isinstance(selectors[0], slice):
            return value[selectors[0]]
        if isinstance(value, dict):
            return {name: value[name] for name in selectors}
        chosen: list[Any] = []
        for selector in selectors:
            chosen.extend(value[selector] if isinstance(selector, slice) else [value[selector]])
    except (KeyError, IndexError, TypeError) as error:
        raise RecordError(f"the filter {path} does not fit the record {str(value)[:80]}") from error
    return chosen


def parse(text: str, kind: Format) -> Any:
    """Return a record as a value."""
    if kind == "csv":
        return next(csv.reader([text]), [])
    try:
        return json.loads(text)
    except ValueError as error:
        raise RecordError(f"a record is not JSON: {text[:80]}") from error


def write(value: Any, kind: Format) -> str:
    """Return a value as a record, without the line's end."""
    if kind == "json":
        return json.dumps(value)
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(value if isinstance(value, list) else [value])
    return line.getvalue()


def join(record: Any, prediction: Any, kind: Format) -> Any:
    """Return a record with its prediction: CSV fields at the end, JSON as SageMakerOutput."""
    if kind == "csv":
        return [*record, *prediction]
    if isinstance(record, dict):
        return {**record, "SageMakerOutput": prediction}
    return {"SageMakerInput": record, "SageMakerOutput": prediction}


def batches(records: list[str], single: bool, limit: int) -> list[list[str]]:
    """Group lines into requests of at most `limit` bytes, or one line each; RecordError if a line is too long."""
    groups: list[list[str]] = []
    size = 0
    for record in records:
        length = len(record.encode()) + 1
        if length > limit + 1:
            raise RecordError(f"a record of {length} bytes exceeds MaxPayloadInMB")
        if single or not groups or size + length > limit:
            groups.append([])
            size = 0
        groups[-1].append(record)
        size += length
    return groups
