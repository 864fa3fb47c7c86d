"""What the seasons came to, for a terminal and as a file."""

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import seasons
from benchmarks.season_alarms import AS_RECORDS
from benchmarks.seasons import Result

_SHOWN = {"auc": "AUC", "log_loss": "log loss"}


def show(console: Console, out: Path) -> bool:
    """Replay the seasons, print and write what came of it; whether what is promised is kept."""
    result = seasons.run(out)
    (out / "seasons.json").write_text(json.dumps(seasons.document(result), indent=2, default=str) + "\n")
    console.print(_months(result), _gains(result), _alarms(result))
    console.print(
        "Promised: over the months since the first turn the loop's models have a larger AUC than the one left alone, "
        "the interval by day above 0; where nothing has changed windows alarm no oftener than stated, as far as so "
        f"many windows tell. Rows with{AS_RECORDS} show what would be said if each record told by itself."
    )
    return result.kept


def _months(result: Result) -> Table:
    table = Table(
        "month", "records", "model", "log loss, alone", "loop", "AUC, alone", "loop", "drift", "worse", "turn"
    )
    for one in result.months:
        table.add_row(
            one.name,
            str(one.records),
            str(one.model),
            *(f"{quality.value:.4f}" for quality in (one.alone, one.loop)),
            *(f"{area:.4f}" for area in one.areas),
            ", ".join(one.found.drift),
            ", ".join(one.found.quality),
            f"{one.turn.number}: {one.turn.result}" if one.turn else "",
        )
    return table


def _gains(result: Result) -> Table:
    table = Table(
        "the loop's models against the one left alone", "better by", "95 % interval by day", "promised", "kept"
    )
    for name, one in result.gains.items():
        promised = name == seasons.PROMISED
        kept = ("yes" if one.lower > 0 else "no") if promised else ""
        interval = f"{one.lower:+.4f} to {one.upper:+.4f}"
        table.add_row(_SHOWN[name], f"{one.value:+.4f}", interval, "above 0" if promised else "", kept)
    return table


def _alarms(result: Result) -> Table:
    table = Table("windows in which nothing has changed", "windows", "alarms", "95 % interval", "stated", "kept")
    for one in result.alarms:
        interval = " to ".join(f"{end:.1%}" for end in one.interval)
        told = not one.name.endswith(AS_RECORDS)
        kept = ("yes" if one.kept else "no") if told else ""
        table.add_row(one.name, str(one.windows), str(one.alarms), interval, f"{one.alpha:.0%}" if told else "", kept)
    return table
