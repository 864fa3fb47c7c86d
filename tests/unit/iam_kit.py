"""IAM's evaluation of policies by trying requests one by one, written for being right and not for being fast.

Nothing of it is shared with what it is the measure of, `ops.review.access`.
"""

import ipaddress
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Document = Sequence[Mapping[str, Any]]
ONE = "arn:aws:iam::111122223333:role/one"
DENIED, NEITHER, ALLOWED = 0, 1, 2
COMPARISONS = {
    "Equals": lambda one, other: one == other,
    "LessThan": lambda one, other: one < other,
    "LessThanEquals": lambda one, other: one <= other,
    "GreaterThan": lambda one, other: one > other,
    "GreaterThanEquals": lambda one, other: one >= other,
}


@dataclass(frozen=True)
class Requests:
    """All requests that can be made of these."""

    actions: Sequence[str]
    resources: Sequence[str]
    contexts: Sequence[Mapping[str, Any]] = ({},)
    principals: Sequence[str] = (ONE,)


def judged(document: Document, requests: Requests) -> list[int]:
    """DENIED, ALLOWED or NEITHER, of each request."""
    tables = [(statement["Effect"], _tables(statement, requests)) for statement in document]
    found = []
    for request in itertools.product(
        *map(range, map(len, (requests.actions, requests.resources, requests.principals, requests.contexts)))
    ):
        effects = [effect for effect, table in tables if all(row[at] for row, at in zip(table, request, strict=True))]
        found.append(DENIED if "Deny" in effects else ALLOWED if effects else NEITHER)
    return found


def _tables(statement: Mapping[str, Any], requests: Requests) -> list[list[bool]]:
    return [
        [_element(statement, "Action", lambda one, to=to: _like(one, to, fold=True)) for to in requests.actions],
        [_element(statement, "Resource", lambda one, to=to: _like(one, to)) for to in requests.resources],
        [_element(statement, "Principal", lambda one, to=to: _is(one, to)) for to in requests.principals],
        [_meets(statement.get("Condition", {}), context) for context in requests.contexts],
    ]


def _meets(conditions: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
    return all(
        _holds(operator, _list(values), context.get(key))
        for operator, keys in conditions.items()
        for key, values in keys.items()
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
    if base in ("ArnLike", "ArnEquals"):
        wants, gives = wanted.split(":", 5), given.split(":", 5)
        return len(wants) == len(gives) and all(_like(*pair) for pair in zip(wants, gives, strict=True))
    if base in ("StringEqualsIgnoreCase", "Bool"):
        return str(wanted).lower() == given.lower()
    return _like(wanted, given) if base == "StringLike" else wanted == given
