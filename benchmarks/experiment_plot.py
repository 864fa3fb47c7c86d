"""False decisions over looks, and records until a decision."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from benchmarks.experiment_results import FalseDecisions, SampleSize

_TESTS = (
    ("ours", "confidence sequence", "-"),
    ("repeated", "z test, repeated", "--"),
    ("pooled", "pooled, repeated", ":"),
)


def write(false: Sequence[FalseDecisions], sizes: Sequence[SampleSize], path: Path) -> None:
    """Write the plot: left a colour for each world and a line for each test, right a colour for each effect."""
    figure = Figure(figsize=(11, 4))
    left, right = figure.subplots(1, 2)
    for number, result in enumerate(false):
        for test, label, style in _TESTS:
            shares = getattr(result, test)
            looks = range(1, len(shares) + 1)
            left.plot(looks, shares, color=f"C{number}", linestyle=style, label=None if number else label)
        left.plot([], [], color=f"C{number}", label=result.name)
    left.axhline(0.05, color="black", linewidth=0.8)
    left.set(xlabel="looks", ylabel="experiments that decided falsely", yscale="symlog", ylim=(0, 1))
    left.set_yscale("function", functions=(np.sqrt, np.square))
    left.set_yticks((0.01, 0.05, 0.2, 0.5, 1))
    left.legend(frameon=False, fontsize=7)
    for number, size in enumerate(size for size in sizes if size.exact):
        for values, label, style in (
            (size.ours, "confidence sequence", "-"),
            (size.group, "group sequential", "--"),
            (size.exact or [], "exact test of counts", ":"),
        ):
            shares = np.arange(1, len(values) + 1) / len(values)
            colour = f"C{number}"
            right.step(sorted(values), shares, color=colour, linestyle=style, label=None if number else label)
        right.plot([], [], color=f"C{number}", label=f"effect {size.times} times the planned")
    right.axvline(1, color="black", linewidth=0.8)
    right.set(xlabel="records, in fixed-horizon samples", ylabel="experiments that ended")
    right.legend(frameon=False, fontsize=7)
    figure.tight_layout()
    figure.savefig(path)
