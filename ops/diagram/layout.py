"""Where everything of a picture is, and how much room the texts of a box take."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ops.diagram.geometry import Rect, Text, up
from ops.diagram.model import Box, Kind
from ops.diagram.text import fitted, wrapped

TITLE, LINE = 12, 10.5  # sizes of fonts
PAD, ICON = 6, 17  # around texts; what a picture takes before a title
BETWEEN, HEAD = 12, 24  # room between boxes, for a heading
VPC = "vpc"  # key of what is said of the VPC
RADIUS = 8  # of the circle with a workload's number
NOWHERE = Rect(0, 0, 0, 0)


@dataclass
class Layout:
    """Rectangles of all that is drawn, and the texts that stand on their own.

    Attributes:
        boxes: by key of the box.
        inside: texts of boxes, by key.
        groups: tinted, one for each workload.
        chips: of encryption keys.
        badges: middle of the circle with a workload's number, and that.
        legend: kind of arrow, whether of the loop, where its line begins, its words.
    """

    width: float
    height: float = 0
    boxes: dict[str, Rect] = field(default_factory=dict)
    inside: dict[str, list[Text]] = field(default_factory=dict)
    groups: list[Rect] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    account: Rect = NOWHERE
    vpc: Rect | None = None
    chips: list[Rect] = field(default_factory=list)
    badges: list[tuple[float, float, int]] = field(default_factory=list)
    legend: list[tuple[Kind, bool, float, Text]] = field(default_factory=list)

    @property
    def walls(self) -> list[Rect]:
        """What arrows cross, but do not run along."""
        return [self.account, *([self.vpc] if self.vpc else [])]

    @property
    def words(self) -> list[Rect]:
        """Room of all texts that are in no box; a heading reaches as far as its number."""
        badges = [Rect(x - RADIUS, y - RADIUS, 2.5 * RADIUS, 2 * RADIUS) for x, y, _ in self.badges]
        return [*(text.rect for text in self.texts), *badges]


def contents(box: Box, w: float) -> tuple[int, list[Text]]:
    """Return the height of a box, and its texts as if its corner were at 0, 0."""
    room, icon = w - 2 * PAD, ICON if box.icon else 0
    style = ("vpc-text", "vpc-text") if box.key == VPC else ("ink", "soft")
    title = fitted(box.title, TITLE, room - icon, bold=True)
    texts = [Text(PAD + icon, PAD + TITLE - 1, title, TITLE, True, style[0])]
    y = PAD + TITLE + 1.0
    for line in box.lines:
        for part in wrapped(line, LINE, room, 3):
            y += LINE + 2.5
            texts.append(Text(PAD, y - 1, part, LINE, False, style[1]))
    return up(y + PAD - 1), texts


def moved(texts: Iterable[Text], x: float, y: float) -> list[Text]:
    """Return texts as far to the right and down."""
    return [Text(x + one.x, y + one.y, one.text, one.size, one.bold, one.style) for one in texts]
