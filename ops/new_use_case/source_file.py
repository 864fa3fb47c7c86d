"""Which kind of file it is, by its content; every kind that is neither CSV nor Parquet is told what to do."""

import re
from pathlib import Path
from typing import Literal

from ops.console import shown
from ops.new_use_case.errors import DataError

Kind = Literal["csv", "parquet"]
_HEAD = 4096  # bytes
_PARQUET = b"PAR1"
_UNPACK = "Unpack it, and name the file inside."
_EXPORT = "Export the table as CSV or Parquet."
_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "Save the sheet as CSV, or unpack the archive."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as CSV."),
    (b"\x1f\x8b", "compressed with gzip", _UNPACK),
    (b"BZh", "compressed with bzip2", _UNPACK),
    (b"\xfd7zXZ", "compressed with xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", _UNPACK),
    (b"SQLite format 3", "an SQLite database", _EXPORT),
    (b"ORC", "an ORC file", _EXPORT),
    (b"Obj\x01", "an Avro file", _EXPORT),
    (b"ARROW1", "an Arrow (Feather) file", _EXPORT),
    (b"\x89HDF", "an HDF5 file", _EXPORT),
    (b"%PDF-", "a PDF", _EXPORT),
    (b"\x80\x04", "a Python pickle", _EXPORT),
)
# Some marks are letters, with which a CSV file may begin as well; no text has these bytes.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_OF_TEXT = (b"%PDF-",)  # its beginning may be text alone
_TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")  # byte order marks


def kind_of(path: Path) -> Kind:
    """Return csv or parquet.

    Raises:
        DataError: there is no such file, it is empty, or it is of another kind.
    """
    head = _head(path)
    if _marked(head, _PARQUET):
        return "parquet"
    if path.suffix == ".parquet":
        raise DataError(f"{shown(path)}: is named .parquet but is no Parquet file. Write it again, or rename it.")
    for mark, what, remedy in _OTHERS:
        if _marked(head, mark):
            raise DataError(f"{shown(path)}: is {what}; allowed are CSV and Parquet. {remedy}")
    text = head.lstrip().lower()
    if text.startswith((b"{", b"[{", b"[[", b"[\n")):
        raise DataError(f"{shown(path)}: looks like JSON; allowed are CSV and Parquet. {_EXPORT}")
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise DataError(
            f"{shown(path)}: is a web page or XML; allowed are CSV and Parquet. Was it downloaded from a page that "
            "asks to log in? Download the file itself."
        )
    if not text:
        raise DataError(
            f"{shown(path)}: holds blanks only; a line of names and rows below it are wanted. Write it again."
        )
    if b"\0" in head and not head.startswith(_TEXT_MARKS) and not _is_utf16(head):
        raise DataError(f"{shown(path)}: is a binary file of an unknown kind; allowed are CSV and Parquet. {_EXPORT}")
    return "csv"


def _marked(head: bytes, mark: bytes) -> bool:
    """Whether a file begins with a mark and is no text."""
    return head.startswith(mark) and (mark in _OF_TEXT or not mark.isascii() or _NO_TEXT.search(head) is not None)


def _head(path: Path) -> bytes:
    if not path.exists():
        beside = ", ".join(sorted(item.name for item in path.absolute().parent.glob("*"))[:10]) or "nothing"
        raise DataError(f"--data: there is no file {path}; its folder holds {beside}. Correct the path.")
    if not path.is_file():
        raise DataError(
            f"{shown(path)}: is no file but a folder or a device; one CSV or Parquet file is wanted. Name it."
        )
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except PermissionError as error:
        raise DataError(f"{shown(path)}: may not be read: {error.strerror}. Change its permissions.") from error
    if not head:
        raise DataError(f"{shown(path)}: is empty; a line of names and rows below it are wanted. Write it again.")
    return head


def _is_utf16(head: bytes) -> bool:
    """Whether nearly every second byte is zero, as in western text in UTF-16 without a byte order mark."""
    half = len(head) // 2
    return max(head[0::2].count(0), head[1::2].count(0)) > 0.7 * half
