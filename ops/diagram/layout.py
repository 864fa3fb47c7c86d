"""Where boxes, headings and walls are: what every arrangement has in common."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ops.diagram.geometry import Rect, Text, up
from ops.diagram.model import Architecture, Box, Kind, Workload, Zone
from ops.diagram.text import fitted, wrapped

TITLE, LINE = 12, 10.5  # sizes of fonts
PAD, ICON = 6, 17  # around texts; what a picture takes before a title
BETWEEN, HEAD = 12, 24  # room between boxes, for a heading
VPC = "vpc"  # key of what is said of the VPC
_LEGEND = (
    (Kind.DATA, True, "the loop"),
    (Kind.DATA, False, "data"),
    (Kind.CALL, False, "may start, change or ask (IAM)"),
    (Kind.EVENT, False, "event or message that begins something"),
)


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
    account: Rect = Rect(0, 0, 0, 0)
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
        """Room of all texts that are in no box, a heading with its number as one."""
        texts = [text.rect for text in self.texts]
        for x, y, _ in self.badges:
            beside = [rect.right for rect in texts if 0 < rect.x - x < 16 and rect.y < y < rect.bottom]
            texts.append(Rect(x - 8, y - 8, max(beside, default=x + 8) - x + 8, 16))
        return texts


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


class Placing:
    """Places everything, from the top down; arrangements say where.

    Args:
        shown: what is to be placed.
        width: of the picture.
    """

    def __init__(self, shown: Architecture, width: float) -> None:
        self.shown = shown
        self._cells: dict[tuple[Workload, Zone], list[Box]] = defaultdict(list)
        for box in sorted(shown.boxes, key=lambda box: (box.rank, box.key)):
            self._cells[box.workload, box.zone].append(box)
        if shown.network:
            title, *lines = shown.network.lines
            about = Box(VPC, title, tuple(lines), Workload.COLLECT, Zone.VPC)
            self._cells[Workload.COLLECT, Zone.VPC].insert(0, about)
        self.layout = Layout(width)

    def cell(self, workload: Workload, zone: Zone) -> list[Box]:
        """Return the boxes of a workload on one side of a wall, in order."""
        return self._cells.get((workload, zone), [])

    def control(self) -> tuple[list[Box], list[Box], bool]:
        """Return functions and the like, then what they share with all others, and whether they are in the VPC."""
        inside, beside = self.cell(Workload.CONTROL, Zone.VPC), self.cell(Workload.CONTROL, Zone.ACCOUNT)
        shared = [box for box in beside if box.icon in ("bolt", "table")]
        return [*inside, *(box for box in beside if box not in shared)], shared, bool(inside)

    def put(self, box: Box, x: float, y: float, w: float, h: float = 0) -> float:
        """Place a box, as high as it must be or higher; return where it ends."""
        rect = Rect(x, y, w, max(h, contents(box, w)[0]))
        self.layout.boxes[box.key] = rect
        self.layout.inside[box.key] = _moved(contents(box, w)[1], x, y)
        return rect.bottom

    def stack(self, boxes: Iterable[Box], x: float, y: float, w: float) -> float:
        """Place boxes below each other; return where the last ends, and y if there is none."""
        end = y
        for box in boxes:
            end = self.put(box, x, y, w)
            y = end + BETWEEN
        return end

    def heading(self, x: float, y: float, workload: Workload) -> None:
        """Place the number and the name of a workload."""
        self.layout.badges.append((x + 8, y + 12, list(Workload).index(workload) + 1))
        self.layout.texts.append(Text(x + 20, y + 16, workload.value, TITLE, True, "ink"))

    def account_label(self, x: float, y: float, room: float) -> None:
        """Place what the account is called."""
        title, *lines = self.shown.account
        self.layout.texts.append(Text(x, y + 18, fitted(title, TITLE, room, True), TITLE, True, "ink"))
        for number, line in enumerate(lines, 1):
            self.layout.texts.append(Text(x, y + 18 + 14 * number, fitted(line, LINE, room), LINE))

    def foot(self, top: float, y: float, columns: int, legend: Sequence[tuple[float, float]]) -> Layout:
        """Place encryption keys and what has no box, which end the account, and the legend; return it all.

        Args:
            top: of the account.
            y: of the keys.
            columns: of keys in a row.
            legend: where its lines begin, from the left, and below the account.
        """
        room = self.layout.width - 36
        w = (room - BETWEEN * (columns - 1)) / columns
        keys = [
            Box("", f"key: {name}", (uses,), Workload.CONTROL, Zone.ACCOUNT, icon="key") for name, uses in self.shown.keys
        ]
        for start in range(0, len(keys), columns):
            row = keys[start : start + columns]
            height = max(contents(box, w)[0] for box in row)
            for number, box in enumerate(row):
                chip = Rect(18 + number * (w + BETWEEN), y, w, height)
                self.layout.chips.append(chip)
                self.layout.texts += _moved(contents(box, w)[1], chip.x, chip.y)
            y += height + 8
        for line in wrapped(self.shown.rest, LINE, room, 3):
            self.layout.texts.append(Text(18, y + 10, line, LINE))
            y += 14
        self.layout.account = Rect(6, top, self.layout.width - 12, up(y + 6 - top))
        for (kind, main, words), (x, down) in zip(_LEGEND, legend, strict=True):
            text = Text(x + 32, self.layout.account.bottom + down, words, LINE)
            self.layout.legend.append((kind, main, x, text))
        self.layout.height = self.layout.account.bottom + max(down for _, down in legend) + 12
        return self.layout


def _moved(texts: Iterable[Text], x: float, y: float) -> list[Text]:
    return [Text(x + one.x, y + one.y, one.text, one.size, one.bold, one.style) for one in texts]
