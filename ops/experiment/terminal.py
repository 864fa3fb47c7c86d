"""An experiment, as a terminal shows it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from experiment.trial import Look, Trial

NEWEST = 10


def lines(trial: Trial, looks: Sequence[Look]) -> Iterator[str]:
    """Yield what is to be said of an experiment."""
    yield f"Experiment {trial.name}: {_state(trial)}"
    yield f"  champion version {_version(trial.champion)}, challenger version {_version(trial.challenger)}"
    yield f"  started {trial.started_at:%Y-%m-%d %H:%M} UTC by {trial.started_by}: {trial.why}"
    decided = [look for look in looks if look.outcome not in ("open", "failed")]
    if trial.result == "running":
        moving = "" if trial.since else " (weights are moving)"
        yield f"  the challenger gets {trial.share:.1%} of the requests{moving}"
    known = [look.numbers for look in decided if "champion_users" in look.numbers]
    if known:
        yield f"  {users(known[-1])}"
    if decided:
        yield f"  last: {decided[-1].reason}"
    if trial.ending and trial.result == "running":
        yield f"  ends: {trial.ending.result}: {trial.ending.reason}"


def users(numbers: Mapping[str, Any]) -> str:
    """Return whose the records of a look are, for people."""
    both = f"{numbers['champion_users']:,} / {numbers['challenger_users']:,}"
    nobody = f"; of {numbers['records_of_nobody']:,} records the user is not known"
    return f"users {both}; design effect {numbers['design_effect']:.2f}{nobody if numbers['records_of_nobody'] else ''}"


def table(looks: Sequence[Look]) -> Table:
    """Return the newest looks."""
    shown = Table(title_justify="left", title=f"The newest of {len(looks)} looks")
    for column in ("look", "share", "records", "advantage", "outcome"):
        shown.add_column(column, no_wrap=True)
    shown.add_column("because", overflow="fold")
    for look in list(looks)[-NEWEST:]:
        numbers = look.numbers
        records = f"{numbers['champion_records']} / {numbers['challenger_records']}" if "p_value" in numbers else ""
        low, high = (numbers.get(name) for name in ("gain_low", "gain_high"))
        gain = "" if low is None or high is None else f"{low:+.4g} to {high:+.4g}"
        cells = (look.name, f"{look.share:.1%}", records, gain, look.outcome, look.reason)
        shown.add_row(*map(escape, cells))
    return shown


def _state(trial: Trial) -> str:
    if trial.result == "running":
        return "running"
    return f"{trial.result} {trial.ended_at:%Y-%m-%d %H:%M} UTC: {trial.detail}"


def _version(package: str) -> str:
    return package.rpartition("/")[2]
