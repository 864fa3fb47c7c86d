"""Names of columns, and ranges of them."""

import re

_RANGE = re.compile(r"^(?P<stem>[A-Za-z_][A-Za-z0-9_]*)\[(?P<first>[0-9]{1,4})-(?P<last>[0-9]{1,4})\]$")


def names_in(text: str) -> list[str]:
    """Return the columns that a name stands for: `pixel[0-63]` is pixel0 to pixel63, any other is itself.

    Raises:
        ValueError: the range falls.

    >>> names_in("pixel[0-2]"), names_in("carrier")
    (['pixel0', 'pixel1', 'pixel2'], ['carrier'])
    """
    match = _RANGE.match(text)
    if match is None:
        return [text]
    first, last = int(match["first"]), int(match["last"])
    if first > last:
        raise ValueError(f"{text!r} runs from {first} down to {last}; allowed is a range that rises; turn it round")
    return [f"{match['stem']}{number}" for number in range(first, last + 1)]


def spread_of(text: str) -> int:
    """Return how many columns a name stands for; 1 where it is no range that rises.

    >>> spread_of("pixel[0-2]"), spread_of("carrier"), spread_of("pixel[2-0]")
    (3, 1, 1)
    """
    match = _RANGE.match(text)
    return 1 if match is None else max(1, int(match["last"]) - int(match["first"]) + 1)
