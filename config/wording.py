"""How values look in messages."""

MOST = 80  # characters that a line of a message has for a value


def one_line(text: str) -> str:
    """Return a text without line breaks, whatever was found and is shown in it."""
    return " ".join(text.splitlines())


def shortened(text: str, most: int = MOST) -> str:
    """Return a text of at most `most` characters: a longer one's beginning, with three dots.

    >>> shortened("a long text", 8)
    'a lon...'
    """
    return text if len(text) <= most else f"{text[: most - 3]}..."
