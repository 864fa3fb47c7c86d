"""What a person should know of a file that comes after the first one, although it fits."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ops.new_use_case.column import Column
from ops.new_use_case.conforming import Wanted
from ops.new_use_case.measuring import TABLE
from ops.new_use_case.staging import Source
from ops.new_use_case.wording import first, many
from ops.new_use_case.workspace import Workspace, literal, name

_SHOWN, _MANY, _MOST_LEVELS = 5, 30, 100


def of_file(columns: Sequence[Column], source: Source, wanted: Sequence[Wanted]) -> list[str]:
    """Return how columns were read, and which were not."""
    names = {one.name for one in wanted}
    unread = [column.original for column in source.columns if column.name not in names]
    notes = [f"{column.original}: {column.note}" for column in columns if column.note]
    return notes + ([f"not read, since use_case.yaml does not name it: {first(unread, _MANY)}"] if unread else [])


def of_levels(opened: Workspace, columns: Sequence[Column], path: Path) -> Iterator[str]:
    """Yield texts that the rows which are there do not know, of columns with few of them."""
    if not path.exists():
        return
    old = f"read_parquet({literal(str(path))})"
    there = {row[0] for row in opened.rows(f"DESCRIBE FROM {old}")}
    for column in columns:
        if column.kind == "text" and column.name in there and (new := _new_levels(opened, column, old)):
            yield f"{column.original}: values that no earlier row has: {first(new, _SHOWN)}"


def _new_levels(opened: Workspace, column: Column, old: str) -> list[str]:
    value = name(column.name)
    known = opened.rows(f"SELECT DISTINCT {value}::VARCHAR FROM {old} LIMIT {_MOST_LEVELS + 1}")  # noqa: S608 - quoted
    if len(known) > _MOST_LEVELS:
        return []
    now = opened.rows(
        f"SELECT {value}, count(*) FROM {TABLE} WHERE {value} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1000"  # noqa: S608 - quoted
    )
    return [f"{text[:30]!r} in {many(rows, 'row')}" for text, rows in now if (text,) not in known]
