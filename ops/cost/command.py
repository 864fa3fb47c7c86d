"""`python -m ops cost ENV`: what an environment costs a month; `python -m ops cost prices refresh`: today's prices."""

import datetime
import io
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from config import load_environment
from ops.assembly.model import Assembly
from ops.assembly.reading import read_assembly
from ops.assembly.synthesising import synthesised
from ops.console import errors, output, shown
from ops.cost import offers, refresh
from ops.cost.billing import expected_of
from ops.cost.choices import Reckoning
from ops.cost.document import document
from ops.cost.report import Report
from ops.cost.shown import markdown, page, terminal
from ops.cost.tables import tables_of
from ops.errors import OperationError

_WIDTH = 120  # of a table that goes to a file


class _EnvironmentFirst(TyperGroup):
    """A group whose first word may be an environment: `cost dev` is `cost environment dev`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["environment", *args]
        return super().parse_args(ctx, args)


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


app = typer.Typer(cls=_EnvironmentFirst, no_args_is_help=True)
prices = typer.Typer(no_args_is_help=True)
app.add_typer(prices, name="prices", help="The tables of prices.")


@app.callback()
def _cost() -> None:
    """Say what an environment costs a month: `python -m ops cost dev`."""


@prices.callback()
def _prices() -> None:
    """Group the commands, so that there may be more than one."""


@app.command()
def environment(
    name: Annotated[str, typer.Argument(metavar="ENV", help="An environment: a file of environments/.")],
    format_: Annotated[Format, typer.Option("--format", help="How the report is written.")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="A file to write it to; html needs one.")] = None,
    assembly: Annotated[
        Path | None, typer.Option(help="A cloud assembly such as cdk.out; left out: the environment is synthesised.")
    ] = None,
    date: Annotated[str | None, typer.Option(help="Take the one table of this day, such as 2025-06-18.")] = None,
) -> None:
    """Price an environment, with what is cheaper and what further choices add (docs/cost.md)."""
    if format_ is Format.HTML and out is None:
        raise OperationError("--format html needs a file to write to: --out build/cost.html")
    loaded = load_environment(name)
    tables = tables_of(loaded.region, date)
    found = read_assembly(assembly) if assembly else _synthesised(name)
    if not found.of(name).stacks:
        raise OperationError(f"{assembly} has no stacks of {name}. Synthesise it again: make synth.")
    reckoning = Reckoning.of(found, name, expected_of(loaded), tables)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    _write(Report.of(reckoning, loaded.budget.monthly_usd, today), format_, out)


@prices.command("refresh")
def refresh_prices(
    region: Annotated[str | None, typer.Option(help="Whose prices; left out: those of every environment.")] = None,
    address: Annotated[str, typer.Option(help="Where the price list is.")] = offers.ADDRESS,
) -> None:
    """Fetch AWS's public price list into tables of today; needs no credentials."""
    from config import environment_names  # only here

    regions = [region] if region else sorted({load_environment(name).region for name in environment_names()})
    for wanted in regions:
        path, lacking = refresh.fetch(wanted, address.rstrip("/"))
        output.print(f"wrote {shown(path)}", soft_wrap=True)
        if lacking:
            errors.print(f"The price list has none of: {', '.join(lacking)}", highlight=False, soft_wrap=True)


def _write(report: Report, format_: Format, out: Path | None) -> None:
    if format_ is Format.HTML and out is not None:
        page(report, out)
    elif format_ is Format.TABLE and out is None:
        terminal(report, output)
        return
    else:
        _text(_rendered(report, format_), out)
    if out is not None:
        errors.print(f"wrote {shown(out)}", soft_wrap=True)


def _rendered(report: Report, format_: Format) -> str:
    if format_ is Format.JSON:
        return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"
    if format_ is Format.MARKDOWN:
        return markdown(report)
    text = io.StringIO()
    terminal(report, Console(width=_WIDTH, file=text))
    return text.getvalue()


def _text(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")


def _synthesised(name: str) -> Assembly:
    with errors.status(f"Synthesising {name} ..."):
        return synthesised(name)
