"""A column's values in the baseline beside those of a window, as SVG."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ops.monitor.plots import MOST_BARS, legend, pairs, short
from ops.plots import BASELINE, MODEL, Picture, svg
from pipelines_src.steps.monitoring.expected import Field
from pipelines_src.steps.monitoring.ranks import Floats, Ranks

_BINS, _FEW = 40, 60
_TAIL = 0.002  # of the numbers at either end, which would leave no room for the others


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
    legend(axes)
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
    shown, rest = order[:MOST_BARS], order[MOST_BARS:]
    rows = [(f"{short(level)}{'' if level in before else ' (new)'}", *shares[level]) for level in shown]
    if rest:
        before_rest, now_rest = (sum(shares[level][side] for level in rest) for side in (0, 1))
        rows.append((f"{len(rest)} others", before_rest, now_rest))
    caption = f"{name}: shares of its categories, those first that have changed most"
    new = sum(now[level] for level in now if level not in before)
    return Picture(pairs(rows, "% of values"), caption + (f"; {new:,} values are of new ones." if new else "."))
