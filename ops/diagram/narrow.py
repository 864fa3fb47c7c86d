"""The arrangement for a phone: workloads below each other, columns are walls, functions on the right."""

from collections.abc import Sequence

from ops.diagram.geometry import Rect, up
from ops.diagram.layout import BETWEEN, HEAD, PAD, VPC, Layout
from ops.diagram.model import Architecture, Box, Workload, Zone
from ops.diagram.placing import Placing

WIDTH = 486
_ACCOUNT, _VPC, _CONTROL = 24, 180, 348  # left sides of boxes
_BOX, _VPC_BOX, _CONTROL_BOX = 120, 132, 120
_APART = 24  # room for arrows between workloads


class Narrow(Placing):
    """Places everything for a phone.

    Args:
        shown: what is to be placed.
    """

    def __init__(self, shown: Architecture) -> None:
        super().__init__(shown, WIDTH)

    def done(self) -> Layout:
        """Return where everything is."""
        top = self._outside(12) + HEAD
        self.account_label(18, top, 200)
        functions, shared, in_vpc = self.control()
        events = [box for box in shared if box.icon == "bolt"]
        self.heading(_CONTROL, top + 12, Workload.CONTROL)
        wall = self.stack(events, _CONTROL, top + 12 + HEAD, _CONTROL_BOX) + 12
        y = top + 48
        bottom = y
        for workload in tuple(Workload)[:-1]:
            end = self._band(workload, y, wall + 12)
            bottom = max([bottom, *(self.layout.boxes[box.key].bottom for box in self.cell(workload, Zone.VPC))])
            y = end + _APART
        reach = self._functions(functions, wall + 12)
        bottom = up(max(bottom, reach if in_vpc else 0) + 12)
        rest = [box for box in shared if box not in events]
        end = self.stack(rest, _CONTROL, max(bottom + 12, reach + BETWEEN), _CONTROL_BOX)
        end = max(end, y - _APART - PAD)
        self.layout.groups.append(Rect(_CONTROL - PAD, top + 12, _CONTROL_BOX + 2 * PAD, end + PAD - top - 12))
        if self.shown.network:
            self.layout.vpc = Rect(165, wall, (WIDTH - 9 if in_vpc else 327) - 165, bottom - wall)
        return self.foot(top, end + 18, 2, ((18, 20), (120, 20), (192, 20), (18, 38)))

    def _outside(self, y: float) -> float:
        people, *others = self.cell(Workload.CONTROL, Zone.OUTSIDE)
        left = self.put(people, 18, y, 216)
        return max(left, self.stack(others, 252, y, 216))

    def _band(self, workload: Workload, y: float, wall: float) -> float:
        """Place a workload; return where it ends. What is in the VPC begins below its wall."""
        self.heading(_ACCOUNT - PAD, y, workload)
        inside = self.cell(workload, Zone.VPC)
        left = self.stack(self.cell(workload, Zone.ACCOUNT), _ACCOUNT, y + HEAD, _BOX)
        right = self.stack(inside, _VPC, max(y + HEAD, wall), _VPC_BOX)
        end = max(left, right if inside else left) + PAD
        alone = all(box.key == VPC for box in inside)
        wide, low = (_BOX + 24, left + PAD) if alone else (_VPC + _VPC_BOX - _ACCOUNT + 24, end)
        self.layout.groups.append(Rect(_ACCOUNT - 12, y, wide, low - y))
        return end

    def _functions(self, boxes: Sequence[Box], y: float) -> float:
        """Place functions below each other, each beside what it acts on where there is room; return where they end."""
        end = y
        for box in boxes:
            targets = [one.target for one in self.shown.arrows if one.source == box.key]
            wanted = [self.layout.boxes[key].y for key in targets if key in self.layout.boxes]
            end = self.put(box, _CONTROL, up(max(y, min(wanted, default=y))), _CONTROL_BOX)
            y = end + BETWEEN
        return end
