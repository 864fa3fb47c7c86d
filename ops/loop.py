"""`python -m ops loop`: train again now, and see each turn of the loop: why, on which data, and what came of it."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from config.loading import ROOT
from ops import control_function, loop_report, preparation
from ops.console import output, shown
from ops.target import OperationError, Target
from retrain.events import Cause, Look, Terms
from retrain.records import Records
from retrain.state import SPLIT_UNTIL, Turn

app = typer.Typer(no_args_is_help=True)


@app.command()
def start(
    environment: str,
    use_case: str,
    until: Annotated[
        datetime | None, typer.Option(help="End of the newest data, in UTC, where it is not now: 2013-06-01.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Watch until the turn ends.")] = True,
) -> None:
    """Train again now, whatever time has passed; with --wait, exit 1 if the turn fails.

    While something else runs the request is kept, and begins after it.
    """
    target = _target(environment, use_case)
    at = datetime.now(UTC).replace(microsecond=0)
    caller = str(target.sts.get_caller_identity()["Arn"])
    cause = Cause(kind="command", at=at, source=caller, until=until.replace(tzinfo=UTC) if until else None)
    output.print(escape(_ask(target, cause)), soft_wrap=True)
    if wait:
        ended = watch(target, cause)
        output.print(escape(described(ended)), soft_wrap=True, highlight=False)
        if ended.result == "failed":
            raise typer.Exit(1)


@app.command()
def status(environment: str, use_case: str) -> None:
    """Show the turns of the loop, newest first."""
    target = _target(environment, use_case)
    turns = records(target).turns(target.use_case.name)
    for turn in turns:
        output.print(escape(described(turn)), soft_wrap=True, highlight=False)
    if not turns:
        output.print(f"The loop of {target.name} has not turned yet.")


@app.command()
def report(
    environment: str,
    use_case: str,
    to: Annotated[Path | None, typer.Option(help="Where the page goes; left out: the folder build.")] = None,
) -> None:
    """Write a page: each turn, why it began, its data and labels, its model, and what was decided about it."""
    target = _target(environment, use_case)
    path = to or ROOT / "build" / f"loop-{target.name}.html"
    turns = records(target).turns(target.use_case.name)
    loop_report.write(path, target.name, target.use_case.description, turns)
    output.print(shown(path), soft_wrap=True, highlight=False)


def described(turn: Turn) -> str:
    """Return a turn in a line."""
    why = ", ".join(f"{cause.kind} ({cause.source})" for cause in turn.causes)
    until = turn.parameters.get(SPLIT_UNTIL)
    data = f"; data until {until}" if until else ""
    again = f", try {turn.attempt}" if turn.attempt > 1 else ""
    said = "; ".join(part for part in (f"{turn.result}: {turn.detail}" if turn.detail else turn.result, why) if part)
    labels = f"; labels: {turn.labels}" if turn.labels and turn.labels != turn.detail else ""
    decision = f"; then {turn.decision}" if turn.decision else ""
    return f"turn {turn.number}{again}, {turn.claimed_at:%Y-%m-%d %H:%M}, {said}{data}{labels}{decision}"


def watch(target: Target, cause: Cause, every: float = 2.0) -> Turn:
    """Wait until the turn that answers a cause ends, and return it."""
    known = records(target)
    while True:
        # Older ones are in `turns` as well; a turn that failed and is tried again is not the end.
        found = [turn for turn in known.turns(target.use_case.name) if cause in turn.causes]
        if found and found[0].result != "started":
            return found[0]
        time.sleep(every)


def _target(environment: str, use_case: str) -> Target:
    target = Target.of(environment, use_case)
    if target.use_case.retrain is None:
        raise OperationError(
            f"{use_case} is not trained again by itself: its use_case.yaml has no section retrain. Add one and deploy "
            "(docs/retraining.md), or train once: `python -m ops pipeline start`."
        )
    return target


def _ask(target: Target, cause: Cause) -> str:
    look = Look(use_case=target.use_case.name, terms=_terms(target), causes=(cause,))
    asked = look.model_dump(mode="json")
    return str(control_function.ask(target, "RetrainFunctionName", asked, "docs/runbooks/retraining.md")["rest"])


def _terms(target: Target) -> Terms:
    retrain = target.use_case.retrain
    said = retrain.terms(target.use_case.train, target.use_case.label) if retrain else {}
    if target.use_case.prepare.before_the_pipeline:
        said |= {"machine": preparation.machine(target)}
    return Terms.model_validate(said)


def records(target: Target) -> Records:
    """Return the table of turns."""
    return Records(target.dynamodb, target.output("control", "TurnsTable"))
