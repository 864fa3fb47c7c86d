"""`python -m ops experiment`: champion and challenger compared on live requests."""

from typing import Annotated

import typer

from ops.console import output
from ops.target import OperationError, Target

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `plan` a command of its own."""


@app.command()
def plan(
    environment: str,
    use_case: str,
    per_day: Annotated[
        float | None, typer.Option(min=0.001, help="Requests a day whose outcome becomes known, of both variants.")
    ] = None,
    effect: Annotated[
        float | None, typer.Option(help="Smallest difference worth finding; left out: `experiment.smallest_effect`.")
    ] = None,
    baseline: Annotated[
        float | None,
        typer.Option(help="The champion's error rate or AUC; left out: as on the test split it was judged on."),
    ] = None,
    deviation: Annotated[
        float | None, typer.Option(help="Standard deviation of one request's number; left out: likewise.")
    ] = None,
) -> None:
    """Say how many requests an experiment on the use case's terms takes, before it starts."""
    from ops.experiment import planning  # SciPy's functions take a while to import

    target = Target.of(environment, use_case)
    if target.use_case.experiment is None:
        raise OperationError(
            f"{use_case} declares no experiments. Add a section `experiment` to its use_case.yaml (docs/use-cases.md)."
        )
    known = planning.Known.given(target, baseline, deviation)
    output.print(planning.table(planning.planned(target.use_case, known, effect, per_day), known, target.use_case))
