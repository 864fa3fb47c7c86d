"""Patterns with `*` and `?`, and all of them as one automaton that says which of them a string may lie in together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ops.review.access.tokens import ANY, STAR, Tokens, Undecided, unknown, written

_OTHER = ""  # any character that no pattern names
MOST_KINDS = 2_000
_MOST_STATES = 4_000  # and twice the tokens; a role of this project takes 700
_FREE_AFTER = 5  # colons of an ARN after which wildcards of ArnLike may match colons


@dataclass(frozen=True)
class Pattern:
    """A pattern.

    Attributes:
        arn: compared as ARNs are, part by part: wildcards match no colon before the last part.
        fold: whether upper and lower case are the same.
    """

    tokens: Tokens
    arn: bool = False
    fold: bool = False

    @cached_property
    def literal(self) -> bool:
        """Whether it stands for one string alone."""
        return STAR not in self.tokens and ANY not in self.tokens

    @cached_property
    def vague(self) -> bool:
        """Whether a part of it is not known."""
        return any(unknown(token) for token in self.tokens)

    def __str__(self) -> str:
        return written(self.tokens)


class Automaton:
    """All patterns at once: a state is the set of places in patterns that a string may have come to, as bits.

    A place stays where a `*` stands before it, and moves on with a token that matches. The last place of a pattern
    accepts.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.start = self.accept = self.stay = self.stay_on_colon = 0
        self.literal: dict[str, int] = {_OTHER: 0}
        self.any = self.any_on_colon = 0
        self.fold = any(pattern.fold for pattern in patterns)
        self.tokens: list[str] = []
        self.owners: dict[int, int] = {}
        for at, pattern in enumerate(patterns):
            self._add(at, pattern)

    def _add(self, at: int, pattern: Pattern) -> None:
        self.start |= 1 << len(self.tokens)
        colons = 0
        last = min(_FREE_AFTER, pattern.tokens.count(":"))  # the part that a short pattern ends with may be anything
        for token in pattern.tokens:
            bit = 1 << len(self.tokens)
            free = not pattern.arn or colons >= last
            if token == STAR:
                self.stay |= bit
                self.stay_on_colon |= bit if free else 0
                continue
            if token == ANY:
                self.any |= bit
                self.any_on_colon |= bit if free else 0
            for same in {token.lower(), token.upper()} if pattern.fold and not unknown(token) else {token}:
                self.literal[same] = self.literal.get(same, 0) | (0 if token == ANY else bit)
            # What begins with something unknown begins with an ARN.
            colons = _FREE_AFTER if unknown(token) and not colons else colons + token.count(":")
            self.tokens.append(token)
        self.owners[len(self.tokens)] = at
        self.accept |= 1 << len(self.tokens)
        self.tokens.append("")

    def step(self, state: int, symbol: str) -> int:
        """Return the places after one more character."""
        colon = symbol == ":"
        moving = self.literal.get(symbol, 0)
        if not unknown(symbol):
            moving |= self.any_on_colon if colon else self.any
        return state & (self.stay_on_colon if colon else self.stay) | (state & moving) << 1

    def signatures(self) -> set[int]:
        """Return for each kind of strings the patterns that it lies in, as bits."""
        most = _MOST_STATES + 2 * len(self.tokens)
        seen, waiting, accepts = {self.start}, [self.start], set[int]()
        escaped = False  # whether there are strings that no pattern can match any more
        while waiting:
            state = waiting.pop()
            accepts.add(state & self.accept)
            for symbol in self._symbols(state):
                after = self.step(state, symbol)
                escaped = escaped or not after
                if after and after not in seen:
                    seen.add(after)
                    waiting.append(after)
            if len(seen) > most or len(accepts) > MOST_KINDS:
                raise Undecided("its wildcards overlap in too many ways")
        found = {self._patterns(bits) for bits in accepts}
        return found | {0} if escaped else found

    def _symbols(self, state: int) -> set[str]:
        """Return the characters that lead somewhere else from a state, and one that stands for all others."""
        symbols = {_OTHER}
        live = state & ~self.accept
        while live:
            low = live & -live
            token = self.tokens[low.bit_length() - 1]
            symbols.update({token.lower(), token.upper()} if self.fold and not unknown(token) else {token})
            live ^= low
        symbols.discard(ANY)
        if self.stay & ~self.stay_on_colon & state or self.any & ~self.any_on_colon & state:
            symbols.add(":")
        return symbols

    def _patterns(self, accepted: int) -> int:
        found = 0
        while accepted:
            low = accepted & -accepted
            found |= 1 << self.owners[low.bit_length() - 1]
            accepted ^= low
        return found
