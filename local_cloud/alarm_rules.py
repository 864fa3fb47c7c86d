"""The state of an alarm, decided from the values of its periods. Pure.

Sources: CloudWatch user guide, "Evaluating an alarm" and "Configuring how CloudWatch alarms treat missing data". AWS
also looks at a few periods before the evaluated ones when some are missing; here only the evaluated ones count.
"""

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]

_COMPARISONS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def periods(
    points: Iterable[Mapping[str, Any]], length: float, count: int, now: float
) -> list[list[Mapping[str, Any]]]:
    """Return the points of the last `count` periods of `length` seconds, oldest first.

    The period that is still running counts as soon as it has a point.
    """
    current = int(now // length)
    found: dict[int, list[Mapping[str, Any]]] = {}
    for point in points:
        found.setdefault(int(point["Timestamp"] // length), []).append(point)
    last = current if current in found else current - 1
    return [found.get(index, []) for index in range(last - count + 1, last + 1)]


def decide(alarm: Mapping[str, Any], values: Sequence[float | None]) -> tuple[State | None, str]:
    """Return the state that the values of the evaluated periods make, None if it stays, and the reason.

    Raises:
        ValueError: the comparison needs a band of anomaly detection.
    """
    comparison, threshold = alarm["ComparisonOperator"], alarm["Threshold"]
    if comparison not in _COMPARISONS:
        raise ValueError(f"{comparison} is not implemented by the local cloud")
    wanted = int(alarm.get("DatapointsToAlarm") or len(values))
    treatment = alarm.get("TreatMissingData") or "missing"
    real = [value for value in values if value is not None]
    breaching = [value for value in real if _COMPARISONS[comparison](value, threshold)]
    missing = len(values) - len(real)
    said = f"{len(breaching)} of {len(values)} periods were {comparison} {threshold} (found {real or 'no data'})"
    if not real and treatment in {"missing", "ignore"}:
        return ("INSUFFICIENT_DATA", f"Insufficient data: {said}") if treatment == "missing" else (None, "")
    if treatment == "missing":
        wanted = min(wanted, len(real))
    if len(breaching) + (missing if treatment == "breaching" else 0) >= wanted:
        return "ALARM", f"Threshold Crossed: {said}; missing data is {treatment}"
    if treatment == "ignore" and len(breaching) + missing >= wanted:
        return None, ""
    return "OK", f"Threshold not crossed: {said}; missing data is {treatment}"
