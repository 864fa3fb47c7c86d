"""Statements of policies, read so that two that are written differently and mean the same are equal."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.review.access.conditions import Predicate
from ops.review.access.tokens import Place, Tokens, Undecided, unknown, written

_OPERATOR = re.compile(r"^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$")
_ACCOUNT = re.compile(r"^arn:[^:]*:(?:iam|sts)::(\d{12}|\$\{AWS::AccountId\}):(.*)$")
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
_KINDS = {"Service": "the service", "Federated": "people of", "CanonicalUser": "user"}
OWN = "${AWS::AccountId}"
_FULL_ARN = 5  # colons


@dataclass(frozen=True)
class Principal:
    """Who asks.

    Attributes:
        kind: `AWS`, `Service`, `Federated`, `CanonicalUser`, or `*` for everybody.
        account: of an AWS principal; `${AWS::AccountId}` for the stack's own, "" if it is not known.
        name: within the account, "" for all of it.
    """

    kind: str
    account: str = ""
    name: str = ""

    def __str__(self) -> str:
        if self.kind == "*":
            return "everybody"
        if self.kind != "AWS":
            return f"{_KINDS.get(self.kind, self.kind)} {self.name}"
        if not self.name:
            return "the own account" if self.account == OWN else f"account {self.account}"
        return self.name if self.account == OWN else f"{self.name} of account {self.account or 'that is not known'}"


EVERYBODY = Principal("*")


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
    for raw in _list(document.get("Statement", [])):
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
        actions=frozenset(_action(one, place) for one in _list(actions)),
        but_actions=but_actions,
        resources=None if resources is None else frozenset(place.tokens(one) for one in _list(resources)),
        but_resources=but_resources,
        principals=None if principals is None else frozenset(_principals(principals, place)),
        but_principals=but_principals,
        conditions=frozenset(_conditions(raw.get("Condition", {}), place)),
    )


def _either(raw: Mapping[str, Any], name: str) -> tuple[Any, bool]:
    if name in raw and f"Not{name}" in raw:
        raise Undecided(f"a statement has both {name} and Not{name}")
    return (raw[f"Not{name}"], True) if f"Not{name}" in raw else (raw.get(name), False)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _action(value: Any, place: Place) -> str:
    if isinstance(value, str) and "${" not in value:
        return value.lower() if value != "*:*" else "*"
    tokens = place.tokens(value)
    if any(unknown(token) for token in tokens):
        raise Undecided(f"the action {written(tokens)} is known to CloudFormation alone")
    text = written(tokens).lower()
    return "*" if text == "*:*" else text


def _principals(value: Any, place: Place) -> Iterator[Principal]:
    if value == "*":
        yield EVERYBODY
        return
    if not isinstance(value, Mapping):
        raise Undecided(f"a principal is {json.dumps(value, default=str)[:60]}")
    for kind, names in value.items():
        for name in _list(names):
            yield _principal(str(kind), name, place)


def _principal(kind: str, value: Any, place: Place) -> Principal:
    text = place.text(value)
    if kind != "AWS":
        return Principal(kind, "", text)
    if text == "*":
        return EVERYBODY
    if re.fullmatch(r"\d{12}", text) or text == OWN:
        return Principal("AWS", text)
    if found := _ACCOUNT.match(text):
        return Principal("AWS", found[1], "" if found[2] == "root" else found[2])
    # What a template refers to, or imports, is of its own account.
    own = isinstance(value, Mapping) and next(iter(value), "") in ("Fn::GetAtt", "Fn::ImportValue")
    return Principal("AWS", OWN if own else "", text)


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
            found: Iterable[Tokens] = (place.tokens(one, wild=wild) for one in _list(values))
            if name in ("Bool", "Null"):
                found = (tuple(token if unknown(token) else token.lower() for token in one) for one in found)
            yield Predicate(key.lower(), name, frozenset(found), read[1] or "", bool(read[3]), key)
