"""`python -m ops experiment`: champion and challenger compared on live requests."""

import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from config.loading import ROOT
from ops.console import output, shown
from ops.experiment import function, terminal
from ops.experiment.together import Together

app = typer.Typer(no_args_is_help=True)
Effect = Annotated[
    float | None, typer.Option(help="Smallest difference worth finding; left out: `experiment.smallest_effect`.")
]
Baseline = Annotated[
    float | None,
    typer.Option(help="The champion's error rate or AUC; left out: as on the test split it was judged on."),
]
Deviation = Annotated[
    float | None, typer.Option(help="Standard deviation of one request's number; left out: likewise.")
]
Alike = Annotated[
    str | None,
    typer.Option(
        "--users",
        metavar="REQUESTS:CORRELATION",
        help="Where users keep a variant, requests of a user (the mean over requests, more than that over users where "
        "some send many) and how alike they are, from 0 to 1: 12:0.1. Left out: as the newest experiment found it.",
    ),
]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]
By = Annotated[str | None, typer.Option(help="Who, for the record; left out: whose credentials these are.")]
Number = Annotated[int | None, typer.Option(help="Of an earlier experiment; left out: the newest.", min=1)]


@app.command()
def plan(
    environment: str,
    use_case: str,
    per_day: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            help="Requests a day whose outcome becomes known, of both variants; left out: the endpoint's requests of "
            "the last seven days, as if all became known.",
        ),
    ] = None,
    effect: Effect = None,
    baseline: Baseline = None,
    deviation: Deviation = None,
    users: Alike = None,
) -> None:
    """Say how many requests an experiment on the use case's terms takes, before it starts."""
    from ops.experiment import planning, traffic  # SciPy's functions take a while to import

    target = function.target_of(environment, use_case)
    known = planning.Known.given(target, baseline, deviation)
    planning.planned(target.use_case, known, effect, per_day)  # what cannot be is said before anything is asked
    together = Together.given(target, users)
    daily, about = (per_day, "") if per_day else traffic.of_last_week(target)
    found = planning.planned(target.use_case, known, effect, daily, together.effect)
    output.print(planning.table(found, known, target.use_case, daily, together.per_user))
    for line in filter(None, (together.about, about)):
        output.print(escape(line), soft_wrap=True, highlight=False)


@app.command()
def start(  # noqa: PLR0913, PLR0917 - the options of a command
    environment: str,
    use_case: str,
    reason: Reason = "started by command",
    by: By = None,
    effect: Effect = None,
    baseline: Baseline = None,
    deviation: Deviation = None,
    users: Alike = None,
    outcome_hours: Annotated[
        int | None,
        typer.Option(min=0, max=2160, help="By when outcomes are known; left out: `experiment.outcome_hours`."),
    ] = None,
) -> None:
    """Begin an experiment between champion and challenger; its terms are those of now, whatever changes later."""
    from ops.experiment import planning, starting

    target = function.target_of(environment, use_case)
    known = planning.Known.given(target, baseline, deviation)
    together = Together.given(target, users)
    plan = planning.planned(target.use_case, known, effect, None, together.effect)
    terms = starting.terms_of(target.use_case, known, plan, effect, together.per_user, outcome_hours)
    starting.captures_stay(target, terms)
    answer = function.ask(
        target,
        start=terms.model_dump(mode="json"),
        by=by or function.caller(target),
        why=reason,
        request=str(uuid.uuid4()),
    )
    output.print(f"Experiment {answer['experiment']}: {escape(answer['rest'])}", soft_wrap=True, highlight=False)
    if about := starting.hint(target, terms):
        output.print(about, soft_wrap=True, highlight=False)


@app.command()
def look(environment: str, use_case: str) -> None:
    """Look at the experiment now, besides its schedule: looks never make a decision less sound."""
    target = function.target_of(environment, use_case)
    answer = function.ask(target)
    output.print(f"Experiment {answer['experiment']}: {escape(answer['rest'])}", soft_wrap=True, highlight=False)


@app.command()
def status(environment: str, use_case: str, number: Number = None) -> None:
    """Show an experiment: its share, its newest looks, and how it ended."""
    target = function.target_of(environment, use_case)
    trial = function.newest(target, number)
    looks = function.records(target).looks(trial)
    for line in terminal.lines(trial, looks):
        output.print(escape(line), soft_wrap=True, highlight=False)
    if looks:
        output.print(terminal.table(looks))


@app.command()
def stop(
    environment: str,
    use_case: str,
    reason: Reason = "stopped by command",
    by: By = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the challenger's weight as it is; else it gets no more requests.")
    ] = False,
) -> None:
    """End the experiment that runs, without a decision; the challenger stays in its slot."""
    target = function.target_of(environment, use_case)
    answer = function.ask(target, stop=True, keep=keep, by=by or function.caller(target), why=reason)
    output.print(f"Experiment {answer['experiment']}: {escape(answer['rest'])}", soft_wrap=True, highlight=False)


@app.command()
def report(
    environment: str,
    use_case: str,
    number: Number = None,
    to: Annotated[Path | None, typer.Option(help="Where the page goes; left out: the folder build.")] = None,
) -> None:
    """Write a page: the interval over time, who got how many requests, the guards, and the decision."""
    from ops.experiment.report import Report  # matplotlib takes a while to import

    target = function.target_of(environment, use_case)
    trial = function.newest(target, number)
    kept = function.records(target)
    path = to or ROOT / "build" / f"experiment-{target.name}-{trial.number}.html"
    Report(target.name, target.use_case.description, trial, kept.looks(trial), kept.stretches(trial)).write(path)
    output.print(shown(path), soft_wrap=True, highlight=False)
