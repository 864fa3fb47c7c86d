"""The months on one line: how good both models were, what the monitor saw, and when the loop turned."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from ops.plots import BASELINE, MODEL, SOFT, Picture, svg
from ops.story.season_quality import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

_BAD, _GOOD = "#b3372c", "#1d7a46"
_MOST = 0.5  # the distance that is as dark as possible


@dataclass(frozen=True)
class Month:
    """A month on the line.

    Attributes:
        name: such as 2013-06.
        distances: how far each column's distribution was from that of the training data.
        drifted: columns with a violation, worse: figures of quality with one.
        alone: of the model that is left alone, loop: of the one that served.
        began: the turn of the loop that began at its end; empty: none.
        decided: what became in this month of the model that a turn proposed; empty: nothing.
        areas: AUC of both models.
    """

    name: str
    distances: "Mapping[str, float]"
    drifted: Sequence[str]
    worse: Sequence[str]
    alone: Quality
    loop: Quality
    began: str = ""
    decided: str = ""
    areas: tuple[float, float] = (math.nan, math.nan)


def timeline(months: Sequence[Month], metric: str) -> Picture:
    """Return the line as a picture for a page."""
    caption = (
        f"Above the {metric} of each month, lower is better, with 95 % intervals by day: of the model that served, "
        "which the loop trained again, and of the first model left alone. In the middle what happened. Below how far "
        "each column was from the training data of the model that served, the darker the farther; a dot is a violation."
    )
    return Picture(svg(figure(months, metric)), caption)


def figure(months: Sequence[Month], metric: str) -> Figure:
    """Return the line as a figure."""
    names = sorted({name for month in months for name in month.distances})
    drawn = Figure(figsize=(11, 5.2 + 0.2 * len(names)))
    heights = (3.0, 1.3, 0.22 * len(names) + 0.2)
    quality, events, drift = drawn.subplots(3, 1, sharex=True, gridspec_kw={"height_ratios": heights})
    _quality(quality, months, metric)
    _events(events, months)
    _drift(drift, months, names)
    drift.set_xticks(range(len(months)), [month.name for month in months])
    drift.set_xlim(-0.6, len(months) - 0.4)
    return drawn


def _quality(axes: "Axes", months: Sequence[Month], metric: str) -> None:
    for way, label, colour, aside in (
        ("alone", "left alone", BASELINE, 0.04), ("loop", "retrained by the loop", MODEL, -0.04),
    ):  # fmt: skip
        found: list[Quality] = [getattr(month, way) for month in months]
        at = np.arange(len(months)) + aside
        values = np.array([one.value for one in found])
        ends = [values - [one.lower for one in found], np.array([one.upper for one in found]) - values]
        axes.errorbar(at, values, np.maximum(ends, 0), color=colour, marker="o", markersize=4, capsize=3, label=label)
    axes.set_ylabel(metric)
    axes.legend(frameon=False, loc="best")


def _events(axes: "Axes", months: Sequence[Month]) -> None:
    lanes = ("decision", "turn", "alarm")
    for place, month in enumerate(months):
        alarmed = [f"{len(month.drifted)} drift" if month.drifted else "", "quality" if month.worse else ""]
        if any(alarmed):
            axes.plot(place + 0.3, 2, "o", color=_BAD, markersize=6)
            _say(axes, place + 0.3, 2, ", ".join(filter(None, alarmed)))
        if month.began:
            axes.plot(place + 0.45, 1, ">", color=MODEL, markersize=7)
            _say(axes, place + 0.45, 1, month.began)
        if month.decided:
            axes.plot(place, 0, "s", color=_GOOD, markersize=6)
            _say(axes, place, 0, month.decided)
    axes.set_yticks(range(len(lanes)), lanes)
    axes.set_ylim(-0.6, 2.6)
    axes.tick_params(axis="both", length=0)


def _say(axes: "Axes", at: float, lane: int, text: str) -> None:
    axes.annotate(text, (at, lane), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=7, color=SOFT)


def _drift(axes: "Axes", months: Sequence[Month], names: Sequence[str]) -> None:
    shades = np.array([[month.distances.get(name, 0.0) for month in months] for name in names])
    axes.imshow(shades.reshape(len(names), len(months)), aspect="auto", cmap="Blues", vmin=0, vmax=_MOST)
    for place, month in enumerate(months):
        for row in (row for row, name in enumerate(names) if name in month.drifted):
            axes.plot(place, row, "o", color=_BAD, markersize=5)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.tick_params(axis="y", length=0)
