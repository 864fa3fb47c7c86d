"""Which variant a user gets: a hash decides, so that there is no table to keep, to reach or to lose.

Of salt, a zero byte and user, in UTF-8, the SHA-256. Its first 53 bits, as a fraction of 2**53, are the user's point in
[0, 1), and the challenger has those below its share. So a user's variant never changes while the share does not; when
the share rises, only users between the old and the new one move, and they move from champion to challenger; when it
falls, the same users move back. Another salt gives points that have nothing to do with these. SHA-256 since programs in
any language can compute it; 53 bits since a double holds them exactly.
"""

import hashlib
from dataclasses import dataclass

CHAMPION, CHALLENGER = "champion", "challenger"
_DIGITS = 32  # hexadecimal, of a pseudonym: 128 bits
_POINT_DIGITS, _SPARE_BITS = 14, 3  # of a point: 56 bits, of which a double holds all but 3


@dataclass(frozen=True)
class Split:
    """How requests are shared.

    Attributes:
        share: the challenger's, in [0, 1].
        salt: the endpoint and the model package of the challenger: who is among the first to meet one challenger is not
            for that reason among the first to meet the next one.
    """

    share: float
    salt: str


def pseudonym(salt: str, user: str) -> str:
    """Return the first 128 bits of the hash, in hexadecimal: all that is ever recorded of a user."""
    # A lone half of a character, which JSON can carry, is a user as well.
    text = f"{salt}\0{user}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_DIGITS]


def point(pseudonym: str) -> float:
    """Return the point in [0, 1) of a pseudonym, so that whoever has the record can check the assignment."""
    return (int(pseudonym[:_POINT_DIGITS], 16) >> _SPARE_BITS) / 2**53


def assigned(split: Split, user: str) -> str:
    """Return the variant of a user."""
    return CHALLENGER if point(pseudonym(split.salt, user)) < split.share else CHAMPION
