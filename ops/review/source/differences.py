"""What differs between two assets, file by file."""

import difflib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ops.review.source.files import File, files

_MOST_LINES = 120  # of a file
_MOST_ALL = 400  # of all files
_KEPT = 64  # pairs of assets: many functions share one


@dataclass(frozen=True)
class Difference:
    """A file that differs.

    Attributes:
        how: `added`, `removed` or `changed`.
        lines: of a unified diff, without its names of files; none of what is no text, or large.
        note: in place of lines, or what was cut of them.
        added, removed: lines.
    """

    name: str
    how: str
    lines: tuple[str, ...] = ()
    note: str = ""
    added: int = 0
    removed: int = 0


@lru_cache(maxsize=_KEPT)
def differences(before: Path, after: Path) -> tuple[Difference, ...]:
    """Return the files that differ between two assets, by name; none if all contents are equal."""
    was, becomes = files(before), files(after)
    names = sorted(was.keys() | becomes.keys())
    return tuple(
        _difference(name, was.get(name), becomes.get(name)) for name in names if was.get(name) != becomes.get(name)
    )


def _difference(name: str, was: File | None, becomes: File | None) -> Difference:
    how = "added" if was is None else "removed" if becomes is None else "changed"
    texts = [_text(side) for side in (was, becomes)]
    if texts[0] is None or texts[1] is None:
        return Difference(name, how, note=f"{_size(was)} -> {_size(becomes)}, not shown: no text, or large")
    lines = [line.rstrip("\n") for line in difflib.unified_diff(texts[0], texts[1], n=2)][2:]
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    cut = len(lines) - _MOST_LINES
    note = f"{cut} more lines" if cut > 0 else ""
    if not lines:
        note = "line ends or the end of the file"
    return Difference(name, how, tuple(lines[:_MOST_LINES]), note, added, removed)


def _text(file: File | None) -> list[str] | None:
    if file is None:
        return []
    if file.content is None or b"\0" in file.content:
        return None
    try:
        return file.content.decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        return None


def _size(file: File | None) -> str:
    if file is None:
        return "nothing"
    return file.mark if " " in file.mark else f"{file.size} bytes"


def shown_lines(changed: tuple[Difference, ...]) -> str:
    """Return unified diffs of all files, cut after 400 lines with a count of what is left out."""
    lines: list[str] = []
    for position, one in enumerate(changed):
        if len(lines) >= _MOST_ALL:
            lines.append(
                f"... and {len(changed) - position} more files: {', '.join(rest.name for rest in changed[position:])}"
            )
            break
        # Not /dev/null for a side that is not there: an environment may be called dev.
        lines += [f"--- {one.name}"] if one.how != "added" else []
        lines += [f"+++ {one.name}"] if one.how != "removed" else []
        lines += one.lines
        lines += [f"... {one.note}"] if one.note else []
    return "\n".join(lines)
