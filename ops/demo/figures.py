"""The figures of an evaluation that say how good the model is, for each problem."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config import UseCase
from config.use_case.metrics import Problem
from config.use_case.train import KMeansTrain
from ops.pages import Card
from pipelines_src.steps.evaluation.shown import figure

Show = Callable[[float], str]


@dataclass(frozen=True)
class _Judged:
    """How a problem with a label is judged: names of figures of evaluation.json, and how they are written."""

    name: str
    model: str
    baseline: str
    gain: str
    gained: str  # what stands on the card
    says: str  # what stands in the sentence
    constant: str
    show: Show = "{:.3f}".format
    show_gain: Show = "{:+.3f}".format


_JUDGED: dict[Problem, _Judged] = {
    "binary_classification": _Judged(
        "AUC", "auc", "baseline_auc", "auc_over_baseline", "difference", "the difference is", "rate"
    ),
    "multiclass_classification": _Judged(
        "accuracy", "accuracy", "baseline_accuracy", "accuracy_over_baseline", "difference", "the difference is",
        "most frequent class",
    ),
    "regression": _Judged(
        "mean absolute error", "mae", "baseline_mae", "mae_skill", "less error than the baseline",
        "the error is smaller by", "mean", figure, "{:.0%}".format,
    ),
}  # fmt: skip


def cards(use_case: UseCase, metrics: dict[str, Any]) -> list[Card]:
    """Return three figures: of the model, of the baseline, of what is gained; of clusters, how far they lie apart."""
    if use_case.problem == "clustering":
        return _of_clusters(use_case, metrics)
    how = _JUDGED[use_case.problem]
    own, gain = metrics[how.model], metrics[how.gain]
    groups = " and ".join(use_case.evaluate.baseline.group_by) if use_case.evaluate.baseline else ""
    baseline = f"the {how.constant} by {groups}" if groups else f"the training split's {how.constant}"
    return [
        Card(how.show(own["value"]), f"{how.name} on {metrics['rows']:,} held-out records, {_interval(own, how.show)}"),
        Card(how.show(metrics[how.baseline]["value"]), f"{how.name} of the baseline, {baseline}"),
        Card(how.show_gain(gain["value"]), f"{how.gained}, {_interval(gain, how.show_gain, '')}", gain["lower"] > 0),
    ]


def findings(use_case: UseCase, metrics: dict[str, Any]) -> list[str]:
    """Return the same as sentences for a terminal."""
    shown = cards(use_case, metrics)
    if use_case.problem == "clustering":
        return [f"[bold]{shown[0].value}[/] {shown[0].text}.", f"{shown[1].value} {shown[1].text}; "
                f"{shown[2].value} {shown[2].text}."]  # fmt: skip
    how = _JUDGED[use_case.problem]
    own, gain = metrics[how.model], metrics[how.gain]
    return [
        f"[bold]Test {how.name} {shown[0].value}[/] on {metrics['rows']:,} records, {_interval(own, how.show)}.",
        f"Baseline {shown[1].value}; {how.says} {shown[2].value}, {_interval(gain, how.show_gain, '')}.",
    ]


def _of_clusters(use_case: UseCase, metrics: dict[str, Any]) -> list[Card]:
    explained = metrics["variance_explained"]
    rows = f"{metrics['rows']:,} held-out records"
    noise = metrics["noise_variance_explained"]
    beside = "" if noise is None else f"; clusters of noise explain {figure(noise)} at most"
    of = f" of {use_case.train.k}" if isinstance(use_case.train, KMeansTrain) else ""
    return [
        Card(f"{explained['value']:.3f}", f"share of the variance explained on {rows}, {_interval(explained)}{beside}",
             explained["lower"] > 0),
        Card(f"{metrics['clusters_used']}{of}", "clusters met by them"),
        Card(figure(metrics["silhouette"]), f"mean silhouette of {metrics['silhouette_rows']:,} of them, -1 to 1"),
    ]  # fmt: skip


def _interval(one: dict[str, float], show: Show = "{:.3f}".format, confidence: str = "{:.0f} % ") -> str:
    level = confidence.format(one["confidence"] * 100)
    return f"{level}interval {show(one['lower'])} to {show(one['upper'])}"
