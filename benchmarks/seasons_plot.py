"""The months on one line: what the monitor saw, when the loop turned, and both models' quality; and false alarms."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from benchmarks.season_alarms import Alarms
from benchmarks.season_loop import Month

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def write(months: Sequence[Month], alarms: Sequence[Alarms], path: Path) -> None:
    """Write the plot."""
    figure = Figure(figsize=(12, 8))
    grid = figure.add_gridspec(3, 2, width_ratios=(3, 2))
    loss, auc, seen = (figure.add_subplot(grid[row, 0]) for row in range(3))
    for axes, place, name in ((loss, 1, "log loss"), (auc, 0, "AUC")):
        _quality(axes, months, place, name)
    _distances(seen, months)
    loss.legend(frameon=False, fontsize=8)
    _alarms(figure.add_subplot(grid[:, 1]), alarms)
    figure.tight_layout()
    figure.savefig(path)


def _quality(axes: "Axes", months: Sequence[Month], place: int, name: str) -> None:
    at = [month.name for month in months]
    for way, label, style in (("alone", "left alone", "--"), ("loop", "retrained by the loop", "-")):
        axes.plot(at, [getattr(month, way)[place] for month in months], style, marker="o", label=label)
    for month in months:
        if month.turn:
            axes.axvline(month.name, color="black", linewidth=0.6, linestyle=":")
            axes.annotate(f"turn {month.turn.number}", (month.name, 1), xycoords=("data", "axes fraction"), fontsize=7)
    axes.set_ylabel(name)


def _distances(axes: "Axes", months: Sequence[Month]) -> None:
    names = list(months[0].found.distances)
    shades = np.array([[month.found.distances.get(name, 0.0) for month in months] for name in names])
    axes.imshow(shades, aspect="auto", cmap="Blues", vmin=0, vmax=0.5)
    axes.set_yticks(range(len(names)), names, fontsize=6)
    axes.set_xticks(range(len(months)), [month.name for month in months])
    for column, month in enumerate(months):
        for row, name in enumerate(names):
            if any(one.startswith(f"{name} ") for one in month.found.drift):
                axes.plot(column, row, "o", color="crimson", markersize=5)


def _alarms(axes: "Axes", alarms: Sequence[Alarms]) -> None:
    for row, one in enumerate(reversed(alarms)):
        low, high = one.interval
        axes.plot([low, high], [row, row], color="C0" if one.kept else "crimson")
        axes.plot(one.alarms / one.windows, row, "o", color="C0" if one.kept else "crimson")
    axes.axvline(alarms[0].alpha, color="black", linewidth=0.8)
    axes.set_yticks(range(len(alarms)), [one.name for one in reversed(alarms)], fontsize=7)
    axes.set_xlabel("windows with an alarm, where nothing has changed")
    axes.set_xscale("symlog", linthresh=0.01)
