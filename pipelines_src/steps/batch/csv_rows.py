"""CSV with a header, record by record: one that is malformed costs itself alone."""

import csv
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from .. import csv_text
from ..csv_text import BLANKS
from ..use_case import Column
from .row import Row

csv.field_size_limit(2**24)
_MOST_SHOWN = 10_000  # characters of what is no record


def rows(file: BinaryIO, fields: Sequence[Column], missing: frozenset[str | float]) -> Iterator[Row]:
    """Yield the records of CSV; csv.Error if its header is none. `missing`: as csv_text.marks gives it."""
    consumed: list[str] = []  # the lines of one record
    reader = csv.reader(_lines(file, consumed), strict=True)
    header = [cell.strip(BLANKS) for cell in next((cells for cells in reader if cells), [])]
    kinds = {field.name: field.type for field in fields}
    if len(set(header)) != len(header):
        yield Row(None, None, "the header names a column twice")
        return
    number = 0
    while True:
        consumed.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # about one record: the reader goes on with the next line
            number += 1
            yield Row(number, _shown("".join(consumed)), f"the record is not CSV: {error}")
            continue
        if not cells:
            continue
        number += 1
        if len(cells) != len(header):
            yield Row(number, cells, f"the header names {len(header)} columns and the record does not have as many")
        elif any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
            yield Row(number, [ascii(cell) for cell in cells], "the record is not UTF-8")
        else:
            pairs = zip(header, cells, strict=True)
            yield Row(number, {name: _cell(cell, kinds.get(name, "text"), missing) for name, cell in pairs})


def _lines(file: BinaryIO, consumed: list[str]) -> Iterator[str]:
    """Yield a file's lines, and add each to `consumed`."""
    for number, line in enumerate(file):
        # What is no UTF-8 survives as surrogates, so that only its own record is refused.
        consumed.append(line.decode("utf-8" if number else "utf-8-sig", "surrogateescape"))
        yield consumed[-1]


def _shown(text: str) -> str:
    """Return a text for the error file: its beginning, with bytes that are no UTF-8 escaped."""
    plain = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").rstrip("\r\n")
    return plain if len(plain) <= _MOST_SHOWN else f"{plain[:_MOST_SHOWN]}..."


def _cell(cell: str, kind: str, missing: frozenset[str | float]) -> Any:
    text = csv_text.value(cell, kind in ("number", "time"), missing)
    if text is not None and kind == "number" and "_" not in text:
        try:
            return float(text)
        except ValueError:
            return text  # no number: refused with the rest of its record
    return text
