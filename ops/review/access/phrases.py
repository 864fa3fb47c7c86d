"""Pieces of policies as people read them: which actions, on which resources, for whom."""

import re
from collections.abc import Iterable

from ops.review.access import actions
from ops.review.access.comparing import Piece
from ops.review.access.covering import described
from ops.review.access.dimensions import ActionDimension
from ops.review.access.principals import EVERYBODY, Principal
from ops.review.access.tokens import STAR, Tokens, written

_SHOWN, _WORST = 5, 3
_EXPORT = re.compile(r"\$\{([^:{}]+):ExportsOutput(?:FnGetAtt|Ref)([A-Za-z0-9]+?)[0-9A-F]{8}\}")


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
    like = actions.of(min(actions.matching(pattern), default=pattern)).name
    parts = re.split(r"([*?])", pattern)
    texts = [{"*": ".*", "?": "."}.get(part, f"({re.escape(part)})") for part in parts]
    found = re.fullmatch("".join(texts), like, re.IGNORECASE)
    literal = iter(found.groups() if found else parts[::2])
    return "".join(part if part in ("*", "?") else next(literal) for part in parts)


def said_resources(piece: Piece) -> list[str]:
    """Return the resources of a piece; none if its policy has none."""
    known, statement = piece.universe.resources, piece.statement
    if statement.resources is None:
        return []
    certain = piece.box[1] & ~known.doubtful or piece.box[1]
    if certain | known.doubtful == known.full:
        return ["every resource"]
    members = {one: bits & ~known.doubtful or bits for one, bits in known.members.items()}
    own = () if statement.but_resources else statement.resources
    parts = described(members, certain, own)
    return sorted(_of_resource(*part) for part in parts)


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
