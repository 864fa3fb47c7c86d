"""The declared rules of cleaning. A record that goes keeps its row, with the reason, so that it can be counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..errors import StepError
from ..use_case import Document, UseCase
from .records import EXCLUDED, LABEL, RECORD_ID
from .repetitions import suspected

CHANGED = "@changed"  # bit n: the nth rule changed a value of the row
_MOST_RULES = 62


@dataclass(frozen=True)
class Cleaner:
    """Applies the rules of a use case, in their order, to records that are still in it."""

    engine: Engine
    use_case: UseCase

    def clean(self, table: ir.Table) -> ir.Table:
        """Return the table with changed values, more reasons in `@excluded`, and the column `@changed`."""
        rules = self.use_case.prepare["clean"]
        if len(rules) > _MOST_RULES:
            raise StepError(f"prepare.clean has {len(rules)} rules; allowed are {_MOST_RULES}. Join some of them.")
        table = table.mutate(**{CHANGED: ibis.literal(0, "int64")})
        for place, rule in enumerate(rules):
            table = self._apply(table, place, rule)
        return table

    def _apply(self, table: ir.Table, place: int, rule: Document) -> ir.Table:
        reason = f"rule {place + 1}: {rule['rule']}"
        if rule["rule"] in ("duplicates", "contradictions"):
            return self._repeated(table, reason, [self._column(name) for name in rule["columns"]], rule["rule"])
        column = self._column(rule["column"])
        value = table[column]
        if rule["rule"] == "known":
            return drop(table, value.isnull(), reason)
        if rule["rule"] == "fill":
            return _change(table, place, column, value.isnull(), ibis.literal(rule["value"]).cast(value.type()))
        wrong, nearest = _wrong(value, self._values(rule))
        # A record without a label is none to learn from: with its label the record goes.
        if rule["otherwise"] == "drop" or (column == LABEL and rule["otherwise"] == "missing"):
            return drop(table, wrong, reason)
        other = nearest if rule["otherwise"] == "clip" else ibis.null(value.type())
        return _change(table, place, column, wrong, other)

    def _column(self, name: str) -> str:
        return LABEL if name == self.use_case.label else name

    def _values(self, rule: Document) -> Document:
        """Return the rule with values of the label as the label is by now: places among those that are declared."""
        if rule["rule"] != "one_of" or rule["column"] != self.use_case.label:
            return rule
        data = self.use_case.data
        declared = data["classes"] or [data["negative"], data["positive"]]
        return {**rule, "values": [place for place, one in enumerate(declared) if str(one) in rule["values"]]}

    def _repeated(self, table: ir.Table, reason: str, columns: Sequence[str], kind: str) -> ir.Table:
        """Drop rows that are equal in some columns: all but the first, or all if they contradict each other."""
        usable = table.filter(table[EXCLUDED].isnull())
        suspects, rest = suspected(self.engine, _slug(reason), usable, columns)
        if suspects is None:
            return table
        group = [suspects[column] for column in columns]
        if kind == "contradictions":
            label = suspects[LABEL]
            wrong = label.min().over(group_by=group) != label.max().over(group_by=group)
        else:
            wrong = ibis.row_number().over(group_by=group, order_by=suspects[RECORD_ID]) > 0
        left_out = table.filter(table[EXCLUDED].notnull())
        return ibis.union(drop(suspects, wrong, reason), rest, left_out)


def _wrong(value: Any, rule: Document) -> tuple[Any, Any]:
    """Return whether a value breaks a rule, and the nearest one that keeps it."""
    if rule["rule"] == "one_of":
        return value.notnull() & value.notin(rule["values"]), value
    lowest, highest = rule["at_least"], rule["at_most"]
    wrong = ibis.literal(False)
    nearest = value
    if lowest is not None:
        wrong, nearest = wrong | (value < lowest), ibis.greatest(nearest, lowest)
    if highest is not None:
        wrong, nearest = wrong | (value > highest), ibis.least(nearest, highest)
    return wrong, nearest


def drop(table: ir.Table, wrong: Any, reason: str) -> ir.Table:
    """Leave rows out that are still in, where `wrong` holds."""
    usable = table[EXCLUDED].isnull()
    return table.mutate(**{EXCLUDED: ibis.ifelse(usable & wrong.fill_null(False), reason, table[EXCLUDED])})


def _change(table: ir.Table, place: int, column: str, wrong: Any, other: Any) -> ir.Table:
    changes = wrong.fill_null(False) & table[EXCLUDED].isnull()
    return table.mutate(
        **{
            column: ibis.ifelse(changes, other, table[column]),
            CHANGED: table[CHANGED] + ibis.ifelse(changes, 2**place, 0),
        }
    )


def _slug(reason: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in reason)
