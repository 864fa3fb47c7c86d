"""The arrangement for a page.

The loop runs clockwise: above from left to right until a model is registered, below from right to left, and up again
through the functions on the left. Rows are walls: what is in the VPC is between what is in the account alone.
"""

from collections import defaultdict
from collections.abc import Mapping

from ops.diagram.geometry import Rect, up
from ops.diagram.layout import BETWEEN, HEAD, PAD, VPC, Layout, contents
from ops.diagram.model import Architecture, Box, Workload, Zone
from ops.diagram.placing import Placing

WIDTH = 828
_COLUMNS = (198, 354, 510, 666)  # left sides of boxes
_BOX, _PITCH, _TINT = 126, 156, 12  # width, distance of columns, what a group is wider on each side
_CONTROL, _CONTROL_BOX = 24, 132
_OUTSIDE = ((102, 228), (384, 186), (600, 210))
ABOVE = {workload: (column, 1) for column, workload in enumerate(tuple(Workload)[:4])}  # first column, how many
BELOW = {Workload.WATCH: (0, 2), Workload.DEPLOY: (2, 2)}
_MIDDLE = 72  # room for arrows between the halves


class Wide(Placing):
    """Places everything for a page.

    Args:
        shown: what is to be placed.
    """

    def __init__(self, shown: Architecture) -> None:
        super().__init__(shown, WIDTH)

    def done(self) -> Layout:
        """Return where everything is."""
        top = self._outside(12) + HEAD
        head = top + 42
        wall = self._row(head + HEAD, ABOVE, Zone.ACCOUNT, low=True) + 12
        inner = wall + 12
        above = self._row(inner, ABOVE, Zone.VPC) + PAD
        functions, shared, in_vpc = self.control()
        middle = above + _MIDDLE
        bottom = self._row(middle + HEAD, BELOW, Zone.VPC)
        spare = up(self.stack(functions, _CONTROL + PAD, inner, _CONTROL_BOX) + BETWEEN - bottom)
        if spare > 0:
            middle += spare
            bottom = self._row(middle + HEAD, BELOW, Zone.VPC)
        foot = bottom + 24
        end = self._row(foot, BELOW, Zone.ACCOUNT)
        self.heading(_CONTROL + PAD, head, Workload.CONTROL)
        for box in shared:
            end = max(end, self.put(box, _CONTROL + PAD, head + HEAD if box.icon == "bolt" else foot, _CONTROL_BOX))
        self._groups(head, wall - PAD, above, middle, end + PAD)
        if self.shown.network:
            left = 12 if in_vpc else 177
            self.layout.vpc = Rect(left, wall, 813 - left, bottom + 12 - wall)
        self.account_label(18, top, 144)
        return self.foot(top, end + 18, max(len(self.shown.keys), 1), ((18, 20), (126, 20), (216, 20), (456, 20)))

    def _outside(self, y: float) -> float:
        boxes = self.cell(Workload.CONTROL, Zone.OUTSIDE)
        height = max((contents(box, w)[0] for box, (_, w) in zip(boxes, _OUTSIDE, strict=False)), default=0)
        for box, (x, w) in zip(boxes, _OUTSIDE, strict=False):
            self.put(box, x, y, w, height)
        return y + height

    def _row(self, y: float, places: Mapping[Workload, tuple[int, int]], zone: Zone, low: bool = False) -> float:
        """Place the boxes of one zone in as many rows as the fullest cell needs; return where they end.

        Args:
            y: where they begin.
            places: first column of each workload, and how many it has.
            zone: of the boxes.
            low: whether cells with fewer rows have them at the lower end.
        """
        needed = {one: -(-len(self.cell(one, zone)) // columns) for one, (_, columns) in places.items()}
        rows: dict[int, list[tuple[Box, int]]] = defaultdict(list)
        for workload, (first, columns) in places.items():
            skip = max(needed.values()) - needed[workload] if low else 0
            for number, box in enumerate(self.cell(workload, zone)):
                rows[number // columns + skip].append((box, first + number % columns))
        end = y
        for _, row in sorted(rows.items()):
            height = max(contents(box, _width(box))[0] for box, _ in row)
            for box, column in row:
                end = self.put(box, _COLUMNS[column] + _BOX - _width(box), y, _width(box), height)
            y = end + BETWEEN
        return end

    def _groups(self, top: float, wall: float, above: float, middle: float, end: float) -> None:
        self.layout.groups.append(Rect(_CONTROL, top, _CONTROL_BOX + 2 * PAD, end - top))
        for workload, (column, _) in ABOVE.items():
            self.heading(_COLUMNS[column] - PAD, top, workload)
            to = wall if all(box.key == VPC for box in self.cell(workload, Zone.VPC)) else above
            self.layout.groups.append(Rect(_COLUMNS[column] - _TINT, top, _BOX + 2 * _TINT, to - top))
        for workload, (first, columns) in BELOW.items():
            self.heading(_COLUMNS[first] - PAD, middle, workload)
            wide = (columns - 1) * _PITCH + _BOX + 2 * _TINT
            self.layout.groups.append(Rect(_COLUMNS[first] - _TINT, middle, wide, end - middle))


def _width(box: Box) -> int:
    return _BOX + PAD * (box.key == VPC)
