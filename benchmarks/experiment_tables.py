"""Tables and figures of the simulated experiments. `python -m benchmarks.experiment_tables` measures them alone."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import experiment_users, experiments
from benchmarks.experiment_results import ALPHA, MEDIAN, Alarms, Delay, FalseDecisions, SampleSize, Together
from benchmarks.experiment_worlds import ROOT


def show(console: Console, out: Path) -> bool:
    """Simulate, print tables, write figures and plot into a folder; whether all promises are kept."""
    false, sizes = experiments.run(out)
    alarms, delays = experiments.safety()
    users = [experiment_users.false_decisions(world, seed=at) for at, world in enumerate(experiment_users.WORLDS)]
    for table in (_false(false), _users(users), _sizes(sizes), _alarms(alarms), _delays(delays)):
        console.print(table)
    bounds = ", ".join(f"{bound} at {times} times" for times, bound in MEDIAN.items())
    console.print(
        f"Promised: no more false decisions and alarms than {ALPHA:.0%} by their 95 % intervals, where the repeated "
        "z test, or the sequence that takes users' requests for independent, has thrice as many false decisions; "
        "records until a decision at the median, in samples of the fixed "
        f"horizon, at most {bounds} the planned effect."
    )
    promises: Sequence[FalseDecisions | SampleSize | Alarms | Together] = [*false, *users, *sizes, *alarms]
    results: Sequence[FalseDecisions | SampleSize | Alarms | Together | Delay] = [*promises, *delays]
    (out / "experiments.json").write_text(json.dumps([result.summary() for result in results], indent=2) + "\n")
    return all(result.kept for result in promises)


def _false(results: Sequence[FalseDecisions]) -> Table:
    table = Table(
        "no difference, looked at after each batch", "decided, %", "repeated z, %", "of pooled records, %", "kept"
    )
    for result in results:
        shares = (100 * some[-1] for some in (result.ours, result.repeated, result.pooled))
        table.add_row(result.name, *(f"{share:.1f}" for share in shares), _yes(result.kept))
    return table


def _users(results: Sequence[Together]) -> Table:
    table = Table("users keep a variant", "design effect", "decided, %", "as independent, %", "repeated z, %", "kept")
    for result in results:
        shares = (100 * share for share in (result.ours, result.alone, result.repeated))
        table.add_row(
            result.name, f"{result.design_effect:.1f}", *(f"{share:.1f}" for share in shares), _yes(result.kept)
        )
    return table


def _sizes(results: Sequence[SampleSize]) -> Table:
    table = Table(
        "records, of fixed horizon", "times", "median", "mean", "at equal power", "group seq.", "mean", "exact", "kept"
    )
    for result in results:
        table.add_row(
            result.name,
            str(result.times),
            f"{result.median:.2f}",
            f"{np.mean(result.ours):.2f}",
            f"{result.equal:.2f}",
            f"{np.median(result.group):.2f}",
            f"{np.mean(result.group):.2f}",
            f"{np.median(result.exact):.2f}" if result.exact else "",
            _yes(result.kept),
        )
    return table


def _alarms(results: Sequence[Alarms]) -> Table:
    table = Table("no fault, looked at after each period", "alarms, %", "repeated z, %", "kept")
    for result in results:
        table.add_row(result.name, f"{100 * result.ours:.1f}", f"{100 * result.repeated:.1f}", _yes(result.kept))
    return table


def _delays(results: Sequence[Delay]) -> Table:
    table = Table("a fault", "records until it is found", "found, %")
    for result in results:
        table.add_row(result.name, f"{result.median:.0f}", f"{100 * result.found:.0f}")
    return table


def _yes(kept: bool) -> str:
    return "yes" if kept else "no"


if __name__ == "__main__":
    OUT = ROOT / "build" / "bench"
    OUT.mkdir(parents=True, exist_ok=True)
    sys.exit(0 if show(Console(width=120), OUT) else 1)
