"""Where boxes, headings and walls are.

The loop runs clockwise: above from left to right until a model is registered, below from right to left, and up again
through the functions on the left. Rows are walls: what is in the VPC is between what is in the account alone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ops.diagram.geometry import Rect, Text, up
from ops.diagram.model import Architecture, Box, Workload, Zone
from ops.diagram.text import fitted, wrapped

WIDTH = 828
TITLE, LINE, HEADING = 12, 10.5, 12  # sizes of fonts
PAD = 6
ICON = 18  # room that a picture takes before a title
_ACCOUNT = (6, 822)  # left and right
_CONTROL = (18, 150)  # left and width of the column of control
_COLUMN = (192, 348, 504, 660)
_GROUP, _PITCH = 138, 156
ABOVE = (Workload.COLLECT, Workload.PREPARE, Workload.TRAIN, Workload.EVALUATE)
BELOW = {Workload.WATCH: (0, 2), Workload.DEPLOY: (2, 2)}  # first column, how many
_MOST = 8  # boxes of a cell
_CHANNEL = 18  # room for arrows between boxes of a column
_MIDDLE = 66  # room for arrows between the halves


@dataclass
class Layout:
    """Rectangles of all that is drawn, and the texts that stand on their own."""

    boxes: dict[str, Rect] = field(default_factory=dict)
    inside: dict[str, list[Text]] = field(default_factory=dict)
    groups: list[Rect] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    account: Rect = Rect(0, 0, 0, 0)
    vpc: Rect | None = None
    chips: list[Rect] = field(default_factory=list)
    height: float = 0


def contents(box: Box, w: float) -> tuple[float, list[Text]]:
    """Return the height of a box, and its texts as if its corner were at 0, 0."""
    room = w - 2 * PAD
    texts = [Text(PAD + ICON, PAD + TITLE - 1, fitted(box.title, TITLE, room - ICON, bold=True), TITLE, True, "ink")]
    y = PAD + TITLE + 1.0
    for line in box.lines:
        for part in wrapped(line, LINE, room, 3):
            y += LINE + 2.5
            texts.append(Text(PAD, y - 1, part, LINE))
    return up(y + PAD), texts


class _Cells:
    """The boxes by workload and zone."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes: dict[tuple[Workload, Zone], list[Box]] = defaultdict(list)
        for box in boxes:
            self._boxes[box.workload, box.zone].append(box)

    def __getitem__(self, at: tuple[Workload, Zone]) -> list[Box]:
        return sorted(self._boxes.get(at, []), key=lambda box: (box.rank, box.key))


