"""Rows that are equal in every column: how many, whether by chance, and the one of each that is kept."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ops.new_use_case.ids import is_id
from ops.new_use_case.measuring import TABLE, Measured
from ops.new_use_case.names import ROW_NUMBER
from ops.new_use_case.sampling import sample
from ops.new_use_case.target import LEAST_OF_CLASS, LEAST_ROWS, Target
from ops.new_use_case.wording import first, many
from ops.new_use_case.workspace import Workspace, name

KEPT = "kept"  # table: the row number of the first row of each
_ROWS = 20_000
_TELLING = 3  # columns that tell rows apart best; more would be taken for independent, which they are not
_OF_CHANCE = 10  # times as many as chance makes, from which they are copies


@dataclass(frozen=True)
class Repeated:
    """Rows that are equal to an earlier one in every column but ids.

    Attributes:
        rows: how many, the first of each not counted.
        copies: whether chance alone makes far fewer, so that they stand twice in the file by mistake.
        ids: columns that were not compared, since they tell rows apart.
    """

    rows: int = 0
    copies: bool = False
    ids: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """SQL of the rows that count where rows are compared: of copies the first of each."""
        return f"{ROW_NUMBER} IN (SELECT {ROW_NUMBER} FROM {KEPT})" if self.copies else "true"  # noqa: S608 - constants


def repeated(workspace: Workspace, columns: Sequence[Measured]) -> Repeated:
    """Look for rows of the view `observations` that are equal to others; of copies, make the table `kept`."""
    ids = tuple(column.name for column in columns if is_id(column))
    compared = [column for column in columns if column.name not in ids and column.present]
    rows = more(workspace, TABLE, [column.name for column in compared])
    if not rows:
        return Repeated(ids=ids)
    copies = rows >= _OF_CHANCE * _by_chance(workspace, compared)
    if copies:
        grouped = ", ".join(name(column.name) for column in compared)
        workspace.run(
            f"CREATE TABLE {KEPT} AS SELECT min({ROW_NUMBER}) AS {ROW_NUMBER} FROM {TABLE} GROUP BY {grouped}"  # noqa: S608 - quoted
        )
    return Repeated(rows, copies, ids)


def more(workspace: Workspace, table: str, columns: Sequence[str]) -> int:
    """Return how many rows are equal to an earlier one in some columns."""
    if not columns:
        return 0
    listed = ", ".join(map(name, columns))
    # As a rule there is none, and to know only that takes one number per row.
    [(rows, hashes)] = workspace.rows(f"SELECT count(*), count(DISTINCT hash({listed})) FROM {table}")  # noqa: S608 - quoted
    if rows == hashes:
        return 0
    [(different,)] = workspace.rows(f"SELECT count(*) FROM (SELECT DISTINCT {listed} FROM {table})")  # noqa: S608 - quoted
    return int(rows - different)


def _by_chance(workspace: Workspace, columns: Sequence[Measured]) -> float:
    """Return about how many rows would equal an earlier one by chance.

    Two rows agree in a column with the probability sum(c (c - 1)) / n (n - 1), over the counts c of its
    values. Those of the three columns that agree least are multiplied, as if they were independent: n (n - 1) / 2 pairs
    of rows, each with that probability.
    """
    drawn = sample(workspace, columns, _ROWS)
    pairs = max(len(drawn) * (len(drawn) - 1), 1)
    counts = [drawn[one].value_counts(dropna=False) for one in drawn]
    shares = sorted(float((found * (found - 1)).sum()) / pairs for found in counts)
    rows = columns[0].rows
    return rows * (rows - 1) / 2 * math.prod(shares[:_TELLING])


def cleaning(
    workspace: Workspace, found: Repeated, used: Sequence[str], target: Target
) -> tuple[tuple[dict[str, Any], ...], list[str]]:
    """Return the rules of cleaning that drop what stands twice, and what a person should know of it.

    Args:
        workspace: with the view `observations`.
        found: what `repeated` gives.
        used: the fields of a record.
        target: what is predicted.
    """
    if not found.rows:
        return (), []
    columns = [*used, *([target.label.name] if target.label else [])]
    aside = f" ({first(found.ids, 3)} aside)" if found.ids else ""
    said = f"{many(found.rows, 'row', 'are')} equal to an earlier one in every column{aside}"
    if not found.copies:
        return (), [
            f"{said}; chance may make many of them, so they stay. If they are copies, prepare.clean has the rule "
            "duplicates."
        ]
    said = f"{said}, which chance does not make"
    twin = "one may train while its twin is judged, which flatters the model"
    if too_few := _too_few(workspace, found, target):
        return (), [f"{said}: {twin}. Without them {too_few}, too few: bring more rows that differ."]
    dropped = more(workspace, TABLE, columns)
    if dropped != found.rows:
        return (), [
            f"{said}: {twin}. Take copies out of the file: the rule duplicates of prepare.clean sees the columns of "
            f"record only, and would drop {dropped}."
        ]
    rule = {"rule": "duplicates", "columns": columns, "why": f"{said}: copies, of which one is enough"}
    return (rule,), [
        f"{said}: prepare.clean has a rule that drops them, or {twin}. Remove the rule if each is a case of its own."
    ]


def _too_few(workspace: Workspace, found: Repeated, target: Target) -> str | None:
    """Return what would be left without copies, if no model can be made of it."""
    label = f"{name(target.label.name)}" if target.label and target.classifies else "true"
    counted = workspace.rows(
        f"SELECT {label}, count(*) FROM {TABLE} WHERE {label} IS NOT NULL AND {found.where} GROUP BY 1 ORDER BY 2"  # noqa: S608 - quoted
    )
    rows = sum(count for _, count in counted)
    if rows < LEAST_ROWS:
        return f"{many(rows, 'row', 'are')} left"
    least, count = counted[0]
    if target.problem == "binary_classification" and count < LEAST_OF_CLASS:
        return f"{many(count, 'row', 'are')} left with the label {least!r}"
    return None
