"""What a check of one column found."""

from dataclasses import asdict, dataclass

from ..use_case import Document

TYPE, COMPLETENESS, DRIFT = "data_type_check", "completeness_check", "baseline_drift_check"
MISSING, EXTRA, CATEGORIES = "missing_column_check", "extra_column_check", "categorical_values_check"
CHECKS = (TYPE, COMPLETENESS, DRIFT, MISSING, EXTRA, CATEGORIES)


@dataclass(frozen=True)
class Finding:
    """One check.

    Attributes:
        feature: the column.
        check: Model Monitor's name for it.
        description: what was found and what is allowed.
        violated: whether it is a violation.
        value: what was measured.
        threshold: up to where it is allowed.
        probability: to see so much by chance, among all that was checked; None where that was not asked.
    """

    feature: str
    check: str
    description: str
    violated: bool
    value: float
    threshold: float
    probability: float | None = None

    def violation(self) -> Document:
        """Return it as an item of constraint_violations.json."""
        return {
            "feature_name": self.feature,
            "constraint_check_type": self.check,
            "description": self.description,
        }

    def to_document(self) -> Document:
        """Return it for the report."""
        return asdict(self)


def violations(findings: list[Finding]) -> Document:
    """Return the content of constraint_violations.json."""
    return {"version": 0.0, "violations": [finding.violation() for finding in findings if finding.violated]}
