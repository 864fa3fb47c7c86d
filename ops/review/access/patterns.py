"""Patterns with `*` and `?` as languages: which strings lie in which of them, decided for all of them together.

All patterns are run side by side as one automaton over the characters that matter. Two strings that lie in the same
patterns are alike for every policy, so what is found are *kinds* of strings: for each the patterns that it lies in.
Inclusion, overlap and difference of any unions of patterns are then operations on sets of kinds, and exact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ops.review.access.automaton import MOST_KINDS, Automaton, Pattern
from ops.review.access.tokens import ANY, STAR, Tokens, Undecided, unknown

_MOST_TOKENS = 30_000  # the longest policies that AWS takes have 32,768 characters


@dataclass(frozen=True)
class Kinds:
    """Kinds of strings as bits.

    Attributes:
        count: of kinds.
        members: of each pattern, the kinds that lie in it.
        doubtful: kinds that exist only if something unknown equals something else.
    """

    count: int
    members: Mapping[Pattern, int]
    doubtful: int


def kinds(patterns: Iterable[Pattern]) -> Kinds:
    """Return the kinds of strings that patterns tell apart; Undecided if they are too many."""
    return _kinds(tuple(sorted(set(patterns), key=lambda one: (one.tokens, one.arn, one.fold))))


@lru_cache(maxsize=512)
def _kinds(patterns: tuple[Pattern, ...]) -> Kinds:
    if sum(len(pattern.tokens) for pattern in patterns) > _MOST_TOKENS:
        raise Undecided("its patterns are too long")
    simple = all(pattern.literal and not pattern.fold for pattern in patterns)
    certain = _distinct(patterns) if simple else sorted(Automaton(patterns).signatures())
    doubtful = sorted(_coincidences(patterns, certain) - set(certain))
    members = dict.fromkeys(patterns, 0)
    for bit, signature in enumerate([*certain, *doubtful]):
        for at, pattern in enumerate(patterns):
            if signature >> at & 1:
                members[pattern] |= 1 << bit
    return Kinds(len(certain) + len(doubtful), members, ((1 << len(doubtful)) - 1) << len(certain))


def _distinct(patterns: Sequence[Pattern]) -> list[int]:
    """Return signatures where every pattern is a string: each alone, and all other strings."""
    found: dict[Tokens, int] = {}
    for at, pattern in enumerate(patterns):
        found[pattern.tokens] = found.get(pattern.tokens, 0) | 1 << at
    return [0, *found.values()]


def _coincidences(patterns: Sequence[Pattern], certain: Sequence[int]) -> set[int]:
    """Return signatures of strings that exist if what one pattern does not say happens to lie in another one."""
    within, meeting = [-1] * len(patterns), [0] * len(patterns)  # of each pattern, those that hold all, or some, of it
    for signature in certain:
        for at in range(len(patterns)):
            if signature >> at & 1:
                within[at] &= signature
                meeting[at] |= signature
    found = set()
    for one in (at for at, pattern in enumerate(patterns) if pattern.vague):
        for other, second in enumerate(patterns):
            if not meeting[one] >> other & 1 and _may_overlap(patterns[one].tokens, second.tokens):
                found.add(within[one] | within[other])
        if len(found) > MOST_KINDS:
            raise Undecided("too many of its texts are known to CloudFormation alone")
    return found


def _may_overlap(one: Tokens, other: Tokens) -> bool:
    """Return whether nothing at their beginnings or ends keeps two patterns apart."""
    return _agree(one, other) and _agree(one[::-1], other[::-1])


def _agree(one: Tokens, other: Tokens) -> bool:
    for left, right in zip(one, other, strict=False):
        if STAR in (left, right) or unknown(left) or unknown(right):
            return True
        if left != right and ANY not in (left, right):
            return False
    return len(one) == len(other) or _open(one[len(other) :]) or _open(other[len(one) :])


def _open(rest: Tokens) -> bool:
    return bool(rest) and all(token == STAR or unknown(token) for token in rest)
