"""Conditions of policies, one key at a time: which values, and whether none, satisfy which of them.

Keys are taken to be independent of each other. As IAM's documentation has it ("IAM JSON policy elements: Condition
operators", "Set operators for multivalued context keys"): a key that a request does not have satisfies negated
operators, those with `IfExists`, `ForAllValues` and `Null: true`; several values of one operator are alternatives.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from ops.review.access import scales
from ops.review.access.automaton import Pattern
from ops.review.access.patterns import kinds
from ops.review.access.predicates import KeyDimension, Predicate
from ops.review.access.tokens import Undecided, written

_MOST_APART = 6  # conditions that cannot be compared, and kinds of values that a set may hold
_MOST_IN_SETS = 8


@dataclass(frozen=True)
class _Values:
    count: int
    satisfying: Mapping[Predicate, int]  # of each condition, the kinds of a single value that do
    doubtful: int = 0


def dimension(predicates: Iterable[Predicate]) -> KeyDimension:
    """Return the dimension of all conditions on one key; Undecided if they are too many to tell apart."""
    distinct = set(predicates)
    valued = {one for one in distinct if one.operator != "Null"}
    try:
        values = _grouped(_values(valued))
        if any(one.every for one in valued):
            return _of_sets(distinct, valued, values)
    except Undecided as reason:
        return _apart(distinct, str(reason))
    absent = 1 << values.count
    present = absent - 1
    members = {}
    for one in distinct:
        if one.operator == "Null":
            members[one] = _null(one, present, absent)
        else:
            members[one] = values.satisfying[one] | (absent if one.negated or one.if_exists else 0)
    return KeyDimension(present | absent, values.doubtful, _coincidence(distinct), members, absent)


def _null(one: Predicate, present: int, absent: int) -> int:
    asked = {written(value).lower() for value in one.values}
    return (absent if "true" in asked else 0) | (present if "false" in asked else 0)


def _coincidence(predicates: Collection[Predicate]) -> str:
    shown = min(one.shown for one in predicates)
    return f"a value of {shown} is known to CloudFormation alone"


def _values(predicates: Collection[Predicate]) -> _Values:
    for fits, read in _READERS:
        if all(fits(one.operator) for one in predicates):
            return read(predicates)
    operators = " and ".join(sorted({one.operator for one in predicates}))
    raise Undecided(f"{min(one.shown for one in predicates)} is compared by {operators}")


def _of_strings(predicates: Collection[Predicate]) -> _Values:
    def patterns(one: Predicate) -> list[Pattern]:
        fold = "IgnoreCase" in one.operator or one.operator == "Bool"
        return [Pattern(value, arn=one.operator.startswith("Arn"), fold=fold) for value in one.values]

    found = kinds(pattern for one in predicates for pattern in patterns(one))
    everything = (1 << found.count) - 1
    satisfying = {}
    for one in predicates:
        within = 0
        for pattern in patterns(one):
            within |= found.members[pattern]
        satisfying[one] = everything ^ within if one.negated else within
    return _Values(found.count, satisfying, found.doubtful)


def _of_bools(predicates: Collection[Predicate]) -> _Values:
    texts = {one: {text.lower() for text in one.texts} for one in predicates}
    if not all(text in ("true", "false") for asked in texts.values() for text in asked):
        return _of_strings(predicates)
    return _Values(2, {one: ("true" in asked) | ("false" in asked) << 1 for one, asked in texts.items()})


def _of_scale(predicates: Collection[Predicate]) -> _Values:
    count, satisfying = scales.compare({one: (one.operator, one.texts) for one in predicates})
    return _Values(count, satisfying)


_READERS: tuple[tuple[Callable[[str], bool], Callable[[Collection[Predicate]], _Values]], ...] = (
    (lambda operator: operator == "Bool", _of_bools),
    (lambda operator: operator.startswith(("String", "Arn", "Bool", "Binary")), _of_strings),
    (lambda operator: operator.startswith("Numeric"), _of_scale),
    (lambda operator: operator.startswith("Date"), _of_scale),
    (lambda operator: operator in ("IpAddress", "NotIpAddress"), _of_scale),
)


def _grouped(values: _Values) -> _Values:
    """Return the same with kinds as one that satisfy the same conditions; such a one is certain if any of it is."""
    signatures: dict[int, bool] = {}
    order = list(values.satisfying)
    for kind in range(values.count):
        signature = sum((values.satisfying[one] >> kind & 1) << at for at, one in enumerate(order))
        signatures[signature] = signatures.get(signature, True) and bool(values.doubtful >> kind & 1)
    satisfying = {
        one: sum((signature >> at & 1) << bit for bit, signature in enumerate(signatures))
        for at, one in enumerate(order)
    }
    doubtful = sum(doubt << bit for bit, doubt in enumerate(signatures.values()))
    return _Values(len(signatures), satisfying, doubtful)


def _of_sets(distinct: Collection[Predicate], valued: Collection[Predicate], values: _Values) -> KeyDimension:
    """Return the dimension of a key with several values in a request: a bit for each set of kinds, first the empty."""
    if any(one.every == "ForAnyValue" and one.if_exists for one in valued):
        raise Undecided("AWS does not say what ForAnyValue with IfExists makes of a key that is missing")
    if not all(one.every for one in valued) or values.count > _MOST_IN_SETS:
        raise Undecided(f"{min(one.shown for one in distinct)} is compared as one value and as several")
    sets = 1 << values.count
    full = (1 << sets) - 1
    members = {}
    for one in distinct:
        if one.operator == "Null":
            members[one] = _null(one, full ^ 1, 1)
            continue
        good = values.satisfying[one]
        every = one.every == "ForAllValues"
        fits = [not held & ~good if every else bool(held & good) for held in range(sets)]
        members[one] = sum(fit << held for held, fit in enumerate(fits))
    doubtful = sum(bool(held & values.doubtful) << held for held in range(sets))
    return KeyDimension(full, doubtful, _coincidence(distinct), members, 1)


def _apart(predicates: Collection[Predicate], reason: str) -> KeyDimension:
    """Return a dimension of conditions that cannot be compared: each may hold or not, whatever the others do.

    That all or none of them hold is taken to be possible; everything between is doubtful.
    """
    if len(predicates) > _MOST_APART:
        raise Undecided(reason)
    sets = 1 << len(predicates)
    full = (1 << sets) - 1
    order = sorted(predicates, key=lambda one: (one.operator, one.every, one.if_exists, one.texts))
    members = {one: sum((held >> at & 1) << held for held in range(sets)) for at, one in enumerate(order)}
    return KeyDimension(full, full & ~1 & ~(1 << sets - 1), reason, members)
