"""Room that a text has: parts go in whole or not at all, and what is left out is counted."""

from collections import Counter
from collections.abc import Iterable


class Room:
    """A text of limited size.

    Attributes:
        left_out: how many parts of each kind had no room.
    """

    def __init__(self, most: int) -> None:
        self.left_out: Counter[str] = Counter()
        self._parts: list[str] = []
        self._left = most

    def add(self, part: str) -> bool:
        """Take a part and the line break after it, if there is room for it; False: there is not."""
        size = _size(part)
        if size > self._left:
            return False
        self._left -= size
        self._parts.append(part)
        return True

    def add_list(self, kind: str, parts: Iterable[str], opening: str = "", closing: str = "") -> None:
        """Take as many of the first parts as have room between `opening` and `closing`, which go in with them."""
        parts = list(parts)
        around = _size(opening) + _size(closing)
        taken, size = 0, around
        while taken < len(parts) and size + _size(parts[taken]) <= self._left:
            size += _size(parts[taken])
            taken += 1
        self.left_out[kind] += len(parts) - taken
        if taken:
            self._left -= size
            self._parts += [part for part in (opening, *parts[:taken], closing) if part]

    def text(self) -> str:
        """Return all of it."""
        return "\n".join(self._parts) + "\n"


def _size(part: str) -> int:
    # In bytes: whoever counts characters, in whatever units, finds no more of them.
    return len(part.encode()) + 1 if part else 0
