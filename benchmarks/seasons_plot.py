"""The months on one line, as the story shows them; and how often windows alarm in which nothing has changed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from benchmarks.season_alarms import Alarms
from benchmarks.season_loop import Month
from ops.story import season_plots

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def write(months: Sequence[Month], alarms: Sequence[Alarms], folder: Path) -> None:
    """Write both plots into a folder."""
    shown, decided = [], ""
    for month in months:
        shown.append(
            season_plots.Month(
                month.name,
                month.found.distances,
                [one.partition(" ")[0] for one in month.found.drift],
                month.found.quality,
                month.alone,
                month.loop,
                f"turn {month.turn.number}" if month.turn else "",
                decided,
            )
        )
        decided = f"serves: model {month.turn.number}" if month.turn and month.turn.result == "proposed" else ""
    line = season_plots.figure(shown, "log loss")
    line.tight_layout()
    line.savefig(folder / "seasons.png")
    figure = Figure(figsize=(8, 0.5 + 0.3 * len(alarms)))
    _alarms(figure.subplots(), alarms)
    figure.tight_layout()
    figure.savefig(folder / "season-alarms.png")


def _alarms(axes: "Axes", alarms: Sequence[Alarms]) -> None:
    for row, one in enumerate(reversed(alarms)):
        low, high = one.interval
        axes.plot([low, high], [row, row], color="C0" if one.kept else "crimson")
        axes.plot(one.alarms / one.windows, row, "o", color="C0" if one.kept else "crimson")
    axes.axvline(alarms[0].alpha, color="black", linewidth=0.8)
    axes.set_yticks(range(len(alarms)), [one.name for one in reversed(alarms)], fontsize=8)
    axes.set_xlabel("windows with an alarm, where nothing has changed; the line is what is stated")
