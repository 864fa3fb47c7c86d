"""The monitor of bias: Clarify's measures of each facet, as captured and in the test data.

Files: AWS documentation, "Bias Drift Violations". A value is worse the farther it is from the one without bias.
"""

import math
from collections.abc import Mapping

import numpy as np

from ..use_case import Document
from .answered import Arrays
from .bias_measures import MEASURES, Cells, Measure
from .data_quality import Result
from .judging import INTERVAL, Judged, judged
from .metrics import COUNT, NONE, Metric
from .ranks import Floats
from .request import Facet, Request

NAME = "bias"
_RESAMPLES, _FEWEST = 500, 10


def result(arrays: Arrays, reference: Arrays | None, request: Request) -> Result:
    """Return what is to be said of a variant's predictions; without a reference the measures alone."""
    report: Document = {}
    figures: list[tuple[Facet, Judged]] = []
    for place, facet in enumerate(request.facets):
        seen = _counts(arrays, place)
        then = _counts(reference, place) if reference is not None else None
        if any(counts.sum(axis=(1, 2)).min() < _FEWEST for counts in (seen["all"], *([then["all"]] if then else []))):
            report[facet.label] = {"why": f"fewer than {_FEWEST} records are of the facet, or of no facet"}
            continue
        figures += [(facet, one) for one in _figures(seen, then, request)]
    found = judged([one for _, one in figures], request.alpha)
    pairs = [(facet, one) for (facet, _), one in zip(figures, found, strict=True)]
    for facet, one in pairs:
        measure = MEASURES[one.name].formula
        report.setdefault(facet.label, {})[one.name] = one.to_document() | {"formula": measure}
    violations = [_violation(facet, one) for facet, one in pairs if one.violated]
    metrics = [Metric(f"bias_{one.name}", one.value, NONE, facet.label) for facet, one in pairs]
    if reference is not None and pairs:
        metrics.append(Metric("bias_violations", len(violations), COUNT))
    written = {
        "analysis.json": _analysis(pairs),
        "constraint_violations.json": {"version": "1.0", "violations": violations},
    }
    return Result(written, [], metrics, report)


def _counts(arrays: Arrays, place: int) -> dict[str, Floats]:
    """Return records by facet, label and prediction: those with an outcome, and all (the label is then 0)."""
    facet, known = arrays.facets[place], ~np.isnan(arrays.label)
    there = facet >= 0
    found = {}
    for name, some in (("known", there & known), ("all", there)):
        label = arrays.label[some] > 0 if name == "known" else np.zeros(some.sum(), bool)
        cell = facet[some].astype("int64") * 4 + label * 2 + (arrays.decided[some] > 0)
        found[name] = np.bincount(cell.astype("int64"), minlength=8).reshape(2, 2, 2).astype("float64")
    return found


def _figures(seen: Mapping[str, Floats], then: Mapping[str, Floats] | None, request: Request) -> list[Judged]:
    found = []
    for name, measure in MEASURES.items():
        sort = "known" if measure.labels else "all"
        if measure.labels and seen["known"].sum(axis=(1, 2)).min() < _FEWEST:
            continue
        value = _value(measure, seen[sort])
        before, own, other = None, _deviation(measure, seen[sort], 0), 0.0
        if then is not None:
            before, other = _value(measure, then[sort]), _deviation(measure, then[sort], 1)
        if not math.isfinite(value) or (before is not None and not math.isfinite(before)):
            continue
        worse = 0.0 if before is None else abs(value - measure.ideal) - abs(before - measure.ideal)
        ends = (value - INTERVAL * own, value + INTERVAL * own)
        found.append(Judged(name, value, *ends, before, worse, request.tolerances["bias"], math.hypot(own, other)))
    return found


def _value(measure: Measure, counts: Floats) -> float:
    return float(measure.of(Cells(counts)))


def _deviation(measure: Measure, counts: Floats, seed: int) -> float:
    """Return the standard deviation over resamples of the records; 0 if none gives a finite value."""
    rows = int(counts.sum())
    drawn = np.random.default_rng(seed).multinomial(rows, counts.ravel() / rows, _RESAMPLES)
    values = measure.of(Cells(drawn.reshape(_RESAMPLES, 2, 2, 2).astype("float64")))
    finite = values[np.isfinite(values)]
    return float(np.std(finite)) if len(finite) else 0.0


def _violation(facet: Facet, one: Judged) -> Document:
    return {
        "facet": facet.name,
        "facet_value": facet.value,
        "metric_name": one.name,
        "constraint_check_type": "bias_drift_check",
        "description": f"Value {one.value} does not meet the constraint requirement: the baseline is {one.baseline}",
    }


def _analysis(pairs: list[tuple[Facet, Judged]]) -> Document:
    """Return the measures in the manner of Clarify's analysis.json."""
    sections: Document = {}
    for facet, one in pairs:
        section = "post_training_bias_metrics" if MEASURES[one.name].predictions else "pre_training_bias_metrics"
        facets = sections.setdefault(section, {"label": "label0", "facets": {}})["facets"]
        groups = facets.setdefault(facet.name, [])
        group = next((g for g in groups if g["value_or_threshold"] == facet.value), None)
        if group is None:
            group = {"value_or_threshold": facet.value, "metrics": []}
            groups.append(group)
        group["metrics"].append({"name": one.name, "description": MEASURES[one.name].formula, "value": one.value})
    return {"version": "1.0", **sections}
