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
PAD, ICON = 6, 17  # around texts; what a picture takes before a title
_COLUMNS = (198, 354, 510, 666)  # left sides of boxes
_BOX, _PITCH, _TINT = 126, 156, 12  # width, distance of columns, what a group is wider on each side
_CONTROL = Rect(24, 0, 144, 0)
ABOVE = {workload: (column, 1) for column, workload in enumerate(tuple(Workload)[:4])}  # first column, how many
BELOW = {Workload.WATCH: (0, 2), Workload.DEPLOY: (2, 2)}
_BETWEEN, _MIDDLE, _HEAD = 12, 60, 24  # room between boxes, between the halves, for a heading
_VPC = "vpc"


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
    badges: list[tuple[float, float, int]] = field(default_factory=list)
    height: float = 0


def contents(box: Box, w: float) -> tuple[int, list[Text]]:
    """Return the height of a box, and its texts as if its corner were at 0, 0."""
    room, icon = w - 2 * PAD, ICON if box.icon else 0
    title = fitted(box.title, TITLE, room - icon, bold=True)
    texts = [Text(PAD + icon, PAD + TITLE - 1, title, TITLE, True, "ink")]
    y = PAD + TITLE + 1.0
    for line in box.lines:
        for part in wrapped(line, LINE, room, 3):
            y += LINE + 2.5
            texts.append(Text(PAD, y - 1, part, LINE))
    return up(y + PAD - 1), texts


def _width(box: Box) -> int:
    return _BOX + 6 * (box.key == _VPC)


