"""The time line of the page, as SVG."""

from matplotlib.figure import Figure

from ops.pipeline import Step
from ops.plots import BASELINE, MODEL, SOFT, svg


def timeline(steps: list[Step]) -> str:
    """Return a bar per step on a common time line, seconds since the first began."""
    shown = [step for step in steps if step.started]
    first = min(step.started for step in shown if step.started)
    figure = Figure(figsize=(10, 0.6 + 0.32 * len(shown)))
    axes = figure.subplots()
    for row, step in enumerate(reversed(shown)):
        begin = (step.started - first).total_seconds() if step.started else 0.0
        axes.barh(row, max(step.seconds, 0.05), left=begin, color=MODEL if step.status == "Succeeded" else BASELINE)
        axes.annotate(
            f"{step.seconds:.1f} s",
            (begin + step.seconds, row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=SOFT,
            fontsize=9,
        )
    axes.set_yticks(range(len(shown)), [step.name for step in reversed(shown)])
    axes.set_xlabel("seconds since the execution began")
    axes.margins(x=0.08)
    return svg(figure)
