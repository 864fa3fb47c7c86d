"""The monitor of bias: Clarify's measures of each facet, as captured and in the test data.

Files: AWS documentation, "Bias Drift Violations". A value is worse the farther it is from the one without bias.
"""

import math
from collections.abc import Mapping

import numpy as np

from ..intraclass import effective_periods
from ..use_case import Document
from .answered import Arrays
from .bias_measures import MEASURES, Cells, Measure
from .data_quality import Result
from .judging import Judged, judged
from .metrics import COUNT, NONE, Metric
from .ranks import Floats
from .request import Facet, Request
from .varies import Spread, Varies, windows

NAME = "bias"
_RESAMPLES, _FEWEST = 500, 10


def result(
    arrays: Arrays, reference: Arrays | None, request: Request, periods: Mapping[str, int] | None = None
) -> Result:
    """Return what is to be said of a variant's predictions.

    Args:
        arrays: the predictions.
        reference: what the variant's model makes of its test data; without it measures are not judged.
        request: what is asked for.
        periods: how many captured records are of each hour, day or week, where that matters.
    """
    report: Document = {}
    figures: list[tuple[Facet, Judged]] = []
    for place, facet in enumerate(request.facets):
        seen = _counts(arrays, place)
        then = _counts(reference, place) if reference is not None else None
        if any(_fewer(counts["all"]) < _FEWEST for counts in (seen, *([then] if then else []))):
            report[facet.label] = {"why": f"fewer than {_FEWEST} records are of the facet, or of no facet"}
            continue
        figures += [(facet, one) for one in _figures(seen, then, request, periods or {})]
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
    """Return records by period, facet, label and prediction: those with an outcome, and all (the label is then 0)."""
    facet, known = arrays.facets[place], ~np.isnan(arrays.label)
    period = np.zeros(len(facet), "int64") if arrays.period is None else arrays.period
    there, periods = facet >= 0, int(period.max(initial=0)) + 1
    found = {}
    for name, some in (("known", there & known), ("all", there)):
        label = arrays.label[some] > 0 if name == "known" else np.zeros(some.sum(), bool)
        cell = period[some] * 8 + facet[some].astype("int64") * 4 + label * 2 + (arrays.decided[some] > 0)
        found[name] = np.bincount(cell, minlength=8 * periods).reshape(periods, 2, 2, 2).astype("float64")
    return found


def _fewer(counts: Floats) -> float:
    """Return how many records are of the facet, or of no facet, whichever is less."""
    return float(counts.sum(axis=(0, 2, 3)).min())


def _figures(
    seen: Mapping[str, Floats], then: Mapping[str, Floats] | None, request: Request, periods: Mapping[str, int]
) -> list[Judged]:
    found = []
    own = {sort: _deviations(_of_records(counts, 0)) for sort, counts in seen.items()}
    other = {sort: _deviations(_of_records(counts, 1)) for sort, counts in (then or {}).items()}
    varies = {sort: _varies(counts, periods) for sort, counts in (then or {}).items()}
    for name, measure in MEASURES.items():
        sort = "known" if measure.labels else "all"
        if measure.labels and _fewer(seen["known"]) < _FEWEST:
            continue
        value, before = _value(measure, seen[sort]), None if then is None else _value(measure, then[sort])
        if not math.isfinite(value) or (before is not None and not math.isfinite(before)):
            continue
        worse = 0.0 if before is None else abs(value - measure.ideal) - abs(before - measure.ideal)
        alone = Spread(own[sort][name], math.hypot(own[sort][name], other[sort][name] if then else 0.0))
        spread = varies[sort].spread(name, alone) if then else alone
        found.append(Judged.of(name, value, before, worse, request.tolerances["bias"], spread))
    return found


def _value(measure: Measure, counts: Floats) -> float:
    return float(measure.of(Cells(counts.sum(axis=0))))


def _varies(counts: Floats, periods: Mapping[str, int]) -> Varies:
    """Return how measures vary in windows of whole periods, drawn from records by period."""
    number = len(counts)

    def deviations(count: float) -> dict[str, float]:
        return _deviations(windows(number, count, _RESAMPLES) @ counts.reshape(number, -1))

    return Varies.of(effective_periods(counts.sum(axis=(1, 2, 3))), periods, deviations)


def _of_records(counts: Floats, seed: int) -> Floats:
    """Return resamples of the records, of all periods together."""
    cells = counts.sum(axis=0).ravel()
    rows = max(1.0, cells.sum())
    return np.random.default_rng(seed).multinomial(int(cells.sum()), cells / rows, _RESAMPLES).astype("float64")


def _deviations(resampled: Floats) -> dict[str, float]:
    """Return the standard deviation of each measure over resamples; 0 if none gives a finite value."""
    found = {}
    for name, measure in MEASURES.items():
        values = measure.of(Cells(resampled.reshape(-1, 2, 2, 2)))
        finite = values[np.isfinite(values)]
        found[name] = float(np.std(finite)) if len(finite) else 0.0
    return found


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
