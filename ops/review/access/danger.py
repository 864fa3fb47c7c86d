"""How dangerous it is that requests are allowed which were not."""

import re

from ops.review.access import actions
from ops.review.access.actions import Level
from ops.review.access.comparing import Piece
from ops.review.access.documents import Kind
from ops.review.access.predicates import Predicate
from ops.review.access.principals import EVERYBODY, OWN, Principal
from ops.review.access.tokens import STAR, Tokens, written
from ops.review.model import Severity

# Keys that say from where, or on whose behalf, a request must come.
_LIMITS = frozenset(
    {
        *("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"),
        *("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce"),
        *("aws:sourceip", "aws:vpcsourceip", "kms:calleraccount", "aws:principalisawsservice", "aws:userid"),
    }
)
TRANSPORT = frozenset({"aws:securetransport", "s3:tlsversion"})
ORIGINS = frozenset({"aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce"})
# All of a service, or all of a kind of it; of S3 `name/*` is but one bucket.
_ALL_OF_SERVICE = re.compile(r"^arn:[^:]*:(?:[^:]*:[^:]*:[^:]*:(?:\*|\*/\*)|(?!s3:)[^:]*:[^:]*:[^:]*:[^:/*]*[:/]\*)$")


def severity(piece: Piece, kind: Kind) -> Severity:
    """Return how much a reviewer should care about requests that are allowed, or no longer refused."""
    found = _of_actions(piece)
    if outside(piece) or kind is Kind.TRUST:
        return Severity.HIGH
    # In a key's policy every resource is the key.
    if found < Severity.HIGH and kind is not Kind.KEY and broad(piece) and not _anywhere(piece):
        found = Severity.HIGH if found == Severity.MEDIUM else Severity.MEDIUM
    return found if piece.statement.allow else max(found, Severity.MEDIUM)


def _of_actions(piece: Piece) -> Severity:
    bits, known = piece.box[0], piece.universe.actions
    wild = (one for one in piece.statement.actions if re.fullmatch(r"\*|[^:]*:\*", one))
    if piece.statement.but_actions or any(not known.members[one] & ~bits for one in wild):
        return Severity.HIGH
    found = Severity.LOW
    for name in names(piece):
        if actions.is_dangerous(name):
            return Severity.HIGH
        if actions.of(name).level >= Level.TAGS:
            found = Severity.MEDIUM
    return found


def names(piece: Piece) -> list[str]:
    """Return the actions of today that a piece is about, in lower case."""
    return [name for at, some in enumerate(piece.universe.actions.names) if piece.box[0] >> at & 1 for name in some]


def outside(piece: Piece) -> bool:
    """Return whether a piece allows everybody, without a limit, or another account."""
    return piece.statement.allow and (everybody(piece) or any(_foreign(one) for one in _named(piece)))


def everybody(piece: Piece) -> bool:
    """Return whether a piece is for everybody, and no condition says from where requests must come."""
    statement = piece.statement
    if statement.principals is None or not (statement.but_principals or EVERYBODY in statement.principals):
        return False
    return not any(_limits(one) for one in statement.conditions)


def _limits(one: Predicate) -> bool:
    open_to_all = {"*", "0.0.0.0/0", "::/0"} & set(one.texts)
    return one.key in _LIMITS and not (one.negated or one.if_exists or open_to_all)


def _named(piece: Piece) -> list[Principal]:
    if piece.statement.principals is None or piece.statement.but_principals:
        return []
    known = piece.universe.principals
    return [one for one in piece.statement.principals if known.members[one] & piece.box[2]]


def _foreign(one: Principal) -> bool:
    return one.kind == "Federated" or (one.kind == "AWS" and one.account != OWN)


def broad(piece: Piece) -> bool:
    """Return whether a piece is about all resources, or all of a service or a kind; not if a condition limits it."""
    resources = piece.statement.resources
    limits = [one for one in piece.statement.conditions if not (one.negated or one.if_exists)]
    if resources is None or (limits and piece.statement.allow):
        return False
    known = piece.universe.resources
    return piece.statement.but_resources or any(_broad(one) and known.members[one] & piece.box[1] for one in resources)


def _broad(tokens: Tokens) -> bool:
    return tokens == (STAR,) or bool(_ALL_OF_SERVICE.match(written(tokens)))


def _anywhere(piece: Piece) -> bool:
    """Return whether policies cannot name a resource for any of a piece's actions."""
    every = names(piece)
    return bool(every) and all(actions.of(name).anywhere for name in every)
