"""Conditions as people read them: what a piece of a policy asks of a request, and of conditions what is new of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ops.review.access import scales
from ops.review.access.comparing import Piece
from ops.review.access.phrases import listed, shortened
from ops.review.access.predicates import KeyDimension, Predicate
from ops.review.access.tokens import ANY, STAR

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
    if len(mine) != 1 or mine[0].every or replace(mine[0], values=other.values) != other:
        return None
    wide, narrow = (other, mine[0]) if other.negated else (mine[0], other)
    new = wide.values - narrow.values
    said = replace(other, operator=other.operator.replace("Not", ""), values=new, if_exists=False)
    return said if new and _disjoint(said, narrow) else None


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


def _disjoint(one: Predicate, other: Predicate) -> bool:
    """Return whether no value satisfies two conditions, as far as can be seen from their values alone."""
    if one.operator == "IpAddress":
        ranges = [[scales.interval(scales.network(text)) for text in each.texts] for each in (one, other)]
        return not any(first <= end and start <= last for start, end in ranges[0] for first, last in ranges[1])
    literal = all(STAR not in value and ANY not in value for value in one.values | other.values)
    return literal and "Than" not in one.operator and one.operator != "Null"
