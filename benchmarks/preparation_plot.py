"""How the cost of preparing grows with the data, beside its bounds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

_LINES = {
    "ours": ("records and features", "C0", "-"),
    "bound": ("reading and writing that table", "C0", ":"),
    "step": ("the whole step", "C1", "-"),
    "step_bound": ("reading and writing its files", "C1", ":"),
    "pandas": ("records and features by pandas", "C2", "-"),
}


def write(rows: Sequence[float], results: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write the plot: CPU seconds and peak memory over millions of flights, a line for each way that was measured."""
    figure = Figure(figsize=(9, 3.6))
    cpu, memory = figure.subplots(1, 2)
    for axes, name, value in ((cpu, "CPU seconds", "cpu"), (memory, "peak memory, MB", "peak_mb")):
        for way, (label, colour, style) in _LINES.items():
            used = [(at, getattr(result[way], value)) for at, result in zip(rows, results, strict=True) if result[way]]
            xs, ys = zip(*used, strict=True) if used else ((), ())
            axes.plot(xs, ys, marker="o", label=label, color=colour, linestyle=style)
        axes.set(xlabel="million flights", ylabel=name, xscale="log", yscale="log")
    cpu.legend(frameon=False, fontsize=7)
    figure.tight_layout()
    figure.savefig(path)
