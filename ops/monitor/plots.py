"""The pictures of a monitor's report, as SVG."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ops.plots import BASELINE, MODEL, SOFT, Picture, svg

MOST_BARS, _LONGEST = 12, 28
Figures = Mapping[str, Mapping[str, Any]]


def attributions(features: Figures) -> Picture:
    """Return what answers rest on, in the test data and in the window."""
    order = sorted(features, key=lambda name: -max(features[name]["value"], features[name]["baseline"]))[:MOST_BARS]
    rows = [
        (
            f"{short(name)} ({features[name]['baseline_rank']} → {features[name]['rank']})",
            features[name]["baseline"],
            features[name]["value"],
        )
        for name in order
    ]
    caption = "Mean absolute attribution (TreeSHAP) of a record, with the feature's rank in the test data and now."
    return Picture(pairs(rows, "mean absolute attribution", "test data"), caption)


def pairs(rows: Sequence[tuple[str, float, float]], label: str, before: str = "baseline") -> str:
    """Return the SVG of rows with two bars each: their names, the value before, and in the window."""
    figure = Figure(figsize=(5.4, 0.9 + 0.32 * len(rows)))
    axes = figure.subplots()
    places = np.arange(len(rows))[::-1]
    axes.barh(places + 0.2, [row[1] for row in rows], 0.4, color=BASELINE, label=before)
    axes.barh(places - 0.2, [row[2] for row in rows], 0.4, color=MODEL, label="window")
    axes.set_yticks(places, [row[0] for row in rows])
    axes.set_xlabel(label)
    legend(axes)
    return svg(figure)


def quality(figures: Figures) -> Picture:
    """Return figures with their intervals beside those of the baseline, each on a scale of its own."""
    figure = Figure(figsize=(5.4, 0.4 + 0.62 * len(figures)))
    rows = figure.subplots(len(figures), 1, squeeze=False)[:, 0]
    for axes, (name, one) in zip(rows, figures.items(), strict=True):
        axes.plot([one["lower"], one["upper"]], [0, 0], color=MODEL, linewidth=3, solid_capstyle="butt", alpha=0.5)
        axes.plot([one["value"]], [0], "o", color=MODEL, markersize=6)
        if one["baseline"] is not None:
            axes.plot([one["baseline"]], [0], "D", color=BASELINE, markersize=6)
        axes.set_yticks([0], [name])
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.margins(x=0.15)
        axes.locator_params(axis="x", nbins=4)
    caption = "Dots: the window, with intervals of 95 %. Diamonds: the evaluation's figures, which they are judged by."
    return Picture(svg(figure), caption)


def quality_over_time(
    windows: Sequence[str], series: Mapping[str, Sequence[tuple[int, Mapping[str, Any]]]], name: str
) -> Picture:
    """Return a figure over the windows, a line for each variant: at which window, and its value with its interval."""
    figure = Figure(figsize=(11.0, 3.2))
    axes = figure.subplots()
    colours = (MODEL, "#7a4fa3", "#1d7a46", "#b3372c")
    for (variant, found), colour in zip(series.items(), colours, strict=False):
        at = [place for place, _ in found]
        axes.fill_between(at, [one["lower"] for _, one in found], [one["upper"] for _, one in found], color=colour,
                          alpha=0.18, linewidth=0)  # fmt: skip
        axes.plot(at, [one["value"] for _, one in found], marker="o", markersize=4, color=colour, label=variant)
        baselines = [(place, one["baseline"]) for place, one in found if one["baseline"] is not None]
        if baselines:
            axes.plot([place for place, _ in baselines], [value for _, value in baselines], linestyle="--", linewidth=1,
                      color=BASELINE if len(series) == 1 else colour, label=f"{variant}, baseline")  # fmt: skip
    shown = range(0, len(windows), 1 + len(windows) // 10)
    axes.set_xticks(list(shown), [windows[place] for place in shown])
    axes.set_ylabel(name)
    axes.grid(axis="y", color=SOFT, alpha=0.2)
    axes.legend(frameon=False, loc="best")
    return Picture(svg(figure), f"{name} in each window, with its interval of 95 % and the baseline it is judged by.")


def legend(axes: Axes) -> None:
    """Show what is what above a picture, where nothing is."""
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def short(text: str) -> str:
    """Return a text as long as fits beside bars."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
