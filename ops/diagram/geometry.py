"""Rectangles, and lines of text that know how much room they take. Pixels; y grows downwards."""

from dataclasses import dataclass

from ops.diagram.text import width

GRID = 6  # all boxes and routes lie on it


@dataclass(frozen=True)
class Rect:
    """A rectangle by its upper left corner and its size."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.h

    @property
    def middle(self) -> tuple[float, float]:
        """The point in its middle."""
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def corners(self) -> list[tuple[float, float]]:
        """Its corners, the first again at the end."""
        x, y = self.x, self.y
        return [(x, y), (self.right, y), (self.right, self.bottom), (x, self.bottom), (x, y)]

    def wider(self, by: float) -> "Rect":
        """Return it with as much more room around."""
        return Rect(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def meets(self, other: "Rect") -> bool:
        """Tell whether they have more in common than a side."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: "Rect") -> bool:
        """Tell whether the other lies in it."""
        return self.x <= other.x and other.right <= self.right and self.y <= other.y and other.bottom <= self.bottom


@dataclass(frozen=True)
class Text:
    """A line of text.

    Attributes:
        x, y: where its base line begins.
        style: class of the style sheet.
    """

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    style: str = "soft"

    @property
    def rect(self) -> Rect:
        """The room that it takes in the widest of fonts, whose letters reach 0.24 em below the base line."""
        return Rect(self.x, self.y - self.size * 0.95, width(self.text, self.size, self.bold), self.size * 1.2)


def up(value: float) -> int:
    """Return the next place on the grid."""
    return int(-(-value // GRID) * GRID)
