"""A report in a terminal, as Markdown, and as a page."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops import pages
from ops.cost.amounts import dollars, rounded
from ops.cost.model import Part
from ops.cost.report import PARTS, Report, Row
from ops.pages import Card

Cells = list[tuple[str, ...]]
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#])")


def terminal(report: Report, console: Console) -> None:
    """Print a report: the sums first, remarks last."""
    for text in summary(report):
        console.print(escape(text), highlight=False, soft_wrap=True)
    for title, columns, rows in tables(report):
        shown = Table(title=title, title_justify="left")
        for place, column in enumerate(columns):
            named = place == 0 or column == _UNPRICED
            number = not named and column not in _WORDS
            shown.add_column(column, justify="right" if number else "left", overflow="fold", no_wrap=not named)
        for cells in rows:
            shown.add_row(*map(escape, cells))
        console.print(shown)
    for text in report.remarks:
        console.print(escape(text), highlight=False, soft_wrap=True)


def markdown(report: Report) -> str:
    """Return a report as Markdown; what templates say is escaped."""
    blocks = [f"# What {_plain(report.bill.environment)} costs a month, {report.bill.region}"]
    blocks += [_plain(text) for text in summary(report)]
    for title, columns, rows in tables(report):
        head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
        body = "\n".join(f"| {' | '.join(map(_plain, cells))} |" for cells in rows)
        blocks += [f"## {title}", f"{head}\n{body}"]
    blocks.append("\n".join(f"- {_plain(text)}" for text in report.remarks))
    return "\n\n".join(blocks).rstrip() + "\n"


def page(report: Report, path: Path) -> None:
    """Write the self-contained page."""
    most = max((row.usd or Decimal(0) for row in report.rows), default=Decimal(0)) or Decimal(1)
    pages.write(
        Path(__file__).with_name("page.html.j2"),
        path,
        environment=report.bill.environment,
        region=report.bill.region,
        cards=_cards(report),
        summary=summary(report),
        rows=[(row, _cells(row), int(100 * (row.usd or 0) / most)) for row in report.rows],
        tables=[table for table in tables(report) if table[0] != _LINES],
        words=_NAMED,
        remarks=report.remarks,
        sources=report.sources(),
        written=report.today,
    )


def tables(report: Report) -> Iterator[tuple[str, tuple[str, ...], Cells]]:
    """Give the tables of a report: title, names of columns, cells."""
    yield _LINES, ("what", "when", "quantity", "USD a month", "price of"), list(map(_cells, report.rows))
    columns = (*(part.value for part in Part), "together")
    yield "By stack", ("stack", *columns), _sums(report.by_stack)
    yield "By use case", ("use case", *columns), _sums(report.by_use_case)
    for title, choices in (("What would save", report.cheaper), ("What further choices add", report.further)):
        cells: Cells = [
            (choice.text, dollars(choice.usd, signed=True), "; ".join(choice.unpriced)) for choice in choices
        ]
        if cells:
            yield title, ("choice", "USD a month", _UNPRICED), cells


def summary(report: Report) -> list[str]:
    """Return the sums in sentences."""
    bill = report.bill
    listed = [f"{dollars(bill.usd(part))} USD {text}" for part, text in PARTS.items()]
    without = f", without {len(bill.unpriced)} that have no price" if bill.unpriced else ""
    together = f"Together {dollars(bill.usd())} USD a month{without}; the budget is {report.budget:,}."
    return [f"{bill.environment}, {bill.region}: {'; '.join(listed)}.", together]


_LINES = "What is paid for"
_UNPRICED = "unpriced in it"
_THOUSANDTH = Decimal("0.001")
_NAMED = ("stack", "use case", "choice", _UNPRICED)
_WORDS = ("when", "price of")
# How units of the price list are written for people.
_UNITS = {
    "GB": "GB",
    "GB-Mo": "GB-months",
    "Hrs": "hours",
    "Lambda-GB-Second": "GB-seconds",
    "ReadRequestUnits": "units",
    "StateTransitions": "transitions",
    "WriteRequestUnits": "units",
}


def _cards(report: Report) -> list[Card]:
    bill = report.bill
    within = bill.usd() <= report.budget
    return [
        *(Card(f"{dollars(bill.usd(part))} USD", PARTS[part].replace("`", "")) for part in Part),
        Card(f"{dollars(bill.usd())} USD", f"together a month; the budget is {report.budget:,} USD", within),
    ]


def _cells(row: Row) -> tuple[str, ...]:
    what = row.what if row.resources == 1 else f"{row.what}, {row.resources:,} of them"
    quantity = "" if row.usd is None else f"{_number(row.quantity)} {_UNITS.get(row.unit, row.unit.lower())}"
    day = f"{row.date} ~" if row.instead else row.date
    return what, row.part.value, quantity, dollars(row.usd), day


def _sums(groups: Mapping[str, Mapping[Part, Decimal]]) -> Cells:
    return [
        (name, *(dollars(sums[part]) for part in Part), dollars(sum(sums.values(), Decimal(0))))
        for name, sums in groups.items()
    ]


def _number(quantity: Decimal) -> str:
    shown = f"{rounded(quantity, _THOUSANDTH):,f}"
    return shown.rstrip("0").rstrip(".")


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
