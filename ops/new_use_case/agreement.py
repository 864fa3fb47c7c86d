"""Whether the rows of a raw table are what use_case.yaml says: its ids, its label, its time."""

from collections.abc import Iterator, Sequence

from config import UseCase
from ops.new_use_case.errors import DataError
from ops.new_use_case.event import Value, quoted, same
from ops.new_use_case.names import ROW_NUMBER
from ops.new_use_case.workspace import Workspace, name

_SHOWN = 5
_BOTH = 2


def check(workspace: Workspace, case: UseCase, table: str) -> list[str]:
    """Return what a person should know of the rows.

    Raises:
        DataError: an id stands twice or is missing, or the label has values that use_case.yaml does not know.
    """
    _require_ids(workspace, case, table)
    return [
        *_of_repetitions(workspace, case, table),
        *_of_missing(workspace, case, table),
        *_of_label(workspace, case, table),
        *_of_time(workspace, case, table),
    ]


def _require_ids(workspace: Workspace, case: UseCase, table: str) -> None:
    [columns] = case.data.raw.values()
    if case.data.id is None or case.data.id not in columns:
        return
    column = name(case.data.id)
    rows = workspace.rows(
        f"SELECT {column}, count(*) FROM {table} GROUP BY 1 HAVING count(*) > 1 OR {column} IS NULL ORDER BY 1 LIMIT 3"  # noqa: S608 - quoted
    )
    if rows:
        listed = ", ".join(f"{'no value' if value is None else repr(value)} in {count} row(s)" for value, count in rows)
        raise DataError(
            f"{case.data.id} tells records apart (data.id), and there is {listed}. Remove rows that stand twice, or "
            "those that are there already, or name another column in data.id."
        )


def _of_repetitions(workspace: Workspace, case: UseCase, table: str) -> Iterator[str]:
    if case.data.id != ROW_NUMBER:
        return  # ids tell apart what is equal otherwise
    [(more,)] = workspace.rows(
        f"SELECT (SELECT count(*) FROM {table}) - count(*) FROM "  # noqa: S608 - constants
        f"(SELECT DISTINCT * EXCLUDE ({ROW_NUMBER}) FROM {table})"
    )
    if more:
        yield (
            f"{more} rows are equal to others in every column: one may train while its twin is judged. If they are the "
            "same records, take them out of the file (docs/use-cases.md: prepare.clean has a rule duplicates)"
        )


def _of_missing(workspace: Workspace, case: UseCase, table: str) -> Iterator[str]:
    there = {row[0] for row in workspace.rows(f"DESCRIBE {table}")}
    fields = [field for field in case.data.record if field.name in there]
    found = workspace.figures(table, {one.name: {"missing": f"count(*) - count({name(one.name)})"} for one in fields})
    [(rows,)] = workspace.rows(f"SELECT count(*) FROM {table}")  # noqa: S608 - a constant
    if empty := [field.name for field in fields if found[field.name]["missing"] == rows]:
        yield f"without a value in any row: {', '.join(empty)}"
    for field in fields:
        missing = found[field.name]["missing"]
        if field.required and missing:
            yield f"{field.name} is required in a record, and {missing} rows have none"


def _of_label(workspace: Workspace, case: UseCase, table: str) -> Iterator[str]:
    label, problem = case.data.label, case.problem
    if label is None or label not in next(iter(case.data.raw.values())):
        return
    [(missing,)] = workspace.rows(f"SELECT count(*) - count({name(label)}) FROM {table}")  # noqa: S608 - quoted
    if missing:
        yield f"{missing} rows have no {label} and are left out"
    if not problem.endswith("classification"):
        return
    counted = workspace.rows(
        f"SELECT {name(label)}, count(*) FROM {table} WHERE {name(label)} IS NOT NULL "  # noqa: S608 - quoted
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200"
    )
    counts: dict[Value, int] = dict(counted)
    known = case.data.classes or (case.data.positive,)
    _require_known(case, counts, known)
    yield f"{label}: " + ", ".join(f"{value!r} in {rows} rows" for value, rows in list(counts.items())[:_SHOWN])
    if absent := [one for one in known if not any(same(value, one) for value in counts)]:
        yield f"no row has the {label} {quoted(absent)}"


def _require_known(case: UseCase, counts: dict[Value, int], known: Sequence[Value]) -> None:
    others = [value for value in counts if not any(same(value, one) for one in known)]
    if len(others) > (1 if case.problem == "binary_classification" else 0):
        wanted = f"{case.data.positive!r} and one other" if not case.data.classes else quoted(case.data.classes)
        raise DataError(
            f"{case.data.label} has the values {quoted(counts)}, {len(counts)} in all; allowed are {wanted}, as "
            "use_case.yaml says. Correct them, or data.positive and data.classes."
        )


def _of_time(workspace: Workspace, case: UseCase, table: str) -> Iterator[str]:
    if case.split.by != "time" or case.data.time not in next(iter(case.data.raw.values())):
        return
    [(later,)] = workspace.rows(
        f"SELECT count(*) FROM {table} WHERE {name(str(case.data.time))} >= ?",  # noqa: S608 - quoted
        str(case.split.test_until),
    )
    if later:
        yield (
            f"{later} rows are of {case.split.test_until} or later: kept for serving, nothing is learnt of them. Move "
            "the bounds in the section split of use_case.yaml to learn from newer rows"
        )