class Placing:
    """Places everything, from the top down.

    Args:
        shown: what is to be placed; each cell has at most eight boxes.
    """

    def __init__(self, shown: Architecture) -> None:
        self._shown = shown
        self._cells = _Cells(shown.boxes)
        self.layout = Layout()

    def done(self) -> Layout:
        """Return where everything is."""
        y = self._outside(12)
        top = y + 30
        first = self._heading_row(top + 30, ABOVE)
        second = self._row(first, {workload: (column, 1) for column, workload in enumerate(ABOVE)}, Zone.ACCOUNT)
        wall = second + 12
        inner = wall + 24
        above = self._row(inner, {workload: (column, 1) for column, workload in enumerate(ABOVE)}, Zone.VPC) + PAD
        functions, zone = self._functions()
        heights = [contents(box, _CONTROL[1] - 12)[0] for box in functions]
        need = sum(heights) + 12 * max(len(heights) - 1, 0)
        below_at = above + _MIDDLE
        bottom = self._row(below_at + 24, BELOW, Zone.VPC) + PAD
        spare = up(max(inner + need + PAD - bottom, 0))
        if spare:
            below_at += spare
            bottom = self._row(below_at + 24, BELOW, Zone.VPC) + PAD
        self._stack(functions, inner, heights)
        end = self._row(bottom + 30, BELOW, Zone.ACCOUNT) + PAD
        self._groups(top + 30, above, below_at, end)
        self._column(top + 30, second, bottom + 30, end)
        left = _CONTROL[0] - 6 if zone is Zone.VPC else _COLUMN[0] - 12
        self.layout.vpc = Rect(left, wall, 810 - left, bottom + 6 - wall) if self._shown.network else None
        self._labels(top, wall, bottom)
        self._keys(top, end + 12)
        return self.layout

    def _outside(self, y: float) -> float:
        boxes = sorted((box for box in self._shown.boxes if box.zone is Zone.OUTSIDE), key=lambda box: box.rank)
        height = max((contents(box, 222)[0] for box in boxes), default=0)
        for box, (x, w) in zip(boxes, ((18, 222), (312, 192), (570, 222)), strict=False):
            self._put(box, Rect(x, y, w, height))
        return y + height

    def _put(self, box: Box, rect: Rect) -> None:
        self.layout.boxes[box.key] = rect
        self.layout.inside[box.key] = [
            Text(rect.x + text.x, rect.y + text.y, text.text, text.size, text.bold, text.style)
            for text in contents(box, rect.w)[1]
        ]

    def _heading_row(self, y: float, workloads: Sequence[Workload]) -> float:
        for column, workload in enumerate(workloads):
            self._heading(_COLUMN[column], y, workload)
        return y + 24

    def _heading(self, x: float, y: float, workload: Workload) -> None:
        number = list(Workload).index(workload) + 1
        text = f"{number}  {workload.value}"
        self.layout.texts.append(Text(x + PAD, y + 16, text, HEADING, True, f"heading {workload.name.lower()}"))

    def _row(self, y: float, places: Mapping[Workload, tuple[int, int]], zone: Zone) -> float:
        """Place the boxes of one zone, in as many rows as the widest cell needs; return where they end."""
        rows: dict[int, list[tuple[Box, int]]] = defaultdict(list)
        for workload, (first, columns) in places.items():
            for number, box in enumerate(self._cells[workload, zone]):
                rows[number // columns].append((box, first + number % columns))
        for _, row in sorted(rows.items()):
            height = max(contents(box, _GROUP - 12)[0] for box, _ in row)
            for box, column in row:
                self._put(box, Rect(_COLUMN[column] + 6, y, _GROUP - 12, height))
            y += height + _CHANNEL
        return y - _CHANNEL if rows else y

    def _functions(self) -> tuple[list[Box], Zone]:
        zone = Zone.VPC if self._cells[Workload.CONTROL, Zone.VPC] else Zone.ACCOUNT
        shared = ("events", "records")
        inner = [box for box in self._cells[Workload.CONTROL, zone] if not box.key.endswith(shared)]
        return inner, zone

    def _stack(self, boxes: Sequence[Box], y: float, heights: Sequence[float]) -> None:
        for box, height in zip(boxes, heights, strict=True):
            self._put(box, Rect(_CONTROL[0] + 6, y, _CONTROL[1] - 12, height))
            y += height + 12

    def _column(self, top: float, head_end: float, foot: float, end: float) -> None:
        """Place what control has besides functions: events above them, records below; and its heading."""
        self._heading(_CONTROL[0], top, Workload.CONTROL)
        for box in self._cells[Workload.CONTROL, Zone.ACCOUNT]:
            if box.key not in self.layout.boxes:
                y = top + 24 if box.key.endswith("events") else foot
                self._put(box, Rect(_CONTROL[0] + 6, y, _CONTROL[1] - 12, contents(box, _CONTROL[1] - 12)[0]))
        self.layout.groups.append(Rect(_CONTROL[0], top, _CONTROL[1], end - top))

    def _groups(self, top: float, above: float, below: float, end: float) -> None:
        for column, _ in enumerate(ABOVE):
            self.layout.groups.append(Rect(_COLUMN[column], top, _GROUP, above - top))
        for workload, (first, columns) in BELOW.items():
            self._heading(_COLUMN[first], below, workload)
            wide = (columns - 1) * _PITCH + _GROUP
            self.layout.groups.append(Rect(_COLUMN[first], below, wide, end - below))

    def _labels(self, top: float, wall: float, bottom: float) -> None:
        self.layout.texts.append(Text(18, top + 18, self._shown.account, HEADING, True, "wall-text"))
        if self._shown.network and self.layout.vpc:
            x = _COLUMN[0]
            self.layout.texts.append(Text(x, wall + 17, self._shown.network.label, LINE, True, "vpc-text"))
            self.layout.texts.append(Text(x, bottom + 19, self._shown.network.doors, LINE, False, "vpc-text"))

    def _keys(self, top: float, y: float) -> None:
        count = max(len(self._shown.keys), 1)
        w = (792 - 12 * (count - 1)) / count
        height = 0.0
        for number, (name, uses) in enumerate(self._shown.keys):
            x = 18 + number * (w + 12)
            lines = wrapped(uses, LINE, w - 2 * PAD, 2)
            self.layout.texts.append(Text(x + PAD + ICON, y + 18, fitted(f"key: {name}", TITLE, w - 30, True), TITLE, True, "ink"))
            for line_number, line in enumerate(lines):
                self.layout.texts.append(Text(x + PAD, y + 32 + 13 * line_number, line, LINE))
            height = max(height, 26 + 13 * len(lines) + 4)
        self.layout.chips = [Rect(18 + n * (w + 12), y, w, height) for n in range(len(self._shown.keys))]
        y += height + 6 if height else 0
        for line in wrapped(self._shown.rest, LINE, 792, 2):
            self.layout.texts.append(Text(18, y + 14, line, LINE))
            y += 14
        self.layout.account = Rect(_ACCOUNT[0], top, _ACCOUNT[1] - _ACCOUNT[0], up(y + 10 - top))
        self.layout.height = self.layout.account.bottom + 30
