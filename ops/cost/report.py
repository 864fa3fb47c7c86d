"""A bill with all that is to be said of it, for whichever form it is shown in."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ops.cost.choices import Choice, Reckoning, cheaper, further
from ops.cost.model import Bill, Line, Part, total
from ops.cost.tables import STALE_DAYS, Tables

SHARED = "all use cases share"
WHOLE = "the environment as a whole"
PARTS = {
    Part.IDLE: "idle: from the day it is deployed, used or not",
    Part.LIVE: "live: while a model is live, asked or not",
    Part.USED: "used: as much as is declared in `usage`",
}


@dataclass(frozen=True)
class Row:
    """Lines of one thing, taken together.

    Attributes:
        usd: None if it has no price.
    """

    what: str
    part: Part
    resources: int
    quantity: Decimal
    unit: str
    usd: Decimal | None
    date: str
    instead: bool


@dataclass(frozen=True)
class Report:
    """What a bill says.

    Attributes:
        budget: what the environment's file allows for a month, whole US dollars.
        today: against which tables are called old.
    """

    bill: Bill
    tables: Tables
    budget: int
    further: tuple[Choice, ...]
    cheaper: tuple[Choice, ...]
    today: datetime.date

    @classmethod
    def of(cls, reckoning: Reckoning, budget: int, today: datetime.date) -> "Report":
        """Reckon all choices, and gather what they come to."""
        choices, savings = tuple(further(reckoning)), tuple(cheaper(reckoning))
        return cls(reckoning.bill, reckoning.tables, budget, choices, savings, today)

    @property
    def rows(self) -> list[Row]:
        """Lines by what they are, the dearest first and what has no price last; those of nothing are left out."""
        groups: defaultdict[tuple[Any, ...], list[Line]] = defaultdict(list)
        for line in self.bill.lines:
            if line.need.quantity:
                groups[line.need.what, line.need.part, line.unit, line.date, line.instead].append(line)
        rows = (_row(lines) for lines in groups.values())
        return sorted(rows, key=lambda row: (row.usd is None, -(row.usd or 0), row.what, row.part))

    def by(self, key: Callable[[Line], str]) -> dict[str, dict[Part, Decimal]]:
        """Return sums by part of each group of lines, in the order in which they first come."""
        groups: defaultdict[str, list[Line]] = defaultdict(list)
        for line in self.bill.lines:
            groups[key(line)].append(line)
        return {
            name: {part: total(line for line in lines if line.need.part is part) for part in Part}
            for name, lines in groups.items()
        }

    @property
    def by_stack(self) -> dict[str, dict[Part, Decimal]]:
        """Sums of each stack."""
        return self.by(lambda line: line.stack or WHOLE)

    @property
    def by_use_case(self) -> dict[str, dict[Part, Decimal]]:
        """Sums of each use case."""
        return self.by(lambda line: line.use_case or SHARED)

    @property
    def remarks(self) -> list[str]:
        """What a reader must know of the figures: several days, old tables, prices that stand in, none at all."""
        return [*self._remarks()]

    def sources(self) -> list[Mapping[str, str]]:
        """Return where the prices are from that are in the bill, each once: day, offer, address, copy."""
        found = {(line.date, line.price) for line in self.bill.lines if line.date}
        prices = {table.date: table.prices for table in self.tables.tables}
        keys = sorted({(day, prices[day][name].source) for day, name in found}, reverse=True)
        return [{"date": day, "offer": key, **self.tables.source(day, key)} for day, key in keys]

    def _remarks(self) -> Iterator[str]:
        days = self.bill.dates
        if len(days) > 1:
            count = {day: sum(line.date == day for line in self.bill.lines) for day in days}
            listed = ", ".join(f"{day} ({count[day]} lines)" for day in days)
            yield f"Prices are of {len(days)} days, of each the newest that is known: {listed}."
        refresh = f"python -m ops cost prices refresh --region {self.bill.region}"
        for day in days:
            age = (self.today - datetime.date.fromisoformat(day)).days
            if age > STALE_DAYS:
                yield f"The table of {day} is {age} days old; fetch today's: {refresh}"
        if any(line.instead and line.need.quantity for line in self.bill.lines):
            yield (
                "Lines marked ~ are at the rate of the same machine as an endpoint or a notebook: the tables lack "
                "their own (docs/decisions/prices.md)."
            )
        if self.bill.unpriced:
            yield f"Unpriced, and in no sum: {'; '.join(self.bill.unpriced)}."


def _row(lines: Sequence[Line]) -> Row:
    first, quantity = lines[0], sum((line.need.quantity for line in lines), Decimal(0))
    usd = None if first.usd is None else total(lines)
    return Row(
        first.need.what, first.need.part, len(lines), quantity, first.unit, usd, first.date, first.instead
    )  # fmt: skip
