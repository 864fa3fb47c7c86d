"""IAM's evaluation of policies by trying requests one by one, written for being right and not for being fast.

Nothing of it is shared with what it is the measure of, `ops.review.access`.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Document = Sequence[Mapping[str, Any]]
DENIED, NEITHER, ALLOWED = 0, 1, 2
COMPARISONS = {
    "Equals": lambda one, other: one == other,
    "LessThan": lambda one, other: one < other,
    "LessThanEquals": lambda one, other: one <= other,
    "GreaterThan": lambda one, other: one > other,
    "GreaterThanEquals": lambda one, other: one >= other,
}


@dataclass(frozen=True)
class Request:
    action: str
    resource: str
    principal: str = "arn:aws:iam::111122223333:role/one"
    context: Mapping[str, Any] = field(default_factory=dict, hash=False)


def judged(document: Document, request: Request) -> int:
    """DENIED, ALLOWED or NEITHER."""
    about = [statement["Effect"] for statement in document if matches(statement, request)]
    return DENIED if "Deny" in about else ALLOWED if about else NEITHER


def matches(statement: Mapping[str, Any], request: Request) -> bool:
    return (
        _element(statement, "Action", lambda one: _like(one, request.action, fold=True))
        and _element(statement, "Resource", lambda one: _like(one, request.resource))
        and _element(statement, "Principal", lambda one: _is(one, request.principal))
        and all(
            _holds(
                operator,
                [str(value).lower() if isinstance(value, bool) else value for value in _list(values)],
                request.context.get(key),
            )
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _element(statement: Mapping[str, Any], name: str, test: Any) -> bool:
    if f"Not{name}" in statement:
        return not any(test(one) for one in _flat(statement[f"Not{name}"]))
    return name not in statement or any(test(one) for one in _flat(statement[name]))


def _flat(value: Any) -> list[Any]:
    return [one for below in value.values() for one in _list(below)] if isinstance(value, Mapping) else _list(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is(pattern: str, principal: str) -> bool:
    account = principal.split(":")[4] if principal.startswith("arn:") else ""
    return pattern in ("*", principal) or (bool(account) and pattern in (account, f"arn:aws:iam::{account}:root"))


def _like(pattern: str, text: str, *, fold: bool = False) -> bool:
    parts = "".join(".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern)
    return re.fullmatch(parts, text, re.DOTALL | (re.IGNORECASE if fold else 0)) is not None


def _holds(operator: str, wanted: list[Any], given: Any) -> bool:
    every, _, name = operator.rpartition(":")
    exists, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    if name == "Null":
        return (given is None) is (wanted == ["true"])
    negated, base = "Not" in name, name.replace("Not", "")
    if given is None:
        return exists or every == "ForAllValues" or (negated and not every)
    tests = [any(_same(base, want, one) for want in wanted) is not negated for one in _list(given)]
    return any(tests) if every == "ForAnyValue" else all(tests)


def _same(base: str, wanted: str, given: str) -> bool:
    if base == "IpAddress":
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted)
    if base.startswith("Numeric"):
        return bool(COMPARISONS[base.removeprefix("Numeric")](float(given), float(wanted)))
    if base == "ArnLike" or base == "ArnEquals":
        wants, gives = wanted.split(":", 5), given.split(":", 5)
        return len(wants) == len(gives) and all(_like(*pair) for pair in zip(wants, gives, strict=True))
    if base == "StringEqualsIgnoreCase" or base == "Bool":
        return wanted.lower() == given.lower()
    return _like(wanted, given) if base == "StringLike" else wanted == given
