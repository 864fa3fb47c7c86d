"""Room that a text has: parts go in whole or not at all, and what is left out is counted."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Room:
    """A text of limited size.

    Attributes:
        left_out: how many parts of each kind had no room.
    """

    def __init__(self, most: int) -> None:
        self.left_out: Counter[str] = Counter()
        self._parts: list[str] = []
        self._left = most

    def add(self, part: str) -> None:
        """Take a part and the line break after it, if there is room for it."""
        self.add_list("parts", [part], str)

    def add_list(
        self,
        kind: str,
        items: Sequence[T],
        written: Callable[[T], str],
        opening: str = "",
        closing: str = "",
        most: int | None = None,
    ) -> None:
        """Take as many items as have room, and `opening` and `closing` around them if there is any.

        Args:
            kind: what they are, in the plural, for `left_out`.
            items: the most important first.
            written: returns what one looks like; of those that have no room only the first is asked for.
            opening, closing: parts around them.
            most: of the items.
        """
        size = _size(opening) + _size(closing)
        taken: list[str] = []
        for item in items[:most]:
            part = written(item)
            if size + _size(part) > self._left:
                break
            size += _size(part)
            taken.append(part)
        self.left_out[kind] += len(items) - len(taken)
        if taken:
            self._left -= size
            self._parts += [part for part in (opening, *taken, closing) if part]

    def text(self) -> str:
        """Return all of it."""
        return "\n".join(self._parts) + "\n"


def _size(part: str) -> int:
    # In bytes: whoever counts characters, in whatever units, finds no more of them.
    return len(part.encode()) + 1 if part else 0
