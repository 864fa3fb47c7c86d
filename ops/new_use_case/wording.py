"""Numbers of things in messages: one row has, two rows have."""

from collections.abc import Sequence

_ONE = {"have": "has", "are": "is", "were": "was", "hold": "holds", "say": "says"}


def many(count: int, thing: str, verb: str = "") -> str:
    """Return a number of things, and what they do.

    >>> many(1, "row", "have"), many(2, "row", "have"), many(0, "value")
    ('1 row has', '2 rows have', '0 values')
    """
    said = f"{count} {thing}" if count == 1 else f"{count} {thing}s"
    return f"{said} {_ONE[verb] if count == 1 else verb}" if verb else said


def first(listed: Sequence[str], shown: int, thing: str = "more", between: str = ", ") -> str:
    """Return the first texts of many, and how many more there are.

    >>> first(["a", "b", "c"], 2), first(["a"], 2)
    ('a, b and 1 more', 'a')
    """
    rest = f" and {len(listed) - shown} {thing}" if len(listed) > shown else ""
    return between.join(listed[:shown]) + rest
