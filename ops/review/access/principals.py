"""Who asks: accounts and those in them, services, people of identity providers, everybody."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.review.access.place import Place
from ops.review.access.tokens import Undecided
from ops.review.values import listed

_ACCOUNT = re.compile(r"^arn:[^:]*:(?:iam|sts)::(\d{12}|\$\{AWS::AccountId\}):(.*)$")
_KINDS = {"Service": "the service", "Federated": "people of", "CanonicalUser": "user"}
OWN = "${AWS::AccountId}"


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
        kind, _, rest = self.name.partition("/")
        name = f"the {kind} {rest}" if kind in ("role", "user", "assumed-role") else self.name
        return name if self.account in (OWN, "") else f"{name} of account {self.account}"


EVERYBODY = Principal("*")


def principals_of(value: Any, place: Place) -> Iterator[Principal]:
    """Return whom a `Principal` of a statement names; Undecided if it names nobody."""
    if value == "*":
        yield EVERYBODY
        return
    if not isinstance(value, Mapping):
        raise Undecided(f"a principal is {json.dumps(value, default=str)[:60]}")
    for kind, names in value.items():
        for name in listed(names):
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
