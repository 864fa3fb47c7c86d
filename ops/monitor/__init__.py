"""`python -m ops monitor`: have captured requests looked at now, and see what each look found."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from config.loading import ROOT
from ops.console import output, shown
from ops.monitor import looks
from ops.target import OperationError, Target

app = typer.Typer(no_args_is_help=True)
app.command()(looks.start)
app.command()(looks.status)
app.command()(looks.preflight)


@app.command()
def report(
    environment: str,
    use_case: str,
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names of runs, or where one lies: a folder, an S3 URI. Left out: the newest ones.", show_default=False
        ),
    ] = None,
    last: Annotated[int, typer.Option(min=1, max=400, help="How many of the newest, where no run is named.")] = 30,
    baseline: Annotated[
        str | None,
        typer.Option(
            help="Folder or S3 URI of statistics.json and constraints.json; left out: what the run was compared with."
        ),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Where the page goes; left out: the folder build.")] = None,
) -> None:
    """Write a page: what has changed, by how much, what to do, and over time where there are several runs."""
    from ops.monitor.report import Report  # matplotlib takes a while to import
    from ops.monitor.runs import bring

    target = Target.of(environment, use_case)
    monitor = target.use_case.monitor
    if monitor and monitor.backend == "model_monitor" and not runs:
        raise OperationError(
            f"SageMaker Model Monitor watches {use_case}, whose results are no reports. `python -m ops monitor status "
            f"{environment} {use_case}` says what each execution found, and where its constraint_violations.json lies."
        )
    path = to or ROOT / "build" / f"monitor-{target.name}.html"
    with tempfile.TemporaryDirectory(prefix="ml-loop-") as scratch:
        found = bring(target, runs or [], last, baseline, Path(scratch))
        Report(target.name, target.use_case.description, f"{environment} {use_case}", found).write(path)
    output.print(shown(path), soft_wrap=True, highlight=False)
