"""`python -m ops use-case`: a new use case from a file, without writing code."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from config.use_case.metrics import Problem
from ops.console import errors, output, shown

Dates = Literal["day-first", "month-first"]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `new` a command of its own."""


@app.command()
def new(  # noqa: PLR0913, PLR0917 - options of a command
    name: Annotated[str, typer.Argument(help="Small letters, digits, underscores: pump_failures.")],
    data: Annotated[Path, typer.Option(help="A CSV or Parquet file.")],
    label: Annotated[str | None, typer.Option(help="Column to predict; left out: rows are clustered.")] = None,
    time: Annotated[str | None, typer.Option(help="Column that says when; rows are then split by time.")] = None,
    problem: Annotated[Problem | None, typer.Option(help="In place of what the label's values say.")] = None,
    positive: Annotated[str | None, typer.Option(help="The event, of a label with two values.")] = None,
    clusters: Annotated[int | None, typer.Option(min=2, max=10_000, help="Number of clusters.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV file, such as cp1252.")] = None,
    dates: Annotated[Dates | None, typer.Option(help="Where 03/04 can be both.")] = None,
) -> None:
    """Write the folder of a use case from a table: schema, features, split, training, gate, notebook, raw data."""
    # Reading tables brings DuckDB and scikit-learn, which no other command needs.
    from ops.new_use_case import Request, create

    created = create(Request(name, data, label, time, problem, positive, clusters, encoding, dates))
    plan = created.plan
    output.print(
        f"wrote {shown(created.folder)}: {plan.target.problem}, {plan.rows} rows, {len(plan.used)} columns used"
    )
    for note in plan.notes:
        errors.print(escape(note), highlight=False, soft_wrap=True)
    for role in plan.left_out:
        errors.print(
            f"left out {escape(role.column.column.original)}: {escape(role.why_not or '')}",
            highlight=False,
            soft_wrap=True,
        )
    output.print(_NEXT.format(name=name, folder=shown(created.folder)), highlight=False, soft_wrap=True)


_NEXT = """next:
  1. read {folder}/use_case.yaml: each decision stands there with its reason
  2. look at the data in {folder}/notebook.ipynb
  3. add {name} to use_cases in environments/<environment>.yaml and deploy (docs/use-cases.md)
  4. python -m ops data upload <environment> {name}
  5. python -m ops pipeline start <environment> {name}"""
