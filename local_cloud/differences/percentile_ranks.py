"""The statistic PR(lower:upper): the share of a period's values within bounds, in percent; ministack has the average.

Source: CloudWatch user guide, "CloudWatch statistics definitions": the lower bound is exclusive, the upper one
inclusive, and either may be left out. As for percentiles there is none where only sets of statistics were published.
"""

import re
from collections.abc import Iterable
from typing import Any

_RANK = re.compile(r"PR\((\d+(?:\.\d{1,10})?)?:(\d+(?:\.\d{1,10})?)?\)")


def close() -> None:
    """Answer percentile ranks, wherever a statistic is asked for."""
    from ministack.services import cloudwatch

    value = cloudwatch._stat_value

    def value_or_rank(stats: dict[str, float], name: str, points: Any = None) -> float | None:
        if not (bounds := _RANK.fullmatch(name)):
            found: float | None = value(stats, name, points)
            return found
        samples = cloudwatch._percentile_samples(points or [])
        low, high = (float(bound) if bound else None for bound in bounds.groups())
        return rank(samples, low, high) if samples else None

    cloudwatch._stat_value = value_or_rank


def rank(samples: Iterable[tuple[float, float]], low: float | None, high: float | None) -> float:
    """Return the share of (value, count) within bounds, 0 to 100.

    >>> rank([(1.0, 1.0), (2.0, 2.0), (3.0, 1.0)], None, 2.0)
    75.0
    """
    total = inside = 0.0
    for value, count in samples:
        total += count
        if (low is None or value > low) and (high is None or value <= high):
            inside += count
    return 100 * inside / total
