"""The pictures of an experiment, as SVG."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiment.trial import Look, Trial
from ops.plots import BASELINE, MODEL, SOFT, Picture, svg

_COLOURS = ("#7a4fa3", "#b3372c", "#1d7a46", "#d08a1d")


def pictures(trial: Trial, looks: Sequence[Look], shares: Sequence[tuple[datetime, float]]) -> list[Picture]:
    """Return the pictures that there is something to show in.

    Args:
        trial: the experiment.
        looks: its looks, the oldest first.
        shares: from when on which share was live, the oldest first.
    """
    known = [look for look in looks if look.numbers.get("difference") is not None]
    found = []
    if known:
        found.append(_interval(trial, known))
    if any("thompson" in look.numbers for look in known):
        found.append(_probability([look for look in known if "thompson" in look.numbers]))
    if shares:
        found.append(_exposure(shares, [look for look in looks if "champion_records" in look.numbers]))
    if any(look.numbers.get("guards") for look in looks):
        found.append(_guards([look for look in looks if look.numbers.get("guards")]))
    return found


def _interval(trial: Trial, looks: Sequence[Look]) -> Picture:
    sign = 1 if trial.terms.direction == "higher" else -1
    figure, axes = _axes()
    at = _when(looks)
    # A wide interval of the first looks would leave no room for the others.
    widest = 4 * max(abs(_last(looks, name)) for name in ("gain_low", "gain_high"))
    low, high = ([_clip(look.numbers[name], widest) for look in looks] for name in ("gain_low", "gain_high"))
    axes.fill_between(
        at, low, high, color=MODEL, alpha=0.18, linewidth=0, label=f"{1 - trial.terms.alpha:.0%} interval"
    )
    axes.plot(at, [sign * look.numbers["difference"] for look in looks], color=MODEL, marker="o", markersize=3,
              label="advantage")  # fmt: skip
    axes.axhline(0, color=SOFT, linewidth=1)
    if trial.terms.non_inferiority:
        axes.axhline(-trial.terms.non_inferiority, color=BASELINE, linewidth=1, linestyle="--", label="not worse than")
    axes.set_ylabel(f"advantage in {trial.terms.metric}")
    axes.legend(frameon=False, loc="best")
    caption = (
        "The challenger's advantage and its confidence sequence: the intervals of all looks hold at once, with the "
        "probability that the terms say. Above 0 throughout it is better, below 0 worse."
    )
    return Picture(svg(figure), caption)


def _probability(looks: Sequence[Look]) -> Picture:
    figure, axes = _axes()
    axes.plot(_when(looks), [look.numbers["thompson"]["probability"] for look in looks], color=MODEL,
              marker="o", markersize=3)  # fmt: skip
    axes.set(ylabel="probability of being better", ylim=(0, 1))
    return Picture(svg(figure), "Thompson sampling: the probability that the challenger is the better one.")


def _exposure(shares: Sequence[tuple[datetime, float]], looks: Sequence[Look]) -> Picture:
    figure, axes = _axes()
    axes.step(_times(at for at, _ in shares), [100 * share for _, share in shares], where="post", color=MODEL)
    axes.set(ylabel="challenger's share of requests, %", ylim=(0, 100))
    _room(axes, [at for at, _ in shares])
    if looks:
        counts = axes.twinx()
        counts.spines["right"].set_visible(True)
        for name, style in (("champion", "--"), ("challenger", "-")):
            counts.plot(_when(looks), [look.numbers[f"{name}_records"] for look in looks],
                        color=BASELINE, linestyle=style, label=f"{name}'s records")  # fmt: skip
        counts.set_ylabel("records with outcomes")
        counts.legend(frameon=False, loc="upper left")
    return Picture(svg(figure), "Exposure: the share by the live weights, and the records whose outcomes are known.")


def _guards(looks: Sequence[Look]) -> Picture:
    figure, axes = _axes()
    names = sorted({name for look in looks for name in look.numbers["guards"]})
    for name, colour in zip(names, _COLOURS, strict=False):
        of_it = [(look.at, look.numbers["guards"][name]) for look in looks if name in look.numbers["guards"]]
        shares = [guard["worse"] / -math.log(guard["alpha"]) for _, guard in of_it]
        shares = [max(-1.0, min(share, 3.0)) for share in shares]
        axes.plot(_times(at for at, _ in of_it), shares, label=name, color=colour, marker="o", markersize=3)
    _room(axes, [look.at for look in looks])
    axes.axhline(1, color=SOFT, linewidth=1, linestyle="--")
    axes.set_ylabel("evidence, 1 withdraws")
    axes.legend(frameon=False, loc="best")
    caption = (
        "Guards: the log of each e-value against the challenger keeping the margin, as a share of what its alpha asks "
        "for. At 1 the challenger is withdrawn, from a half on its share does not rise."
    )
    return Picture(svg(figure), caption)


def _axes() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7.2, 3.6))
    axes = figure.subplots()
    typed: Any = dates  # matplotlib's types leave these out
    locator = typed.AutoDateLocator(tz=UTC)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(typed.ConciseDateFormatter(locator, tz=UTC))
    return figure, axes


def _when(looks: Sequence[Look]) -> Any:
    return _times(look.at for look in looks)


def _room(axes: Axes, at: Sequence[datetime]) -> None:
    """Show a minute around a single time, where there would be years."""
    if len(set(at)) == 1:
        typed: Any = axes
        typed.set_xlim(at[0] - timedelta(minutes=1), at[0] + timedelta(minutes=1))


def _times(at: Iterable[datetime]) -> Any:
    return list(at)


def _last(looks: Sequence[Look], name: str) -> float:
    return float(next((look.numbers[name] for look in reversed(looks) if look.numbers[name] is not None), 1.0))


def _clip(value: float | None, widest: float) -> float:
    return math.nan if value is None else max(-widest, min(value, widest))
