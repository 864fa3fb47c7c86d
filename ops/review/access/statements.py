"""Statements of policies, read so that two that are written differently and mean the same are equal."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.review.access.place import Place
from ops.review.access.predicates import Predicate
from ops.review.access.principals import Principal, principals_of
from ops.review.access.tokens import Tokens, Undecided, unknown, written
from ops.review.values import listed

_OPERATOR = re.compile(r"^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$")
_OPERATORS = {
    name.lower(): name
    for name in (
        *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        *("StringLike", "StringNotLike", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
        *("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals"),
        *("NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan"),
        *("DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals"),
        *("IpAddress", "NotIpAddress", "Null"),
    )
}


@dataclass(frozen=True)
class Statement:
    """A statement.

    Attributes:
        actions: in lower case, with wildcards.
        but_actions, but_resources, but_principals: whether it means all others: `NotAction` and so on.
        resources: patterns; None where the document has none, such as a trust policy: all that there are.
        principals: None where the document has none, such as a role's policy.
    """

    allow: bool
    actions: frozenset[str]
    but_actions: bool = False
    resources: frozenset[Tokens] | None = None
    but_resources: bool = False
    principals: frozenset[Principal] | None = None
    but_principals: bool = False
    conditions: frozenset[Predicate] = frozenset()


def statements(document: Any, place: Place) -> Iterator[Statement]:
    """Return the statements of a policy document, Undecided if it is none."""
    if not isinstance(document, Mapping):
        raise Undecided(f"a policy is no object but {json.dumps(document, default=str)[:60]}")
    if any(str(key).startswith(("Ref", "Fn::")) for key in document):
        raise Undecided(f"a policy is {json.dumps(document, default=str)[:60]}")
    for raw in listed(document.get("Statement", [])):
        if not isinstance(raw, Mapping):
            raise Undecided(f"a statement is no object but {json.dumps(raw, default=str)[:60]}")
        yield _statement(raw, place)


def _statement(raw: Mapping[str, Any], place: Place) -> Statement:
    if raw.get("Effect") not in ("Allow", "Deny"):
        raise Undecided(f"a statement has the effect {raw.get('Effect')!r}")
    actions, but_actions = _either(raw, "Action")
    resources, but_resources = _either(raw, "Resource")
    principals, but_principals = _either(raw, "Principal")
    return Statement(
        allow=raw["Effect"] == "Allow",
        actions=frozenset(_action(one, place) for one in listed(actions)),
        but_actions=but_actions,
        resources=None if resources is None else frozenset(place.tokens(one) for one in listed(resources)),
        but_resources=but_resources,
        principals=None if principals is None else frozenset(principals_of(principals, place)),
        but_principals=but_principals,
        conditions=frozenset(_conditions(raw.get("Condition", {}), place)),
    )


def _either(raw: Mapping[str, Any], name: str) -> tuple[Any, bool]:
    if name in raw and f"Not{name}" in raw:
        raise Undecided(f"a statement has both {name} and Not{name}")
    return (raw[f"Not{name}"], True) if f"Not{name}" in raw else (raw.get(name), False)


def _action(value: Any, place: Place) -> str:
    if isinstance(value, str) and "${" not in value:
        return value.lower() if value != "*:*" else "*"
    tokens = place.tokens(value)
    if any(unknown(token) for token in tokens):
        raise Undecided(f"the action {written(tokens)} is known to CloudFormation alone")
    text = written(tokens).lower()
    return "*" if text == "*:*" else text


def _conditions(value: Any, place: Place) -> Iterator[Predicate]:
    if not isinstance(value, Mapping) or not all(isinstance(keys, Mapping) for keys in value.values()):
        raise Undecided("a condition is known to CloudFormation alone")
    for operator, keys in value.items():
        read = _OPERATOR.match(operator)
        if not read:
            raise Undecided(f"a condition has the operator {operator}")
        name = _OPERATORS.get(read[2].lower(), read[2])
        wild = "Like" in name or name.startswith("Arn")
        for key, values in keys.items():
            found: Iterable[Tokens] = (place.tokens(one, wild=wild) for one in listed(values))
            if name in ("Bool", "Null"):
                found = (tuple(token if unknown(token) else token.lower() for token in one) for one in found)
            yield Predicate(key.lower(), name, frozenset(found), read[1] or "", bool(read[3]), key)
