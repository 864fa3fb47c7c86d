"""Have captured requests looked at now, and see what each look found."""

import time
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from config.use_case.monitor_agreement import monitor_terms
from monitor.events import Ask, Look, Terms
from monitor.records import Records
from monitor.state import Run
from ops import control_function
from ops.console import output
from ops.findings import show
from ops.target import OperationError, Target

_RUNBOOK = "docs/runbooks/monitoring.md"


def start(
    environment: str,
    use_case: str,
    start: Annotated[datetime | None, typer.Option("--from", help="Requests from this time on, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Requests before this time, in UTC; with --from.")] = None,
    outcome_hours: Annotated[
        int | None, typer.Option(min=0, help="By when outcomes are known; else as the use case's file says.")
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Publish the figures as of the window's end, where no alarm looks.")
    ] = False,
    wait: Annotated[bool, typer.Option(help="Watch until the looks end.")] = True,
) -> None:
    """Look at a window of every variant that serves: the last hours, or another one; exit 1 if a look fails."""
    target = _target(environment, use_case)
    if target.use_case.monitor and target.use_case.monitor.backend == "model_monitor":
        raise OperationError(
            f"Model Monitor looks at {use_case} at its own hours and lets nobody ask in between. `ops monitor status` "
            "has what it found; `monitor.backend: processing_job` can be asked at any time."
        )
    if (start is None) != (until is None) or (start and until and start >= until):
        raise OperationError(
            f"--from is {start or 'left out'} and --until {until or 'left out'}; allowed are both, the first before "
            "the second, or neither. Correct them."
        )
    ask = Ask(
        request=uuid.uuid4().hex,
        by=str(target.sts.get_caller_identity()["Arn"]),
        at=datetime.now(UTC).replace(microsecond=0),
        start=_utc(start),
        until=_utc(until),
        history=history,
    )
    began = begin(target, ask, outcome_hours)
    output.print(escape(f"Begun: {', '.join(began)}"), soft_wrap=True)
    if wait:
        ended = watch(target, began)
        for run in ended:
            output.print(escape(described(run)), soft_wrap=True, highlight=False)
        if any(run.result != "succeeded" for run in ended):
            raise typer.Exit(1)


def status(
    environment: str,
    use_case: str,
    most: Annotated[int, typer.Option("--last", min=1, max=300, help="How many looks are shown.")] = 20,
) -> None:
    """Show the looks at captured requests, newest first."""
    target = _target(environment, use_case)
    runs = records(target).runs(target.use_case.name, most)
    for run in runs:
        output.print(escape(described(run)), soft_wrap=True, highlight=False)
    if not runs:
        output.print(f"Nothing has looked at the requests of {target.name} yet.")


def preflight(environment: str, use_case: str) -> None:
    """Ask the account whether SageMaker Model Monitor is open to it, where that watches; exit 1 if not."""
    from ops.monitor.account import findings

    show(findings(_target(environment, use_case)))


def described(run: Run) -> str:
    """Return a run in a line."""
    version = run.package.rpartition("/")[2]
    of = f"{run.variant} (version {version})" if version else run.variant
    again = f", try {run.attempt}" if run.attempt > 1 else ""
    window = f"{run.start:%Y-%m-%d %H:%M} to {run.until:%Y-%m-%d %H:%M}"
    figures = {name: run.figures[name] for name in ("captured_records", "labelled_predictions") if name in run.figures}
    counted = "".join(f"; {name.replace('_', ' ')}: {value:g}" for name, value in figures.items())
    said = f": {run.detail}" if run.detail else ""
    report = f"; {run.report}" if run.report else ""
    return f"run {run.number}{again}, {of}, {run.part} of {window}, {run.result}{said}{counted}{report}"


def watch(target: Target, names: list[str], every: float = 2.0) -> list[Run]:
    """Wait until runs end, and return them."""
    while True:
        found = [run for run in records(target).runs(target.use_case.name) if run.name in names]
        if all(run.result != "started" for run in found):
            return found
        time.sleep(every)


def records(target: Target) -> Records:
    """Return the table of runs."""
    return Records(target.dynamodb, target.output("control", "MonitorRunsTable"))


def _target(environment: str, use_case: str) -> Target:
    target = Target.of(environment, use_case)
    if target.use_case.monitor is None:
        raise OperationError(
            f"Nobody watches {use_case}: its use_case.yaml has no section monitor. Add one and deploy "
            "(docs/monitoring.md)."
        )
    return target


def begin(target: Target, ask: Ask, outcome_hours: int | None) -> list[str]:
    """Have the looks begin, and return their names; OperationError if none does."""
    monitor = target.use_case.monitor
    days = target.environment.retention.capture_days
    terms: dict[str, Any] = monitor_terms(target.use_case, monitor, days) if monitor else {}
    if outcome_hours is not None:
        terms["outcome_hours"] = outcome_hours
    look = Look(use_case=target.use_case.name, terms=Terms.model_validate(terms), ask=ask)
    answer = control_function.ask(target, "MonitorFunctionName", look.model_dump(mode="json"), _RUNBOOK)
    began: list[str] = answer["began"]
    if not began:
        raise OperationError(
            f"Nothing begins: {answer['rest']}. Outcomes must be known as well: a window ends "
            f"{terms['outcome_hours']} hours ago at the latest, or say --outcome-hours. {_RUNBOOK} has more."
        )
    return began


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None
