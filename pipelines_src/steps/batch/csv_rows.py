"""CSV with a header, record by record: one that is malformed costs itself alone."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from .. import csv_text
from ..csv_text import BLANKS
from ..shortening import shortened
from ..use_case import Column
from .row import Row

csv.field_size_limit(2**20)  # what a quote that nobody closes may take; no model takes so long a text
_MOST_SHOWN = 10_000  # characters of what is no record
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def rows(file: BinaryIO, fields: Sequence[Column], missing: frozenset[str | float]) -> Iterator[Row]:
    """Yield the records of CSV; csv.Error if its header is none. `missing`: as csv_text.marks gives it."""
    lines = _Lines(file)
    reader = csv.reader(lines, strict=True)
    header = [cell.strip(BLANKS) for cell in next((cells for cells in reader if cells), [])]
    if problem := _no_header(header):
        yield Row(None, None, problem)
        return
    kinds = {field.name: field.type for field in fields}
    number = 0
    while True:
        lines.record.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # about one record: the reader goes on with the next line
            number += 1
            yield Row(number, _shown(lines.first()), f"the record is not CSV: {error}")
            continue
        if not cells:
            continue
        number += 1
        if len(cells) != len(header):
            several, wrong = len(lines.record) > 1, "the header names {} columns and the record does not have as many"
            yield Row(number, _shown(lines.first()) if several else cells, wrong.format(len(header)))
        elif any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
            yield Row(number, [ascii(cell) for cell in cells], "the record is not UTF-8")
        else:
            pairs = zip(header, cells, strict=True)
            yield Row(number, {name: _cell(cell, kinds.get(name, "text"), missing) for name, cell in pairs})


class _Lines:
    """The lines of a file, and those of a record that was none once more.

    Attributes:
        record: the lines that were read since it was cleared.
    """

    def __init__(self, file: BinaryIO) -> None:
        # What is no UTF-8 survives as surrogates, so that only its own record is refused.
        self._new = (
            line.decode("utf-8" if number else "utf-8-sig", "surrogateescape") for number, line in enumerate(file)
        )
        self._again: deque[str] = deque()
        self.record: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._new)
        self.record.append(line)
        return line

    def first(self) -> str:
        """Return the first line of the record; the others are read again: a quote that nobody closed took them."""
        first, *others = self.record
        self._again.extendleft(reversed(others))
        return first


def _no_header(header: Sequence[str]) -> str:
    """Return what is wrong with a header; nothing if it can be one."""
    if len(set(header)) != len(header):
        return "the header names a column twice"
    other = next((name for mark, name in _SEPARATORS.items() if len(header) == 1 and mark in header[0]), None)
    if other is None:
        return ""
    return (
        f"its columns are separated by {other}: a file to score has commas, decimal points, UTF-8 and times such as "
        "2013-06-01T05:15"
    )


def _shown(text: str) -> str:
    """Return a text for the error file: its beginning, with bytes that are no UTF-8 escaped."""
    plain = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").rstrip("\r\n")
    return shortened(plain, _MOST_SHOWN)


def _cell(cell: str, kind: str, missing: frozenset[str | float]) -> Any:
    text = csv_text.value(cell, kind in ("number", "time"), missing)
    if text is not None and kind == "number" and "_" not in text:
        try:
            return float(text)
        except ValueError:
            return text  # no number: refused with the rest of its record
    return text
