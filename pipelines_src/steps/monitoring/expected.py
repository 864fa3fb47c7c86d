"""What the baseline says: `statistics.json` and `constraints.json` of the preparation, or of Model Monitor itself.

Of the preparation there is `periods.json` as well, where its records are not drawn one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import files
from ..errors import StepError
from ..use_case import Document
from .ranks import Ranks

STATISTICS, CONSTRAINTS, PERIODS = "statistics.json", "constraints.json", "periods.json"
NUMBERS = ("Integral", "Fractional")


@dataclass(frozen=True)
class Field:
    """What is expected of a column.

    Attributes:
        name: of the column.
        type: Integral, Fractional, String or Unknown.
        completeness: share of records that have a value; None: nothing is said.
        domains: the values that it may have; None: any.
        checked: whether its constraints are evaluated at all.
        threshold: of the distance of distributions; None: they are not compared.
        robust: whether that is the robust distance.
        rows: of the baseline, 0 where there are no statistics.
        missing: how many of these have no value.
        ranks: distribution of a number.
        std_dev: of a number.
        categories: how often each text occurs.
        alike: what values of one period have in common, from 0 to 1 (`steps/intraclass.py`).
        alike_missing: what their being missing has.
    """

    name: str
    type: str
    completeness: float | None = None
    domains: frozenset[str] | None = None
    checked: bool = True
    threshold: float | None = None
    robust: bool = True
    rows: int = 0
    missing: int = 0
    ranks: Ranks | None = None
    std_dev: float = 0.0
    categories: Mapping[str, int] | None = None
    alike: float = 0.0
    alike_missing: float = 0.0


@dataclass(frozen=True)
class Expected:
    """The baseline.

    Attributes:
        fields: in order.
        types: share of values that must have their column's type.
        domains: share of values that must be among a column's domain.
        period: hour, day or week, whose records have something in common; None: each tells by itself.
        periods: how many of one size the baseline has.
    """

    fields: tuple[Field, ...]
    types: float = 1.0
    domains: float = 1.0
    period: str | None = None
    periods: float = 0.0

    @property
    def names(self) -> list[str]:
        """The columns, in order."""
        return [field.name for field in self.fields]


def read(folder: Path) -> Expected | None:
    """Return the baseline in a folder, None if there is none; StepError if a file is no such document.

    The statistics may be missing: then distributions are not compared; and the periods: then each record counts.
    """
    if not (folder / CONSTRAINTS).exists():
        return None
    known = files.read_json(folder / STATISTICS) if (folder / STATISTICS).exists() else {"features": []}
    alike = files.read_json(folder / PERIODS) if (folder / PERIODS).exists() else None
    try:
        return of(files.read_json(folder / CONSTRAINTS), known, alike)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StepError(
            f"{folder}: {CONSTRAINTS} and {STATISTICS} are not of Model Monitor's format, version 0, or {PERIODS} is "
            f"not the preparation's: {type(error).__name__}: {error}. Take those of the model package."
        ) from error


def of(constraints: Document, statistics: Document, periods: Document | None = None) -> Expected:
    """Return what two documents of Model Monitor say, and one of the preparation."""
    config = constraints.get("monitoring_config") or {}
    seen = {feature["name"]: feature for feature in statistics["features"]}
    alike = {feature["name"]: feature for feature in (periods or {"features": []})["features"]}
    fields = tuple(
        _with_alike(_field(feature, seen.get(feature["name"]), config), alike.get(feature["name"]))
        for feature in constraints["features"]
    )
    types, domains = (float(config.get(f"{name}_threshold", 1.0)) for name in ("datatype_check", "domain_content"))
    if periods is None or periods["period"] is None:
        return Expected(fields, types, domains)
    return Expected(fields, types, domains, str(periods["period"]), float(periods["effective"]))


def _field(constraint: Document, statistic: Document | None, config: Document) -> Field:
    own = {**(constraint.get("monitoring_config_overrides") or {})}
    for section in ("string_constraints", "num_constraints"):
        own |= (constraint.get(section) or {}).get("monitoring_config_overrides") or {}
    distribution = {**(config.get("distribution_constraints") or {}), **(own.get("distribution_constraints") or {})}
    compared = _enabled(distribution.get("perform_comparison", distribution.get("enable_comparisons", False)))
    domains = (constraint.get("string_constraints") or {}).get("domains")
    completeness = constraint.get("completeness")
    return Field(
        name=constraint["name"],
        type=constraint["inferred_type"],
        completeness=None if completeness is None else float(completeness),
        domains=None if domains is None else frozenset(domains),
        checked=_enabled(own.get("evaluate_constraints", config.get("evaluate_constraints", "Enabled"))),
        threshold=float(distribution["comparison_threshold"]) if compared else None,
        robust=distribution.get("comparison_method", "Robust") != "Simple",
        **_seen(statistic, category=domains is not None),
    )


def _seen(statistic: Document | None, *, category: bool) -> dict[str, Any]:
    given = statistic or {}
    numbers, texts = given.get("numerical_statistics"), given.get("string_statistics")
    either: Document = numbers or texts or {}
    if not either:
        return {}
    common = either["common"]
    found: dict[str, Any] = {
        "missing": int(common["num_missing"]),
        "rows": int(common["num_missing"]) + int(common["num_present"]),
    }
    shape = either.get("distribution") or {}
    sketch = (shape.get("kll") or {}).get("sketch")
    if numbers and sketch and any(sketch["data"]):
        ranks = Ranks.of_compactors(sketch["data"], float(sketch["parameters"]["k"]))
        found |= {"ranks": ranks, "std_dev": float(numbers["std_dev"])}
    # Text without a domain is no category: of times, say, none comes again.
    if texts and category and "categorical" in shape:
        found["categories"] = {one["value"]: int(one["count"]) for one in shape["categorical"]["buckets"]}
    return found


def _with_alike(field: Field, alike: Document | None) -> Field:
    if alike is None:
        return field
    return replace(field, alike=float(alike["values"] or 0.0), alike_missing=float(alike["missing"]))


def _enabled(value: object) -> bool:
    return value is True or str(value).lower() == "enabled"
