"""Text of policies as a row of tokens: characters, wildcards, and what a template does not say.

What an intrinsic function gives is known to CloudFormation alone. It is one token here, `${Raw.Arn}`: equal to itself
and, as far as anybody can see, to nothing else; a `*` covers it, a `?` does not. `Sub` and `Join` are taken apart, so
that `${Raw.Arn}/*` lies within `*` and holds `${Raw.Arn}/a`, and the ARN of a bucket is the same however a template
writes it. A policy variable, `${aws:username}`, is such a token too.
"""

import re
from functools import lru_cache

Tokens = tuple[str, ...]  # each a character, STAR, ANY, or what is not known: `${...}`
STAR, ANY = "**", "??"
_WILDCARDS = {"*": STAR, "?": ANY}
VARIABLE = re.compile(r"\$\{([^}]*)\}")


class Undecided(Exception):  # noqa: N818 - an answer, not a failure
    """What cannot be compared; the text says why, for people."""


@lru_cache(maxsize=4096)
def of_text(text: str, wild: bool) -> Tokens:
    """Return a text as tokens, `*` and `?` as wildcards where they are."""
    if "${" not in text:
        return _characters(text, wild)
    found: list[str] = []
    end = 0
    for match in VARIABLE.finditer(text):
        found += _characters(text[end : match.start()], wild)
        escaped = match[1] in ("*", "?", "$")
        found.append(match[1] if escaped else f"${{{match[1].lower()}}}")
        end = match.end()
    return (*found, *_characters(text[end:], wild))


def _characters(text: str, wild: bool) -> Tokens:
    if not wild or ("*" not in text and "?" not in text):
        return tuple(text)
    return tuple(_WILDCARDS.get(character, character) for character in text)


def unknown(token: str) -> bool:
    """Return whether a token stands for a text that the template does not say."""
    return token.startswith("${")


def written(tokens: Tokens) -> str:
    """Return tokens as people read them; those of a variable that CloudFormation's exports name, shorter."""
    return "".join("*" if token == STAR else "?" if token == ANY else token for token in tokens)
