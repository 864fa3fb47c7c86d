"""The pictures of a monitor's report, as SVG."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ops.plots import BASELINE, MODEL, SOFT, Picture, svg
from pipelines_src.steps.monitoring.expected import Field
from pipelines_src.steps.monitoring.ranks import Floats, Ranks

_BINS, _FEW, _MOST_BARS, _LONGEST = 40, 60, 12, 28
_TAIL = 0.002  # of the numbers at either end, which would leave no room for the others
Figures = Mapping[str, Mapping[str, Any]]


def distribution(before: Field, now: Field) -> Picture | None:
    """Return a column's values in the baseline and in the window; None where they cannot be compared."""
    if before.ranks is not None and now.ranks is not None and min(before.ranks.count, now.ranks.count) > 0:
        return _numbers(now.name, before.ranks, now.ranks)
    if before.categories and now.categories:
        return _categories(now.name, before.categories, now.categories)
    return None


def _numbers(name: str, before: Ranks, now: Ranks) -> Picture:
    figure = Figure(figsize=(5.4, 2.7))
    axes = figure.subplots()
    at = np.union1d(before.items, now.items)
    if len(at) <= _FEW:
        _as_bars(axes, at, before, now)
    else:
        low, high = (
            end(ranks.quantiles(np.array([share]))[0] for ranks in (before, now))
            for end, share in ((min, _TAIL), (max, 1 - _TAIL))
        )
        edges = _edges(low, high, whole=bool((at == np.round(at)).all()))
        shares = [np.diff(ranks.shares(edges), prepend=0.0)[1:] * 100 for ranks in (before, now)]
        axes.stairs(shares[0], edges, fill=True, color=BASELINE, alpha=0.45, label="baseline")
        axes.stairs(shares[1], edges, color=MODEL, linewidth=1.6, label="window")
    axes.set(xlabel=name, ylabel="% of values")
    _legend(axes)
    apart = before.shares(at) - now.shares(at)
    widest = int(np.argmax(np.abs(apart)))
    value = float(at[widest])
    caption = (
        f"{name}: up to {value:,.6g} lie {before.shares(at)[widest]:.1%} of the baseline's values and "
        f"{now.shares(at)[widest]:.1%} of the window's. No two shares are farther apart: {abs(apart[widest]):.3f}."
    )
    return Picture(svg(figure), caption)


def _edges(low: float, high: float, *, whole: bool) -> Floats:
    """Return the edges of bins as wide as each other; of whole numbers all have equally many."""
    if whole:
        step = max(1.0, float(np.ceil((high - low) / _BINS)))
        return np.arange(low - 0.5, high + step, step)
    return np.linspace(low, high if high > low else low + 1.0, _BINS + 1)


def _as_bars(axes: Axes, at: Floats, before: Ranks, now: Ranks) -> None:
    places = np.arange(len(at))
    for ranks, colour, shift, label in ((before, BASELINE, -0.2, "baseline"), (now, MODEL, 0.2, "window")):
        shares = np.diff(ranks.shares(at), prepend=0.0) * 100
        axes.bar(places + shift, shares, 0.4, color=colour, label=label)
    shown = places[:: 1 + len(at) // 12]
    axes.set_xticks(shown, [f"{at[place]:g}" for place in shown])


def _categories(name: str, before: Mapping[str, int], now: Mapping[str, int]) -> Picture:
    sizes = [max(1, sum(counts.values())) for counts in (before, now)]
    shares = {
        level: (100 * before.get(level, 0) / sizes[0], 100 * now.get(level, 0) / sizes[1]) for level in {*before, *now}
    }
    order = sorted(shares, key=lambda level: (-abs(shares[level][0] - shares[level][1]), level))
    shown, rest = order[:_MOST_BARS], order[_MOST_BARS:]
    rows = [(f"{_short(level)}{'' if level in before else ' (new)'}", *shares[level]) for level in shown]
    if rest:
        before_rest, now_rest = (sum(shares[level][side] for level in rest) for side in (0, 1))
        rows.append((f"{len(rest)} others", before_rest, now_rest))
    caption = f"{name}: shares of its categories, those first that have changed most"
    new = sum(now[level] for level in now if level not in before)
    return Picture(_pairs(rows, "% of values"), caption + (f"; {new:,} values are of new ones." if new else "."))


def attributions(features: Figures) -> Picture:
    """Return what answers rest on, in the test data and in the window."""
    order = sorted(features, key=lambda name: -max(features[name]["value"], features[name]["baseline"]))[:_MOST_BARS]
    rows = [
        (
            f"{_short(name)} ({features[name]['baseline_rank']} → {features[name]['rank']})",
            features[name]["baseline"],
            features[name]["value"],
        )
        for name in order
    ]
    caption = "Mean absolute attribution (TreeSHAP) of a record, with the feature's rank in the test data and now."
    return Picture(_pairs(rows, "mean absolute attribution", "test data"), caption)


def _pairs(rows: Sequence[tuple[str, float, float]], label: str, before: str = "baseline") -> str:
    figure = Figure(figsize=(5.4, 0.9 + 0.32 * len(rows)))
    axes = figure.subplots()
    places = np.arange(len(rows))[::-1]
    axes.barh(places + 0.2, [row[1] for row in rows], 0.4, color=BASELINE, label=before)
    axes.barh(places - 0.2, [row[2] for row in rows], 0.4, color=MODEL, label="window")
    axes.set_yticks(places, [row[0] for row in rows])
    axes.set_xlabel(label)
    _legend(axes)
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


def _legend(axes: Axes) -> None:
    """Show what is what above a picture, where nothing is."""
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
