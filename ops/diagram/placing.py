"""Placing boxes, headings and walls: what every arrangement has in common."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ops.diagram.geometry import Rect, Text, up
from ops.diagram.layout import BETWEEN, LINE, RADIUS, TITLE, VPC, Layout, contents, moved
from ops.diagram.model import Architecture, Box, Kind, Workload, Zone
from ops.diagram.text import fitted, wrapped

_LEGEND = (
    (Kind.DATA, True, "the loop"),
    (Kind.DATA, False, "data"),
    (Kind.CALL, False, "may start, change or ask (IAM)"),
    (Kind.EVENT, False, "event or message that begins something"),
)


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
        self.layout.inside[box.key] = moved(contents(box, w)[1], x, y)
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
        self.layout.badges.append((x + RADIUS, y + 12, list(Workload).index(workload) + 1))
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
            Box("", f"key: {name}", (uses,), Workload.CONTROL, Zone.ACCOUNT, icon="key")
            for name, uses in self.shown.keys
        ]
        for start in range(0, len(keys), columns):
            row = keys[start : start + columns]
            height = max(contents(box, w)[0] for box in row)
            for number, box in enumerate(row):
                chip = Rect(18 + number * (w + BETWEEN), y, w, height)
                self.layout.chips.append(chip)
                self.layout.texts += moved(contents(box, w)[1], chip.x, chip.y)
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
