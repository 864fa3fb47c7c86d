"""What shall become metrics in CloudWatch: `metrics.json`."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

COUNT, NONE = "Count", "None"  # units of CloudWatch


@dataclass(frozen=True)
class Metric:
    """A number.

    Attributes:
        name: of the metric.
        value: of the number.
        unit: of CloudWatch's.
        feature: the column that it is about; None: the variant as a whole.
    """

    name: str
    value: float
    unit: str
    feature: str | None = None


def document(metrics: Iterable[Metric]) -> list[dict[str, Any]]:
    """Return the content of metrics.json; CloudWatch takes finite numbers only."""
    return [
        {"name": one.name, "value": float(one.value), "unit": one.unit}
        | ({} if one.feature is None else {"feature": one.feature})
        for one in metrics
        if math.isfinite(one.value)
    ]
