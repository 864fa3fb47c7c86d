"""Texts of a length that messages have room for."""


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters: a longer one's beginning, with three dots.

    >>> shortened("a long text", 8)
    'a lon...'
    """
    return text if len(text) <= most else f"{text[: most - 3]}..."
