"""The card's pictures, as SVG that stands in the page."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

mpl.use("svg")
_STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "ml-loop", "font.size": 10, "font.family": "sans-serif",
    "axes.spines.top": False, "axes.spines.right": False,
    "text.parse_math": False,  # a class may be called $a$
}  # fmt: skip
_COLOURS = {"model": "#0b6e99", "baseline": "#d08a1d", "champion": "#7a4fa3"}
_AREAS = {"model": "auc", "baseline": "baseline_auc", "champion": "incumbent_auc"}
_SOFT = "#aab4bd"
_IMPORTANT = 15
_MOST_CLASSES_WITH_COUNTS = 15
Draw = Callable[[Axes], None]


@dataclass(frozen=True)
class Picture:
    """An SVG and what it shows."""

    svg: str
    caption: str


def pictures(
    problem: str, tables: Mapping[str, pd.DataFrame], predictions: pd.DataFrame, figures: Mapping[str, Any]
) -> list[Picture]:
    """Return the pictures of a problem.

    Args:
        problem: as in use_case.yaml.
        tables: of the judge, and importance.csv, by file name.
        predictions: a sample of rows.
        figures: of evaluation.json, those that have intervals.
    """
    drawn = []
    if "roc.csv" in tables:
        drawn.append(
            _picture("ROC: share of events found against share of false alarms.", _roc(tables["roc.csv"], figures))
        )
    if "confusion.csv" in tables:
        drawn.append(_picture("Which class was taken for which; shares of the label's rows.",
                              _confusion(tables["confusion.csv"])))  # fmt: skip
    if "calibration.csv" in tables:
        drawn.append(_picture("Calibration: forecast against what happened, in ten bins of equally many records.",
                              _calibration(tables["calibration.csv"])))  # fmt: skip
    if problem == "regression":
        drawn.append(_picture("Forecast against label, a sample of test records.", _scatter(predictions)))
    if "clusters.csv" in tables:
        drawn.append(_picture("Test records in each cluster.", _sizes(tables["clusters.csv"])))
    drawn.append(_picture("Importance of features: share of the whole.", _importance(tables["importance.csv"])))
    return drawn


def _picture(caption: str, draw: Draw) -> Picture:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.8, 4.2))
        draw(figure.subplots())
        figure.tight_layout()
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    text = buffer.getvalue()
    return Picture(text[text.index("<svg") :], caption)


def _roc(table: pd.DataFrame, figures: Mapping[str, Any]) -> Draw:
    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=_SOFT, linewidth=1)
        for name, curve in table.groupby("forecast", sort=False):
            axes.plot(curve["false_positive_rate"], curve["true_positive_rate"], color=_COLOURS[str(name)],
                      label=f"{name}, AUC {figures[_AREAS[str(name)]]['value']:.3f}")  # fmt: skip
        axes.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 1), ylim=(0, 1))
        axes.legend(frameon=False, loc="lower right")

    return draw


def _calibration(table: pd.DataFrame) -> Draw:
    observed = next(column for column in table.columns if str(column).startswith("observed"))

    def draw(axes: Axes) -> None:
        both = table[["forecast_mean", observed]]
        ends = [float(both.min().min()), float(both.max().max())]
        axes.plot(ends, ends, color=_SOFT, linewidth=1)
        for name, bins in table.groupby("forecast", sort=False):
            axes.plot(bins["forecast_mean"], bins[observed], color=_COLOURS[str(name)], marker="o", markersize=4,
                      label=name)  # fmt: skip
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.set(xlabel="mean forecast of the bin", ylabel=str(observed).replace("_", " "))
        axes.legend(frameon=False, loc="upper left")

    return draw


def _confusion(table: pd.DataFrame) -> Draw:
    counts = table.pivot_table(index="label", columns="predicted", values="rows", sort=False)
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)

    def draw(axes: Axes) -> None:
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(counts)), [str(name) for name in counts.columns], rotation=90)
        axes.set_yticks(range(len(counts)), [str(name) for name in counts.index])
        axes.set(xlabel="predicted", ylabel="label")
        if len(counts) <= _MOST_CLASSES_WITH_COUNTS:
            numbers, parts = counts.to_numpy("float64"), shares.to_numpy("float64")
            for row, column in np.ndindex(numbers.shape):
                dark = parts[row, column] > 0.5  # noqa: PLR2004 - half of the colour map
                axes.text(column, row, f"{numbers[row, column]:.0f}", ha="center", va="center", fontsize=8,
                          color="white" if dark else "#1b2733")  # fmt: skip

    return draw


def _scatter(predictions: pd.DataFrame) -> Draw:
    def draw(axes: Axes) -> None:
        both = predictions[["label", "model"]]
        ends = [float(both.min().min()), float(both.max().max())]
        axes.plot(ends, ends, color=_SOFT, linewidth=1)
        axes.scatter(both["label"], both["model"], s=6, alpha=0.5, color=_COLOURS["model"], linewidths=0)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.set(xlabel="label", ylabel="forecast")

    return draw


def _sizes(table: pd.DataFrame) -> Draw:
    def draw(axes: Axes) -> None:
        ranked = table.sort_values("rows", ascending=False, ignore_index=True)
        axes.bar(ranked.index, ranked["rows"], color=_COLOURS["model"])
        if len(ranked) <= _IMPORTANT:
            axes.set_xticks(ranked.index, [str(name) for name in ranked["cluster"]])
        axes.set(xlabel="cluster", ylabel="test records")

    return draw


def _importance(table: pd.DataFrame) -> Draw:
    share = str(table.columns[-1])
    top = table.nlargest(_IMPORTANT, share).iloc[::-1]

    def draw(axes: Axes) -> None:
        axes.barh(top["feature"].astype("str"), top[share], color=_COLOURS["model"])
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.set_xlabel(f"{share.replace('_', ' ')} ({str(table.columns[1]).replace('_', ' ')})")

    return draw
