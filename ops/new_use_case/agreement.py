"""Whether the rows of a raw table are what use_case.yaml says: its ids, its label, its time."""

from collections.abc import Iterator

from config import UseCase
from ops.new_use_case.errors import DataError
from ops.new_use_case.event import Value, quoted, same
from ops.new_use_case.measuring import TABLE
from ops.new_use_case.names import ROW_NUMBER
from ops.new_use_case.repeated import more
from ops.new_use_case.wording import first, many
from ops.new_use_case.workspace import Workspace, name

_SHOWN = 5


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
        listed = ", ".join(
            f"{'no value' if value is None else repr(value)} in {many(count, 'row')}" for value, count in rows
        )
        raise DataError(
            f"{case.data.id} tells records apart (data.id), and there is {listed}. Remove rows that stand twice, or "
            "those that are there already, or name another column in data.id."
        )


def _of_repetitions(workspace: Workspace, case: UseCase, table: str) -> Iterator[str]:
    if case.data.id != ROW_NUMBER:
        return  # ids tell apart what is equal otherwise
    there = [row[0] for row in workspace.rows(f"DESCRIBE {table}") if row[0] != ROW_NUMBER]
    if not (rows := more(workspace, table, there)):
        return
    said = f"{many(rows, 'row', 'are')} equal to an earlier one in every column"
    if any(rule.rule == "duplicates" for rule in case.prepare.clean):
        yield f"{said}; prepare.clean has a rule for duplicates"
        return
    yield (
        f"{said}: it may train while its twin is judged. If they are the same records, take them out of the file, or "
        f"let prepare.clean drop them: {{rule: duplicates, columns: [...], why: ...}} (docs/use-cases.md)"
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
            yield f"{field.name} is required in a record, and {many(missing, 'row', 'have')} none"


def _of_label(workspace: Workspace, case: UseCase, table: str) -> Iterator[str]:
    label, problem = case.data.label, case.problem
    if label is None or label not in next(iter(case.data.raw.values())):
        return
    [(missing,)] = workspace.rows(f"SELECT count(*) - count({name(label)}) FROM {table}")  # noqa: S608 - quoted
    if missing:
        yield f"{many(missing, 'row', 'have')} no {label}: left out"
    if not problem.endswith("classification"):
        return
    counted = workspace.rows(
        f"SELECT {name(label)}, count(*) FROM {table} WHERE {name(label)} IS NOT NULL "  # noqa: S608 - quoted
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200"
    )
    counts: dict[Value, int] = dict(counted)
    _require_known(workspace, case, counts)
    yield f"{label}: " + ", ".join(f"{value!r} in {many(rows, 'row')}" for value, rows in list(counts.items())[:_SHOWN])
    if absent := [one for one in _declared(case) if not any(same(value, one) for value in counts)]:
        yield f"no row has the {label} {quoted(absent)}"


def _declared(case: UseCase) -> dict[Value, str]:
    """Return the label's values that use_case.yaml names -> the key that names them."""
    if case.data.classes:
        return dict.fromkeys(case.data.classes, "data.classes")
    negative = {} if case.data.negative is None else {case.data.negative: "data.negative"}
    return {case.data.positive: "data.positive", **negative}


def _require_known(workspace: Workspace, case: UseCase, counts: dict[Value, int]) -> None:
    declared = _declared(case)
    others = [value for value in counts if not any(same(value, one) for one in declared)]
    # Where no value is declared for no event, there may be one.
    if len(others) <= (len(declared) == 1):
        return
    found = first([f"{value!r} in {_where(workspace, case, value, counts[value])}" for value in others], _SHOWN)
    wanted = ", ".join(f"{value!r} ({key})" for value, key in declared.items())
    one_other = " and one other value" if len(declared) == 1 else ""
    raise DataError(
        f"{case.data.label} is {found}; use_case.yaml declares {wanted}{one_other}. Correct the file, or use_case.yaml."
    )


def _where(workspace: Workspace, case: UseCase, value: Value, rows: int) -> str:
    """Return in which rows of the file a label stands."""
    [(here, row)] = workspace.rows(
        f"SELECT count(*), min({ROW_NUMBER}) FROM {TABLE} WHERE {name(str(case.data.label))} = ?",  # noqa: S608 - quoted
        value,
    )
    there = (
        f"{many(rows - here, 'row')} that {'is' if rows - here == 1 else 'are'} there already" if rows > here else ""
    )
    if not here:
        return there
    said = f"row {row} of the file" + (f" and {here - 1} more" if here > 1 else "")
    return f"{said}, and in {there}" if there else said


def _of_time(workspace: Workspace, case: UseCase, table: str) -> Iterator[str]:
    if case.split.by != "time" or case.data.time not in next(iter(case.data.raw.values())):
        return
    [(later,)] = workspace.rows(
        f"SELECT count(*) FROM {table} WHERE {name(str(case.data.time))} >= ?",  # noqa: S608 - quoted
        str(case.split.test_until),
    )
    if later:
        yield (
            f"{many(later, 'row', 'are')} of {case.split.test_until} or later: kept for serving, nothing is learnt of "
            "them. Move the bounds in the section split of use_case.yaml to learn from newer rows"
        )
