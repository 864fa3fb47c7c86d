"""What a run measured as metrics of CloudWatch. Pure.

Dimensions Environment, UseCase, Endpoint, Variant, and Feature of what is about a column. Each metric costs by the
month, so that of a wide use case the columns that differ most are published, and the report has all.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.events import Monitor
from monitor.state import Run

VIOLATIONS: Mapping[str, Monitor] = {
    "data_quality_violations": "data_quality",
    "model_quality_violations": "model_quality",
    "bias_violations": "bias",
    "explainability_violations": "explainability",
}
_DISTANCES = frozenset({"drift_robust", "drift_total_variation"})
_LARGEST, _SMALLEST = 1e108, 1e-108  # PutMetricData takes no others, 0 aside
_LONGEST = 1024  # characters of a dimension's value


@dataclass(frozen=True)
class Place:
    """Whose metrics they are."""

    environment: str
    endpoint: str


def violations(measured: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the violations of each monitor that could judge."""
    return {VIOLATIONS[one["name"]]: int(one["value"]) for one in measured if _whole(one) and one["name"] in VIOLATIONS}


def figures(measured: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return what was measured of the variant as a whole."""
    return {one["name"]: float(one["value"]) for one in measured if _whole(one)}


def data(
    measured: list[dict[str, Any]], run: Run, place: Place, features: int, at: datetime
) -> Iterator[dict[str, Any]]:
    """Yield the data of PutMetricData, of as many columns as `features`."""
    kept = _most_different(measured, features)
    own = _dimensions(place, run.use_case, run.variant)
    for one in measured:
        feature = one.get("feature")
        # The facets of bias are as many as somebody wrote down.
        if feature is None or feature in kept or one["name"].startswith("bias_"):
            named = own | ({} if feature is None else {"Feature": _ascii(feature)})
            yield _datum(one["name"], named, at, _in_range(float(one["value"])), one["unit"])


def nothing_found(
    monitors: Iterable[Monitor], use_case: str, variant: str, place: Place, at: datetime
) -> list[dict[str, Any]]:
    """Return the data of PutMetricData that say of a variant that no monitor has found a violation."""
    own, wanted = _dimensions(place, use_case, variant), frozenset(monitors)
    return [_datum(name, own, at, 0.0, "Count") for name, monitor in VIOLATIONS.items() if monitor in wanted]


def _dimensions(place: Place, use_case: str, variant: str) -> dict[str, str]:
    return {
        "Environment": place.environment,
        "UseCase": use_case.replace("_", "-"),
        "Endpoint": place.endpoint,
        "Variant": variant,
    }


def _datum(metric: str, named: Mapping[str, str], at: datetime, value: float, unit: str) -> dict[str, Any]:
    return {
        "MetricName": metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in named.items()],
        "Timestamp": at,
        "Value": value,
        "Unit": unit,
    }


def _whole(one: Mapping[str, Any]) -> bool:
    return one.get("feature") is None


def _most_different(measured: Iterable[Mapping[str, Any]], most: int) -> frozenset[str]:
    """Return the columns with violations, and then those that differ most."""
    ranks: dict[str, list[float]] = {}
    for one in measured:
        if not _whole(one):
            rank = ranks.setdefault(one["feature"], [0.0, 0.0])
            if one["name"] == "feature_violations":
                rank[0] = one["value"]
            elif one["name"] in _DISTANCES:
                rank[1] = max(rank[1], one["value"])
    order = sorted(ranks, key=lambda name: (-ranks[name][0], -ranks[name][1], name))
    return frozenset(order[:most])


def _ascii(text: str) -> str:
    """Return a text as dimensions may be: of ASCII, no colon at its begin, and not empty."""
    plain = text.encode("ascii", "backslashreplace").decode()
    plain = "".join(letter if letter.isprintable() else "?" for letter in plain)[:_LONGEST]
    return plain if plain.strip() and not plain.startswith(":") else f"_{plain}"[:_LONGEST]


def _in_range(value: float) -> float:
    if abs(value) < _SMALLEST:
        return 0.0
    return math.copysign(min(abs(value), _LARGEST), value)
