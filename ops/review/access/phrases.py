"""Pieces of policies as people read them: which actions, on which resources, for whom, under which conditions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from ops.review.access import actions
from ops.review.access.comparing import Piece
from ops.review.access.conditions import KeyDimension, Predicate
from ops.review.access.tokens import ANY, STAR, Tokens, written
from ops.review.access.universe import ActionDimension

Key = TypeVar("Key", str, Tokens)
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
    """Return the actions of a piece: patterns of the statement as a whole, of others the actions that belong to it."""
    known, bits, statement = piece.universe.actions, piece.box[0], piece.statement
    if statement.but_actions:
        named = known.full & ~bits
        outside = [pattern for pattern in sorted(statement.actions) if known.members[pattern] & ~named == 0]
        if outside and not named & ~_union(known.members[one] for one in outside):
            return f"everything but {listed(proper(one) for one in outside)}"
        return "all other actions"
    touched = [one for one in sorted(statement.actions) if known.members[one] & bits]
    if not _names(known, bits) and not any(one == "*" for one in touched):
        return f"what AWS may add to {listed(map(proper, touched))}"
    return listed(_of_pattern(one, known, bits) for one in touched)


def _of_pattern(pattern: str, known: ActionDimension, bits: int) -> str:
    """Return what of a pattern belongs to a piece: its name alone, or with what does not and how many it are."""
    within = known.members[pattern]
    if "*" not in pattern and "?" not in pattern:
        return proper(pattern)
    names = _names(known, within & bits)
    outside = {one: found for one, found in known.members.items() if found & within and not found & within & bits}
    said = "every action" if pattern == "*" else proper(pattern)
    if outside:
        if 0 < len(names) <= _SHOWN:
            return listed(names)
        said += f" but {listed(map(proper, _widest(outside)))}"
    worst = [one for one in names if actions.is_dangerous(one)][:_WORST]
    among = f", {listed(worst)} among them" if worst else ""
    return f"{said} ({len(names)} actions{among})" if len(names) > 1 else said


def _names(known: ActionDimension, bits: int) -> list[str]:
    return sorted(actions.of(name).name for at, some in enumerate(known.names) if bits >> at & 1 for name in some)


def _widest(outside: Mapping[Key, int]) -> list[Key]:
    """Return of patterns those that lie in no other one of them."""
    return sorted(
        one
        for one, found in outside.items()
        if not any(found & ~more == 0 and found != more for more in outside.values())
    )


def proper(pattern: str) -> str:
    """Return a pattern of actions in lower case as AWS writes it: `s3:Get*`."""
    if "*" not in pattern and "?" not in pattern:
        return actions.of(pattern).name
    start = re.split(r"[*?]", pattern, maxsplit=1)[0]
    like = min(actions.matching(pattern), default=pattern)
    return actions.of(like).name[: len(start)] + pattern[len(start) :] if like.startswith(start) else pattern


def said_resources(piece: Piece) -> str:
    """Return ` on ...`, the resources of a piece; "" if its policy has none."""
    known, bits, statement = piece.universe.resources, piece.box[1], piece.statement
    if statement.resources is None:
        return ""
    if bits | known.doubtful == known.full:
        return " on every resource"
    certain = bits & ~known.doubtful or bits
    order = sorted(statement.resources)
    if statement.but_resources:
        return f" on everything but {listed(_pattern(one) for one in order)}"
    whole = [one for one in order if not known.members[one] & ~known.doubtful & ~certain]
    rest = certain & ~_union(known.members[one] for one in whole)
    partly = [_except(one, piece) for one in order if one not in whole and known.members[one] & rest]
    return f" on {listed([_pattern(one) for one in whole] + partly)}"


def _except(pattern: Tokens, piece: Piece) -> str:
    """Return a pattern with those that are taken out of it: the widest within it that the piece has not."""
    known, bits = piece.universe.resources, piece.box[1]
    within = known.members[pattern] & ~known.doubtful
    outside = {
        one: found & within for one, found in known.members.items() if found & within and not found & within & bits
    }
    said = "every resource" if pattern == (STAR,) else _pattern(pattern)
    return f"{said} but {listed(map(_pattern, _widest(outside)))}" if outside else f"a part of {said}"


def _pattern(tokens: Tokens) -> str:
    return shortened(written(tokens))


def said_principals(piece: Piece) -> str:
    """Return for whom a piece is, "" if its policy does not say."""
    known, bits, statement = piece.universe.principals, piece.box[2], piece.statement
    if statement.principals is None:
        return ""
    if bits == known.full:
        return "everybody"
    order = sorted(statement.principals, key=str)
    if statement.but_principals:
        return f"everybody but {listed(str(one) for one in order)}"
    whole = [one for one in order if not known.members[one] & ~bits]
    if whole:
        return shortened(listed(str(one) for one in whole))
    left_out = [one for one in known.members if known.members[one] & ~bits == known.members[one]]
    return shortened(f"{listed(str(one) for one in order)} (but not {listed(sorted(map(str, left_out)))})")


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
    for one, satisfying in sorted(known.members.items(), key=lambda pair: condition(pair[0])):
        if bits == within & ~satisfying:
            new = _beyond(mine, one)
            return [(condition(new), True)] if new else [*said, (condition(one), False)]
        if bits == within & satisfying:
            return [*said, (condition(one), True)]
    others = sorted(condition(one) for one, satisfying in known.members.items() if not satisfying & bits)
    return [*said, *((one, False) for one in others)]


def _beyond(mine: Sequence[Predicate], other: Predicate) -> Predicate | None:
    """Return a condition that asks for the values that another one of the same kind has not, if that says it all."""
    if len(mine) != 1 or other.negated or replace(mine[0], values=other.values) != other or "Null" in other.operator:
        return None
    new = mine[0].values - other.values
    literal = all(STAR not in value and ANY not in value for value in mine[0].values | other.values)
    return (
        replace(mine[0], values=new) if new and literal and not mine[0].every and "Than" not in other.operator else None
    )


def condition(one: Predicate) -> str:
    """Return a condition as people read it: `aws:SourceAccount is 111122223333`."""
    values = shortened(_alternatives(one.texts))
    if one.operator == "Null":
        return f"there is {'no' if 'true' in one.texts else 'a'} {one.shown}"
    verbs = _VERBS.get(one.operator.replace("Not", "", 1), (one.operator, one.operator))
    verb = verbs[1 if one.negated else 0] or one.operator
    shown = {"ForAnyValue": "a value of ", "ForAllValues": "every value of "}.get(one.every, "") + one.shown
    return f"{shown} {verb} {values}" + (" (where there is one)" if one.if_exists else "")


def _alternatives(texts: Sequence[str]) -> str:
    return listed(texts).replace(" and ", " or ") if texts else "nothing"


def _union(bits: Iterable[int]) -> int:
    found = 0
    for one in bits:
        found |= one
    return found
