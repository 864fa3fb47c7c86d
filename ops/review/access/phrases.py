"""Pieces of policies as people read them: which actions, on which resources, for whom, under which conditions."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ops.review.access import actions, scales
from ops.review.access.comparing import Piece
from ops.review.access.conditions import KeyDimension, Predicate
from ops.review.access.covering import described
from ops.review.access.statements import EVERYBODY, Principal
from ops.review.access.tokens import ANY, STAR, Tokens, written
from ops.review.access.universe import ActionDimension

_SHOWN, _WORST = 5, 3
_EXPORT = re.compile(r"\$\{([^:{}]+):ExportsOutput(?:FnGetAtt|Ref)([A-Za-z0-9]+?)[0-9A-F]{8}\}")
_VERBS = {
    "StringEquals": ("is", "is not"),
    "StringEqualsIgnoreCase": ("is (in any case)", "is not (in any case)"),
    "StringLike": ("is like", "is not like"),
    "ArnEquals": ("is like", "is not like"),
    "ArnLike": ("is like", "is not like"),
    "NumericEquals": ("is", "is not"),
    "DateEquals": ("is", "is not"),
    "NumericLessThan": ("is below", ""),
    "NumericLessThanEquals": ("is at most", ""),
    "NumericGreaterThan": ("is above", ""),
    "NumericGreaterThanEquals": ("is at least", ""),
    "DateLessThan": ("is before", ""),
    "DateLessThanEquals": ("is until", ""),
    "DateGreaterThan": ("is after", ""),
    "DateGreaterThanEquals": ("is from", ""),
    "Bool": ("is", ""),
    "BinaryEquals": ("is", ""),
    "IpAddress": ("is in", "is not in"),
}


def shortened(text: str) -> str:
    """Return a text with the names of CDK's exports as what they stand for: `${dev-data:Raw2403193CArn}`."""
    return _EXPORT.sub(r"${\1:\2}", text)


def listed(texts: Iterable[str], shown: int = _SHOWN) -> str:
    """Return texts as one, the last of many only counted."""
    every = list(dict.fromkeys(texts))
    if len(every) > shown + 1:
        every = [*every[:shown], f"{len(every) - shown} more"]
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}" if every else ""


def said_actions(piece: Piece) -> str:
    """Return the actions of a piece, by patterns where they are all that a pattern stands for."""
    known, bits, statement = piece.universe.actions, piece.box[0], piece.statement
    own = () if statement.but_actions else statement.actions
    if not _names(known, bits) and own and "*" not in own:
        return f"what AWS may add to {listed(proper(one) for one in sorted(own) if known.members[one] & bits)}"
    return listed(_of_pattern(*part, piece) for part in described(known.members, bits, own))


def _of_pattern(pattern: str | None, but: list[str], piece: Piece) -> str:
    """Return a pattern and what is taken out of it, with the number of its actions and the worst of them."""
    known = piece.universe.actions
    if pattern is not None and "*" not in pattern and "?" not in pattern:
        return proper(pattern)
    if pattern in (None, "*"):
        return f"everything but {listed(map(proper, but))}" if but else "everything"
    names = _names(known, piece.box[0] & known.members[pattern])
    if but and 0 < len(names) <= _SHOWN:
        return listed(names)
    worst = [one for one in names if actions.is_dangerous(one)] if piece.statement.allow else []
    known_to_all = sorted(worst, key=lambda one: ("Policy" not in one and "Role" not in one, len(one)))
    among = f", {listed(known_to_all[:_WORST])} among them" if worst else ""
    said = f"{proper(pattern)} but {listed(map(proper, but))}" if but else proper(pattern)
    return f"{said} ({len(names)} actions{among})" if len(names) > 1 else said


def _names(known: ActionDimension, bits: int) -> list[str]:
    return sorted(actions.of(name).name for at, some in enumerate(known.names) if bits >> at & 1 for name in some)


def proper(pattern: str) -> str:
    """Return a pattern of actions in lower case as AWS writes it: `s3:Get*`."""
    if "*" not in pattern and "?" not in pattern:
        return actions.of(pattern).name
    start = re.split(r"[*?]", pattern, maxsplit=1)[0]
    like = min(actions.matching(pattern), default=pattern)
    return actions.of(like).name[: len(start)] + pattern[len(start) :] if like.startswith(start) else pattern


def said_resources(piece: Piece) -> str:
    """Return ` on ...`, the resources of a piece; "" if its policy has none."""
    known, statement = piece.universe.resources, piece.statement
    if statement.resources is None:
        return ""
    certain = piece.box[1] & ~known.doubtful or piece.box[1]
    if certain | known.doubtful == known.full:
        return " on every resource"
    members = {one: bits & ~known.doubtful or bits for one, bits in known.members.items()}
    own = () if statement.but_resources else statement.resources
    parts = described(members, certain, own)
    return f" on {listed(sorted(_of_resource(*part) for part in parts))}"


