"""How a CSV file is laid out: separator, quote, and the line of names."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from config.wording import shortened
from ops.console import shown
from ops.new_use_case.errors import DataError

_SEPARATORS = (",", ";", "\t", "|")
_VALUE = re.compile(r"\s*([+-]?[\d.,]+([eE][+-]?\d+)?|\d{4}-\d\d-\d\d.*)\s*")
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?")  # which spreadsheets write above the names
_LONGEST_LINE = 2_000_000  # characters


@dataclass(frozen=True)
class Dialect:
    """A layout.

    Attributes:
        separator: between fields.
        quote: around fields that hold a separator.
        skip: empty lines above the names.
        names: as they stand in the file.
    """

    separator: str
    quote: str
    skip: int
    names: tuple[str, ...]


def dialect(path: Path, utf8: Path) -> Dialect:
    """Return the layout of a text.

    Separator and quote are what DuckDB's sniffer finds, but for apostrophes of texts that it takes for quotes. Where
    the names stand is not left to it: it would skip lines that do not fit, and nobody would know.

    Args:
        path: the file, for messages.
        utf8: its text.

    Raises:
        DataError: there is one column only, no line of names, or no row below it.
    """
    sniffed, quote = _sniffed(utf8)
    skip, first = _first_line(path, utf8)
    separators: tuple[str, ...] = (sniffed, *_SEPARATORS)
    if said := _SEPARATOR_LINE.fullmatch(first):
        separators = (said[1],)
        skip, first = _first_line(path, utf8, skip + 1)
    names: list[str] = []
    for separator in dict.fromkeys(separators):
        names = _names(path, utf8, skip, separator, quote)
        if len(names) > 1:
            break
    else:
        raise DataError(
            f"{shown(path)}: line {skip + 1} is {in_quotes(first)}, which is one column; a table has two or more. "
            "Columns are separated by a comma, a semicolon, a tab or a bar; write the file with one of these, and "
            "without titles and comments above the names."
        )
    if quote == "'" and _would_merge(utf8, skip, separator, len(names)):
        quote = '"'
        names = _names(path, utf8, skip, separator, quote)
    _require_names(path, names, skip + 1)
    return Dialect(separator, quote, skip, tuple(names))


def _sniffed(utf8: Path) -> tuple[str, str]:
    try:
        row = duckdb.connect().execute(
            "SELECT delimiter, quote FROM sniff_csv(?, all_varchar = true, auto_type_candidates = ['VARCHAR'], "
            "max_line_size = 2000000)", [str(utf8)]
        ).fetchone()  # fmt: skip
    except duckdb.Error:
        return ",", '"'  # the reading below says what is wrong, by line
    assert row is not None  # noqa: S101 - the function gives one row
    return row[0], "'" if row[1] == "'" else '"'


def _first_line(path: Path, utf8: Path, start: int = 0) -> tuple[int, str]:
    with utf8.open(encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, start, start + 1000), start):
            if len(line) > _LONGEST_LINE:
                raise DataError(
                    f"{shown(path)}: line {number + 1} has {len(line)} characters. Is it a CSV file with lines?"
                )
            if line.strip(" \r\n\ufeff"):
                return number, line.rstrip("\r\n")
    raise DataError(f"{shown(path)}: begins with 1000 empty lines; the first line has the names. Remove them.")


def _records(utf8: Path, skip: int, separator: str, quote: str) -> Iterator[list[str]]:
    with utf8.open(encoding="utf-8", newline="") as lines:
        yield from csv.reader(islice(lines, skip, None), delimiter=separator, quotechar=quote)


def _would_merge(utf8: Path, skip: int, separator: str, columns: int) -> bool:
    """Whether records would be taken for one if apostrophes were quotes, where each is whole by double quotes.

    An apostrophe that begins a text and one that ends another, lines later, look like quotes around all between.
    """
    try:
        by_double = [len(record) for record in _records(utf8, skip, separator, '"') if record]
    except csv.Error:
        return False
    if set(by_double) != {columns}:
        return False
    try:
        return sum(1 for record in _records(utf8, skip, separator, "'") if record) < len(by_double)
    except csv.Error:  # a field without an end
        return True


def _names(path: Path, utf8: Path, skip: int, separator: str, quote: str) -> list[str]:
    try:
        return [name.strip() for name in next(_records(utf8, skip, separator, quote))]
    except csv.Error as error:
        raise DataError(
            f"{shown(path)}: the names in line {skip + 1} cannot be read: {error}. Write them again."
        ) from error


def _require_names(path: Path, names: list[str], line: int) -> None:
    given = [name for name in names if name]
    if given and all(_VALUE.fullmatch(name) for name in given):
        raise DataError(
            f"{shown(path)}: line {line} is {in_quotes(', '.join(names))}: values, where the names of the columns are "
            "expected. Add a line of names on top."
        )
    if not given:
        raise DataError(
            f"{shown(path)}: line {line} has separators but no names. Write the names of the columns there."
        )


def in_quotes(text: str) -> str:
    """Return a text in quotes, as long as a line of a message takes it."""
    return repr(shortened(text, 60))