class Placing:
    """Places everything, from the top down.

    Args:
        shown: what is to be placed.
    """

    def __init__(self, shown: Architecture) -> None:
        self._shown = shown
        self._cells: dict[tuple[Workload, Zone], list[Box]] = defaultdict(list)
        for box in sorted(shown.boxes, key=lambda box: (box.rank, box.key)):
            self._cells[box.workload, box.zone].append(box)
        if shown.network:
            title, *lines = shown.network.lines
            about = Box(_VPC, title, tuple(lines), Workload.COLLECT, Zone.VPC)
            self._cells[Workload.COLLECT, Zone.VPC].insert(0, about)
        self.layout = Layout()

    def done(self) -> Layout:
        """Return where everything is."""
        top = self._outside(12) + 24
        head = top + 42
        wall = self._row(head + _HEAD, ABOVE, Zone.ACCOUNT, low=True) + 12
        inner = wall + 12
        above = self._row(inner, ABOVE, Zone.VPC) + PAD
        functions, in_vpc = self._functions()
        middle = above + _MIDDLE
        bottom = self._row(middle + _HEAD, BELOW, Zone.VPC)
        if (spare := up(self._stack(functions, inner) - bottom)) > 0:
            middle += spare
            bottom = self._row(middle + _HEAD, BELOW, Zone.VPC)
        end = self._row(bottom + 24, BELOW, Zone.ACCOUNT) + PAD
        self._control(head, bottom + 24, end)
        self._groups(head, wall - 6, above, middle, end)
        if self._shown.network:
            left = 12 if in_vpc else 177
            self.layout.vpc = Rect(left, wall, 813 - left, bottom + 12 - wall)
            self.layout.texts += [
                Text(text.x, text.y, text.text, text.size, text.bold, "vpc-text") for text in self.layout.inside[_VPC]
            ]
        title, *lines = self._shown.account
        self.layout.texts.append(Text(18, top + 18, fitted(title, HEADING, 144, True), HEADING, True, "ink"))
        for number, line in enumerate(lines, 1):
            self.layout.texts.append(Text(18, top + 18 + 14 * number, fitted(line, LINE, 144), LINE))
        self._keys(top, end + 12)
        return self.layout

    def _outside(self, y: float) -> float:
        boxes = self._cells[Workload.CONTROL, Zone.OUTSIDE]
        height = max((contents(box, 204)[0] for box in boxes), default=0)
        for box, (x, w) in zip(boxes, ((102, 228), (384, 186), (600, 210)), strict=False):
            self._put(box, Rect(x, y, w, height))
        return y + height

    def _put(self, box: Box, rect: Rect) -> None:
        self.layout.boxes[box.key] = rect
        self.layout.inside[box.key] = [
            Text(rect.x + text.x, rect.y + text.y, text.text, text.size, text.bold, text.style)
            for text in contents(box, rect.w)[1]
        ]

    def _heading(self, x: float, y: float, workload: Workload) -> None:
        self.layout.badges.append((x + 8, y + 12, list(Workload).index(workload) + 1))
        self.layout.texts.append(Text(x + 20, y + 16, workload.value, HEADING, True, "ink"))

    def _row(self, y: float, places: Mapping[Workload, tuple[int, int]], zone: Zone, low: bool = False) -> float:
        """Place the boxes of one zone in as many rows as the fullest cell needs; return where they end.

        Args:
            y: where they begin.
            places: first column of each workload, and how many it has.
            zone: of the boxes.
            low: whether cells with fewer rows have them at the lower end.
        """
        cells = {workload: self._cells[workload, zone] for workload in places}
        most = max(-(-len(cells[workload]) // columns) for workload, (_, columns) in places.items())
        rows: dict[int, list[tuple[Box, int]]] = defaultdict(list)
        for workload, (first, columns) in places.items():
            skip = most - -(-len(cells[workload]) // columns) if low else 0
            for number, box in enumerate(cells[workload]):
                rows[number // columns + skip].append((box, first + number % columns))
        for _, row in sorted(rows.items()):
            height = max(contents(box, _width(box))[0] for box, _ in row)
            for box, column in row:
                self._put(box, Rect(_COLUMNS[column] - 6 * (box.key == _VPC), y, _width(box), height))
            y += height + _BETWEEN
        return y - _BETWEEN if rows else y

    def _functions(self) -> tuple[list[Box], bool]:
        """Return what control has between the upper and the lower end of its column, and whether it is in the VPC."""
        inside = self._cells[Workload.CONTROL, Zone.VPC]
        rest = [box for box in self._cells[Workload.CONTROL, Zone.ACCOUNT] if box.icon not in ("bolt", "table")]
        return [*inside, *rest], bool(inside)

    def _stack(self, boxes: Sequence[Box], y: float) -> float:
        for box in boxes:
            height = contents(box, _CONTROL.w - 2 * PAD)[0]
            self._put(box, Rect(_CONTROL.x + PAD, y, _CONTROL.w - 2 * PAD, height))
            y += height + _BETWEEN
        return y

    def _control(self, top: float, foot: float, end: float) -> None:
        """Place events above the functions, tables below, and the heading."""
        self._heading(_CONTROL.x + PAD, top, Workload.CONTROL)
        self.layout.groups.append(Rect(_CONTROL.x, top, _CONTROL.w, end - top))
        for box in self._cells[Workload.CONTROL, Zone.ACCOUNT]:
            if box.icon in ("bolt", "table"):
                w = _CONTROL.w - 2 * PAD
                y = top + _HEAD if box.icon == "bolt" else foot
                self._put(box, Rect(_CONTROL.x + PAD, y, w, contents(box, w)[0]))

    def _groups(self, top: float, wall: float, above: float, middle: float, end: float) -> None:
        for workload, (column, _) in ABOVE.items():
            self._heading(_COLUMNS[column] - PAD, top, workload)
            alone = all(box.key == _VPC for box in self._cells[workload, Zone.VPC])
            to = wall if alone else above
            self.layout.groups.append(Rect(_COLUMNS[column] - _TINT, top, _BOX + 2 * _TINT, to - top))
        for workload, (first, columns) in BELOW.items():
            self._heading(_COLUMNS[first] - PAD, middle, workload)
            wide = (columns - 1) * _PITCH + _BOX + 2 * _TINT
            self.layout.groups.append(Rect(_COLUMNS[first] - _TINT, middle, wide, end - middle))

    def _keys(self, top: float, y: float) -> None:
        """Place encryption keys, and what has no box; they end the account."""
        count = max(len(self._shown.keys), 1)
        w = (792 - 12 * (count - 1)) / count
        for number, (name, uses) in enumerate(self._shown.keys):
            box = Box(f"key/{name}", f"key: {name}", (uses,), Workload.CONTROL, Zone.ACCOUNT, icon="key")
            height = max(contents(Box("", "", (one,), box.workload, box.zone), w)[0] for _, one in self._shown.keys)
            rect = Rect(18 + number * (w + 12), y, w, height)
            self._put(box, rect)
            self.layout.chips.append(rect)
            self.layout.texts += self.layout.inside.pop(box.key)
            del self.layout.boxes[box.key]
        y = max((chip.bottom for chip in self.layout.chips), default=y) + 4
        for line in wrapped(self._shown.rest, LINE, 792, 2):
            self.layout.texts.append(Text(18, y + 14, line, LINE))
            y += 14
        self.layout.account = Rect(6, top, 816, up(y + 10 - top))
        self.layout.height = self.layout.account.bottom + 30
