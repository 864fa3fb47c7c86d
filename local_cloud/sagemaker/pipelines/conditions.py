"""The conditions of a Condition step."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

from local_cloud.sagemaker.pipelines.expressions import ExpressionError, Scope, resolve

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_MEMBERS = {
    **{kind: {"LeftValue", "RightValue"} for kind in _COMPARISONS},
    "In": {"QueryValue", "Values"},
    "Not": {"Condition"},
    "Or": {"Conditions"},
    "And": {"Conditions"},
}


def check(condition: Any) -> Iterator[str]:
    """Yield what is wrong with the form of a condition."""
    kind = condition.get("Type") if isinstance(condition, dict) else None
    if kind not in _MEMBERS:
        yield f"Unknown condition type [{kind}]; allowed are {', '.join(_MEMBERS)}"
        return
    members = set(condition) - {"Type"}
    if members != _MEMBERS[kind]:
        yield f"Condition [{kind}] has the members {sorted(members)}; it needs {sorted(_MEMBERS[kind])}"
        return
    inner = [condition["Condition"]] if kind == "Not" else condition.get("Conditions", [])
    for item in inner:
        yield from check(item)


def holds(condition: dict[str, Any], scope: Scope) -> bool:
    """Evaluate a condition; ExpressionError if its values cannot be compared."""
    kind = condition["Type"]
    if kind == "Not":
        return not holds(condition["Condition"], scope)
    if kind == "Or":
        return any(holds(item, scope) for item in condition["Conditions"])
    if kind == "And":
        return all(holds(item, scope) for item in condition["Conditions"])
    if kind == "In":
        query = resolve(condition["QueryValue"], scope)
        return any(_same(query, item) for item in resolve(condition["Values"], scope))
    return _compare(kind, resolve(condition["LeftValue"], scope), resolve(condition["RightValue"], scope))


def _compare(kind: str, left: Any, right: Any) -> bool:
    if not _comparable(left, right):
        raise ExpressionError(f"{kind} cannot compare {left!r} with {right!r}: they are of different types.")
    return _COMPARISONS[kind](left, right)


def _same(left: Any, right: Any) -> bool:
    return _comparable(left, right) and bool(left == right)


def _comparable(left: Any, right: Any) -> bool:
    return _type(left) is _type(right) is not None


def _type(value: Any) -> type | None:
    if isinstance(value, bool):
        return bool
    return float if isinstance(value, int | float) else str if isinstance(value, str) else None