def _of_resource(pattern: Tokens | None, but: list[Tokens]) -> str:
    said = "every resource" if pattern in (None, (STAR,)) else _pattern(pattern)
    return f"{said} but {listed(map(_pattern, but))}" if but else said


def _pattern(tokens: Tokens | None) -> str:
    return shortened(written(tokens or ()))


def said_principals(piece: Piece) -> str:
    """Return for whom a piece is, "" if its policy does not say."""
    known, statement = piece.universe.principals, piece.statement
    if statement.principals is None:
        return ""
    own = () if statement.but_principals else statement.principals
    parts = described(known.members, piece.box[2], own)
    return shortened(listed(sorted(_of_principal(*part) for part in parts)))


def _of_principal(principal: Principal | None, but: list[Principal]) -> str:
    said = str(principal or EVERYBODY)
    return f"{said} (but not {listed(map(str, but))})" if but else said


def said_conditions(piece: Piece) -> str:
    """Return ` if ...`, the conditions of a piece; "" if there are none."""
    said: list[str] = []
    unless: list[str] = []
    for at, bits in enumerate(piece.box[3:], start=3):
        for phrase, holds in _of_key(piece.universe.key(at), bits, piece.statement.conditions):
            (said if holds else unless).append(phrase)
    return (f" if {listed(said, 6)}" if said else "") + (f" unless {' or '.join(unless)}" if unless else "")


def _of_key(known: KeyDimension, bits: int, own: Iterable[Predicate]) -> list[tuple[str, bool]]:
    """Return conditions that describe the values of a key, and whether they hold or do not."""
    if bits == known.full:
        return []
    mine = [one for one in own if one in known.members]
    within = known.full
    for one in mine:
        within &= known.members[one]
    said = [(condition(one), True) for one in sorted(mine, key=condition)]
    if bits == within:
        return said
    if bits in (known.absent, known.full & ~known.absent):
        shown = min(one.shown for one in known.members)
        return [(f"{shown} {'is missing' if bits == known.absent else 'is there'}", True)]
    for one, satisfying in sorted(known.members.items(), key=lambda pair: condition(pair[0])):
        if bits == within & ~satisfying:
            new = _beyond(mine, one)
            return [(condition(new), True)] if new else [*said, (condition(one), False)]
        if bits == within & satisfying:
            return [*said, (condition(one), True)]
    others = sorted(condition(one) for one, satisfying in known.members.items() if not satisfying & bits)
    return [*said, *((one, False) for one in others)]


def _beyond(mine: Sequence[Predicate], other: Predicate) -> Predicate | None:
    """Return a condition that asks for the values that one of two of the same kind has more, if that says it all."""
    if len(mine) != 1 or replace(mine[0], values=other.values) != other or "Null" in other.operator:
        return None
    literal = all(STAR not in value and ANY not in value for value in mine[0].values | other.values)
    new = mine[0].values - other.values
    if "IpAddress" in other.operator and not _disjoint(new, other.values):
        return None
    if other.negated and literal and not mine[0].every:
        more = other.values - mine[0].values
        return (
            replace(other, operator=other.operator.replace("Not", ""), values=more, if_exists=False) if more else None
        )
    return (
        replace(mine[0], values=new) if new and literal and not mine[0].every and "Than" not in other.operator else None
    )


def condition(one: Predicate) -> str:
    """Return a condition as people read it: `aws:SourceAccount is 111122223333`."""
    values = shortened(_alternatives(one.texts))
    if one.operator == "Null":
        return f"{one.shown} {'is missing' if 'true' in one.texts else 'is there'}"
    verbs = _VERBS.get(one.operator.replace("Not", "", 1), (one.operator, one.operator))
    verb = verbs[1 if one.negated else 0] or one.operator
    shown = {"ForAnyValue": "a value of ", "ForAllValues": "every value of "}.get(one.every, "") + one.shown
    return f"{shown} {verb} {values}" + (" (where there is one)" if one.if_exists else "")


def _alternatives(texts: Sequence[str]) -> str:
    return listed(texts).replace(" and ", " or ") if texts else "nothing"


def _disjoint(some: Iterable[Tokens], others: Iterable[Tokens]) -> bool:
    """Return whether no two ranges of addresses have an address in common."""
    ranges = [scales.interval(scales.network(written(one))) for one in others]
    return not any(
        first <= end and start <= last
        for start, end in (scales.interval(scales.network(written(one))) for one in some)
        for first, last in ranges
    )
