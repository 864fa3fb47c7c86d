"""Violations in words: what was found, how far it is from what is tolerated, and what to do."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines_src.steps.monitoring.bias_measures import MEASURES

Document = Mapping[str, Any]

_LOWER = frozenset({"mae", "rmse"})  # figures that are errors
_CHECKS = {
    "baseline_drift_check": (
        "its values have moved",
        "Look at the distribution below. If quality holds, nothing is urgent; else train on newer data: "
        "python -m ops pipeline start {command}",
    ),
    "completeness_check": (
        "values are missing",
        "Ask whoever sends it since when: a source that is switched off, a field that was renamed. The model takes its "
        "fill in place of each.",
    ),
    "missing_column_check": (
        "the column is not sent at all",
        "A client has changed: ask for the field again, or train without it. The model takes its fill for each.",
    ),
    "extra_column_check": (
        "a column that nobody knows",
        "The model ignores it. Ask the sender whether it replaces a field, then add it to use_case.yaml, or leave it.",
    ),
    "data_type_check": (
        "values of another type",
        "Look for the sender that writes numbers as text, or the other way round; such requests may be refused (4XX).",
    ),
    "categorical_values_check": (
        "categories that the training data did not have",
        "See which below. The model treats them alike: train on data that has them, or mend the sender.",
    ),
}


@dataclass(frozen=True)
class Violation:
    """Something that is not as it was.

    Attributes:
        subject: column, figure or measure.
        what: has happened, in words.
        value: what was measured; tolerated: up to where it is allowed; beyond: by how much it is more.
        probability: of so much by chance; None: nothing is said.
        todo: what to do.
    """

    subject: str
    what: str
    value: float
    tolerated: float
    beyond: float
    probability: float | None
    todo: str


def of_variant(variant: Document, command: str) -> list[Violation]:
    """Return the violations of a variant in a report: of predictions first, then of columns, groups and reasons.

    Of each monitor what is farthest beyond tolerance comes first; between monitors, scales are not the same.

    Args:
        variant: its part of report.json.
        command: environment and use case, as commands take them.
    """
    monitors = variant["monitors"]
    found = (
        _of_quality(monitors.get("model_quality", {}), command),
        _of_columns(monitors.get("data_quality", {}), command),
        _of_bias(monitors.get("bias", {})),
        _of_explanations(monitors.get("explainability", {}), command),
    )
    return [one for some in found for one in sorted(some, key=lambda one: (-one.beyond, one.subject, one.what))]


def _of_columns(report: Document, command: str) -> Iterator[Violation]:
    for one in report.get("findings", ()):
        if one["violated"]:
            what, todo = _CHECKS.get(one["check"], (one["check"], "docs/decisions/drift.md says what is compared."))
            value, tolerated = float(one["value"]), float(one["threshold"])
            yield Violation(
                one["feature"],
                what,
                value,
                tolerated,
                abs(value - tolerated),
                one["probability"],
                todo.replace("{command}", command),
            )


def _of_quality(report: Document, command: str) -> Iterator[Violation]:
    for name, one in report.get("figures", {}).items():
        if one["violated"]:
            allowed = worst_tolerated(name, one)
            todo = (
                f"Did it come with a release (python -m ops release history {command})? Roll back. With drift? Then "
                f"train on newer data: python -m ops pipeline start {command}"
            )
            yield Violation(
                name,
                "predictions are right less often" if name not in _LOWER else "predictions are farther off",
                one["value"],
                allowed,
                abs(one["value"] - allowed),
                one["probability"],
                todo,
            )


def worst_tolerated(name: str, figure: Document) -> float:
    """Return the worst value of a figure that is tolerated; it must have a baseline."""
    baseline, tolerance = float(figure["baseline"]), float(figure["tolerance"])
    return baseline + tolerance if name in _LOWER else baseline - tolerance


def _of_bias(report: Document) -> Iterator[Violation]:
    for facet, measures in report.items():
        for name, one in measures.items() if isinstance(measures, dict) else ():
            if isinstance(one, dict) and one["violated"]:
                allowed = _farthest_tolerated(name, one)
                yield Violation(
                    f"{facet}: {name}",
                    "this group is treated less like the others than in the test data",
                    one["value"],
                    allowed,
                    abs(one["value"] - allowed),
                    one["probability"],
                    "See which columns of the group have moved, and whether its outcomes have; decide with whoever "
                    "answers for the use case. docs/monitoring.md has the formulas.",
                )


def _farthest_tolerated(name: str, measure: Document) -> float:
    """Return the value farthest from no bias that is tolerated, on the side of what was measured."""
    ideal = MEASURES[name].ideal
    distance = abs(measure["baseline"] - ideal) + measure["tolerance"]
    return float(ideal + math.copysign(distance, measure["value"] - ideal))


def _of_explanations(report: Document, command: str) -> Iterator[Violation]:
    if report.get("violated"):
        yield Violation(
            "order of features",
            "answers rest on other features than in the test data",
            report["ndcg"],
            report["wanted"],
            report["wanted"] - report["ndcg"],
            None,
            "See which below, and whether their columns have moved; then train again: "
            f"python -m ops pipeline start {command}",
        )
