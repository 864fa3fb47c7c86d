"""`python -m ops use-case`: one from a file without code, into an environment, more data for it, its notebook."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from config import load_use_case
from config.loading import ROOT
from config.use_case.metrics import Problem
from ops import environment_file
from ops.console import errors, output, shown
from ops.errors import OperationError
from ops.use_case_notebook import FILE
from ops.use_case_notebook import notebook as use_case_notebook

Dates = Literal["day-first", "month-first"]
_MISSING = "Stands for a missing value, such as -999, besides empty fields and NA; once for each mark."

app = typer.Typer(no_args_is_help=True)


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
    missing: Annotated[list[str] | None, typer.Option(metavar="MARK", help=_MISSING)] = None,
) -> None:
    """Write the folder of a use case from a table: schema, features, split, training, gate, notebook, raw data."""
    # Reading tables brings DuckDB and scikit-learn, which no other command needs.
    from ops.new_use_case import Request, create, summary
    from ops.new_use_case.wording import many

    marks = tuple(missing or ())
    created = create(Request(name, data, label, time, problem, positive, clusters, encoding, dates, marks))
    plan = created.plan
    output.print(
        f"wrote {shown(created.folder)}: {plan.target.problem}, {many(plan.rows, 'row')}, "
        f"{many(len(plan.used), 'column')} used",
        highlight=False,
        soft_wrap=True,
    )
    for line in summary.lines(plan):
        errors.print(escape(line), highlight=False, soft_wrap=True)
    output.print(_NEXT.format(name=name, folder=shown(created.folder)), highlight=False, soft_wrap=True)


@app.command()
def add(name: str, environment: str) -> None:
    """Name a use case in environments/<environment>.yaml, so that it is deployed there."""
    changed = environment_file.add_use_case(environment, name)
    said = "has it now" if changed else "has it already"
    output.print(
        f"environments/{environment}.yaml {said}; deploy: cdk deploy '{environment.capitalize()}/*'", highlight=False
    )


@app.command("data")
def more(
    name: str,
    data: Annotated[Path, typer.Option(help="A CSV or Parquet file with the columns of the first one.")],
    keep: Annotated[bool, typer.Option("--add", help="Add its rows to those that are there.")] = False,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV file, such as cp1252.")] = None,
    dates: Annotated[Dates | None, typer.Option(help="Where 03/04 can be both.")] = None,
) -> None:
    """Make a file the raw table of a use case that is there, held against its use_case.yaml."""
    from ops.new_use_case.more import place
    from ops.new_use_case.wording import many

    placed = place(name, data, keep, encoding, dates)
    output.print(
        f"wrote {shown(placed.path)}: {many(placed.rows, 'row')}, {placed.new} of them from {shown(data)}",
        highlight=False,
        soft_wrap=True,
    )
    for note in placed.notes:
        errors.print(escape(note), highlight=False, soft_wrap=True)
    output.print(_NEXT_OF_DATA.format(name=name), highlight=False, soft_wrap=True)


@app.command()
def notebook(
    name: Annotated[str, typer.Argument(help="A folder of pipelines_src.")],
    replace: Annotated[bool, typer.Option(help="Write it even if that loses changes.")] = False,
) -> None:
    """Write the notebook of a use case: look at the data, train, evaluate, plot."""
    path = ROOT / "pipelines_src" / name / FILE
    text = use_case_notebook(load_use_case(name))
    if path.exists() and path.read_text(encoding="utf-8") != text and not replace:
        raise OperationError(
            f"{shown(path)} differs from what would be written: somebody changed it, or ran it. Keep a copy, then "
            "write it with --replace."
        )
    path.write_text(text, encoding="utf-8")
    output.print(f"wrote {shown(path)}", highlight=False, soft_wrap=True)


_NEXT = """next:
  1. read {folder}/use_case.yaml: each decision stands there with its reason
  2. look at the data in {folder}/notebook.ipynb
  3. try it in the cloud on this laptop: python -m ops demo --use-case {name}
  4. name it in an environment: python -m ops use-case add {name} <environment>
  5. deploy, upload, start, approve, predict: docs/use-cases.md has the commands"""
_NEXT_OF_DATA = """next:
  1. python -m ops data upload <environment> {name}
  2. python -m ops pipeline start <environment> {name}"""
