"""The pictures of the page, as SVG."""

import io
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from ops.pipeline import Step

mpl.use("svg")
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "ml-loop", "font.size": 10, "axes.spines.top": False})
mpl.rcParams.update({"axes.spines.right": False, "font.family": "sans-serif", "axes.titlesize": 11})
MODEL, BASELINE, SOFT = "#0b6e99", "#d08a1d", "#aab4bd"
IMPORTANT = 12


@dataclass(frozen=True)
class Picture:
    """An SVG and what it shows."""

    svg: str
    caption: str


def figures(metrics: dict[str, Any], curves: dict[str, bytes]) -> list[Picture]:
    """Return the pictures of an evaluation: ROC, calibration, feature importance."""
    tables = {name: pd.read_csv(io.BytesIO(content)) for name, content in curves.items()}
    return [
        Picture(_roc(tables["roc.csv"], metrics), "ROC: share of events found against share of false alarms."),
        Picture(
            _calibration(tables["calibration.csv"]), "Calibration: what was predicted against how often it happened."
        ),
        Picture(_importance(tables["importance.csv"]), "Feature importance: total gain of the splits on each feature."),
    ]


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
            color="#5d6b78",
            fontsize=9,
        )
    axes.set_yticks(range(len(shown)), [step.name for step in reversed(shown)])
    axes.set_xlabel("seconds since the execution began")
    axes.margins(x=0.08)
    return _svg(figure)


def _roc(table: pd.DataFrame, metrics: dict[str, Any]) -> str:
    figure = Figure(figsize=(4.6, 4.2))
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1)
    for name, color, key in (("model", MODEL, "auc"), ("baseline", BASELINE, "baseline_auc")):
        curve = table[table["forecast"] == name]
        axes.plot(
            curve["false_positive_rate"],
            curve["true_positive_rate"],
            color=color,
            label=f"{name}, AUC {metrics[key]['value']:.3f}",
        )
    axes.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False, loc="lower right")
    return _svg(figure)


def _calibration(table: pd.DataFrame) -> str:
    figure = Figure(figsize=(4.6, 4.2))
    axes = figure.subplots()
    top = float(table[["forecast_mean", "observed_rate"]].max().max()) * 1.08
    axes.plot([0, top], [0, top], color=SOFT, linewidth=1)
    for name, color in (("model", MODEL), ("baseline", BASELINE)):
        bins = table[table["forecast"] == name]
        axes.plot(bins["forecast_mean"], bins["observed_rate"], color=color, marker="o", markersize=4, label=name)
    axes.set(xlabel="mean prediction of the bin", ylabel="observed rate", xlim=(0, top), ylim=(0, top))
    axes.legend(frameon=False, loc="upper left")
    return _svg(figure)


def _importance(table: pd.DataFrame) -> str:
    top = table.nlargest(IMPORTANT, "share_of_gain").iloc[::-1]
    figure = Figure(figsize=(4.6, 4.2))
    axes = figure.subplots()
    axes.barh(top["feature"], top["share_of_gain"], color=MODEL)
    axes.set_xlabel("share of total gain")
    return _svg(figure)


def _svg(figure: Figure) -> str:
    figure.tight_layout()
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    text = buffer.getvalue()
    return text[text.index("<svg") :]
