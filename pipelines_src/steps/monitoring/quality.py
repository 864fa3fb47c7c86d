"""The monitor of model quality: predictions whose outcome is known, against `model_quality.json` of the evaluation.

Files as Model Monitor writes them: AWS documentation, "Model quality metrics and Amazon CloudWatch monitoring".
"""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .. import files
from ..use_case import Document, UseCase
from .answered import Arrays
from .data_quality import Result
from .judging import Judged, judged
from .metrics import COUNT, NONE, Metric
from .quality_figures import DOWN, STATISTICS, UP
from .ranks import Floats
from .request import Request
from .varies import Spread, Varies

NAME, BASELINE = "model_quality", "model_quality.json"
_FEWEST = 10  # records with an outcome; of fewer nothing is said


def baseline_of(folder: Path) -> Document | None:
    """Return the evaluation's statistics in a folder, None if there are none."""
    path = folder / BASELINE
    return files.read_json(path) if path.exists() else None


def result(
    arrays: Arrays,
    use_case: UseCase,
    baseline: Document | None,
    request: Request,
    invalid: int = 0,
    periods: Mapping[str, int] | None = None,
) -> Result:
    """Return what is to be said of a variant's predictions.

    Args:
        arrays: the predictions.
        use_case: whose.
        baseline: the evaluation's statistics.
        request: what is asked for.
        invalid: captures without a prediction.
        periods: how many records are of each hour, day or week, where that matters.
    """
    known = arrays.known
    counts = [
        Metric("predictions", len(arrays.label), COUNT),
        Metric("labelled_predictions", len(known.label), COUNT),
        Metric("invalid_predictions", invalid, COUNT),
    ]
    report: Document = {"predictions": len(arrays.label), "labelled": len(known.label), "invalid": invalid}
    if len(known.label) < _FEWEST:
        report["why"] = f"{len(known.label)} outcomes are known, fewer than {_FEWEST}"
        return Result({}, [], counts, report)
    document, resampled = STATISTICS[use_case.problem](known, use_case)
    section = f"{use_case.problem}_metrics"
    varies = _varies(baseline or {}, use_case.problem, periods or {})
    figures = _judged(document, resampled, baseline or {}, use_case.problem, request, varies)
    for one in figures:
        document[section][one.name]["standard_deviation"] = one.own_deviation
    written = {
        "statistics.json": document,
        "constraints.json": {"version": 0.0, f"{use_case.problem}_constraints": _constraints(figures)},
        "constraint_violations.json": {"version": 0.0, "violations": [_violation(o) for o in figures if o.violated]},
    }
    report["figures"] = {one.name: one.to_document() for one in figures}
    metrics = counts + [Metric(f"quality_{one.name}", one.value, NONE) for one in figures]
    metrics += [Metric(f"quality_{one.name}_lower", one.lower, NONE) for one in figures]
    metrics += [Metric(f"quality_{one.name}_upper", one.upper, NONE) for one in figures]
    if baseline is not None:
        metrics.append(Metric("model_quality_violations", sum(one.violated for one in figures), COUNT))
    return Result(written, [], metrics, report)


def _varies(baseline: Document, problem: str, periods: Mapping[str, int]) -> Varies:
    """Return how figures vary, as the evaluation saw it."""
    given = {name: one.get("standard_deviation") for name, one in baseline.get(f"{problem}_metrics", {}).items()}
    known = {name: float(one) for name, one in given.items() if isinstance(one, int | float)}
    before = float(baseline.get("dataset", {}).get("periods", 0))
    return Varies.of(
        before, periods, lambda count: {name: one * math.sqrt(before / count) for name, one in known.items()}
    )


def _judged(
    document: Document,
    resampled: Mapping[str, Floats],
    baseline: Document,
    problem: str,
    request: Request,
    varies: Varies,
) -> list[Judged]:
    found, earlier = (one.get(f"{problem}_metrics", {}) for one in (document, baseline))
    rows, then = (one.get("dataset", {}).get("item_count", 0) for one in (document, baseline))
    figures = []
    for names, sign in ((UP[problem], 1.0), (DOWN.get(problem, ()), -1.0)):
        for name in names:
            value = float(found[name]["value"])
            before = earlier.get(name, {}).get("value")
            deviation = float(np.nanstd(resampled[name]))
            tolerance = request.tolerances["quality"]
            if before is not None and sign < 0:
                tolerance *= abs(before)  # errors have a unit, shares have none
            if before is not None and 0 < before < 1 and name != "r2" and sign > 0:
                deviation = max(deviation, math.sqrt(before * (1 - before) / rows))  # few, all of them right
            # The baseline's figure comes from its own rows, which vary as much.
            both = deviation * math.sqrt(1 + (rows / then if then else 0.0))
            worse = 0.0 if before is None else sign * (before - value)
            spread = varies.spread(name, Spread(deviation, both))
            figures.append(Judged.of(name, value, before, worse, tolerance, spread))
    return judged(figures, request.alpha)


def _constraints(figures: list[Judged]) -> Document:
    return {one.name: {"threshold": one.value, "comparison_operator": _worse(one.name)} for one in figures}


def _worse(name: str) -> str:
    """Return Model Monitor's word for where a figure is worse."""
    return "GreaterThanThreshold" if any(name in names for names in DOWN.values()) else "LessThanThreshold"


def _violation(one: Judged) -> Document:
    check = _worse(one.name)
    return {
        "metric_name": one.name,
        "constraint_check_type": check,
        "description": f"Metric {one.name} with {one.value} +/- {one.own_deviation} was {check} '{one.baseline}'",
    }
