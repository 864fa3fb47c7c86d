"""The monitor of data quality: one variant's profile against the baseline."""

from dataclasses import asdict, dataclass

from ..use_case import Document
from . import documented, documents
from .expected import Expected
from .findings import CHECKS, Finding, violations
from .guarded import Rules
from .metrics import COUNT, NONE, Metric
from .observed import Observed, observed
from .profile import Profile
from .request import Request
from .told import Told

NAME = "data_quality"
_DISTANCES = ("simple", "robust", "psi", "wasserstein", "total_variation")


@dataclass(frozen=True)
class Result:
    """What a monitor leaves of one variant.

    Attributes:
        files: name -> content.
        findings: of all checks of columns, violated or not.
        metrics: for CloudWatch.
        report: all figures.
    """

    files: dict[str, Document]
    findings: list[Finding]
    metrics: list[Metric]
    report: Document


def result(expected: Expected | None, profile: Profile, request: Request) -> Result:
    """Return what is to be said of a variant; without a baseline its own statistics and constraints only."""
    seen = observed(expected, profile) if expected else []
    findings: list[Finding] = []
    if expected and request.rules == "model_monitor":
        findings = documented.check(expected, profile, seen)
    elif expected:
        findings = Rules(request.alpha, request.tolerances).check(expected, profile, seen)
    written = {"statistics.json": documents.statistics(profile), "constraints.json": documents.constraints(profile)}
    if expected:
        written["constraint_violations.json"] = violations(findings)
    report = {
        "rows": profile.rows,
        "bad": asdict(profile.bad),
        "extra_columns": profile.extra,
        "rules": request.rules,
        "alpha": request.alpha,
        "tolerances": dict(request.tolerances),
        "baseline": expected is not None,
        "periods": _periods(expected, profile),
        "features": {one.field.name: one.figures() for one in seen},
    }
    return Result(written, findings, _metrics(profile, seen, findings), report)


def _periods(expected: Expected | None, profile: Profile) -> Document | None:
    """Return by what records are alike, and how many of one size there are; None where each counts by itself."""
    if expected is None or expected.period is None:
        return None
    told = Told.of(expected, profile)
    return {"length": expected.period, "baseline": told.baseline, "captured": told.live}


def _metrics(profile: Profile, seen: list[Observed], findings: list[Finding]) -> list[Metric]:
    found = [Metric("captured_records", profile.rows, COUNT), Metric("bad_records", profile.bad.total, COUNT)]
    violated = [finding for finding in findings if finding.violated]
    for check in CHECKS if findings else ():
        count = sum(finding.check == check for finding in violated)
        found.append(Metric(f"{check}_violations", count, COUNT))
    if findings:
        found.append(Metric("data_quality_violations", len(violated), COUNT))
    for one in seen if profile.rows else ():
        name = one.field.name
        figures = one.figures()
        shares = {key: figures[key] for key in ("completeness", "type_match", "unseen")}
        distances = figures["distances"] or {}
        shares |= {f"drift_{key}": distances.get(key) for key in _DISTANCES}
        found += [Metric(key, value, NONE, name) for key, value in shares.items() if value is not None]
        found.append(Metric("feature_violations", sum(f.feature == name for f in violated), COUNT, name))
    return found
