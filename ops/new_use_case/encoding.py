"""The text of a CSV file as UTF-8, which is what DuckDB reads; a copy is made only where it is something else."""

import codecs
from pathlib import Path

import charset_normalizer

from ops.console import shown
from ops.new_use_case.errors import DataError

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What spreadsheets write where they write no UTF-8, one for each script: a few words cannot tell those of one script
# from each other, so Central European and Turkish files have to be named.
_USUAL = ["cp1252", "cp1251", "cp1253", "cp932", "euc_jp", "gb18030", "big5", "cp949"]


def as_utf8(path: Path, scratch: Path, encoding: str | None) -> tuple[Path, str]:
    """Return a file in UTF-8 without a byte order mark, and the encoding that was read.

    Raises:
        DataError: the encoding is unknown, or the text breaks it.
    """
    found = encoding or _found(path)
    try:
        if codecs.lookup(found).name == "utf-8" and encoding is None:
            return path, found
        return _copied(path, scratch / "utf8.csv", found), found
    except LookupError as error:
        raise DataError(
            f"--encoding: found {found!r}, which Python does not know; utf-8 or cp1252 are usual."
        ) from error
    except UnicodeError as error:
        raise DataError(
            f"{shown(path)}: is no {found} text: {error}. Save it as UTF-8, or name its --encoding."
        ) from error


def _found(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    odd = _first_not_utf8(path)
    if odd is None:
        return "utf-8"
    with path.open("rb") as file:
        file.seek(max(0, odd - _CHUNK // 2))
        best = charset_normalizer.from_bytes(file.read(_CHUNK), cp_isolation=_USUAL).best()
    if best is None:
        raise DataError(
            f"{shown(path)}: is not UTF-8 (byte {odd + 1} on) and no encoding that is usual. Save it as UTF-8, or name "
            "its --encoding."
        )
    return str(best.encoding)


def _first_not_utf8(path: Path) -> int | None:
    """Return the place of the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return read + error.start
            read += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return read
    return None


def _copied(path: Path, copy: Path, encoding: str) -> Path:
    with path.open(encoding=encoding, newline="") as source, copy.open("w", encoding="utf-8", newline="") as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
    return copy
