"""A picture of what changed: stacks from the first deployed on down, in them what differs, and its consequences."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ops.review.model import Change, Review
from ops.review.reports import wording
from ops.review.reports.summary import is_metadata

WIDTH, CHIP_WIDTH, CHIP_HEIGHT = 1000, 218, 62
_COLUMNS, _STEP, _PAD, _ROW, _TITLE, _NOTE, _GAP = 4, 250, 16, 74, 38, 24, 14
_MOST = 16  # chips of a stack
_NAME, _LINE = 20, 30  # characters that there is room for; wide ones are cut off


@dataclass
class Chip:
    """A resource that differs, at its place.

    Attributes:
        number: of the change in the review, from 0.
        x, y: of its upper left corner.
    """

    change: Change
    number: int
    x: int = 0
    y: int = 0

    @property
    def name(self) -> str:
        """What people call it: the path of its construct, or else its logical id."""
        path = self.change.path.removesuffix("/Resource").removesuffix("/Default")
        return _fitting(path.rpartition("/")[2] or self.change.logical_id, _NAME)

    @property
    def kind(self) -> str:
        """Type of the resource, without its vendor."""
        return _fitting(self.change.type.removeprefix("AWS::"), _LINE)

    def action(self, environments: tuple[str, ...]) -> str:
        """Return what becomes of it, and where, unless that is everywhere where its stack changes."""
        said = wording.action(self.change)
        if self.change.environments != environments:
            said += f" in {wording.where(self.change.environments)}"
        return _fitting(said, _LINE)


@dataclass
class Box:
    """A stack, the same one of several environments; one in which nothing changes has no chips.

    Attributes:
        names: of the stack, or of several in a row in which nothing changes.
        note: what of it is not drawn.
    """

    names: list[str]
    environments: tuple[str, ...] = ()
    chips: list[Chip] = field(default_factory=list)
    note: str = ""
    y: int = 0
    height: int = _NOTE


@dataclass(frozen=True)
class Arrow:
    """From what is replaced to what follows from it; `path` as SVG has it."""

    path: str


@dataclass(frozen=True)
class Picture:
    """All of it, in units of the drawing: pixels of a wide screen."""

    boxes: Sequence[Box]
    arrows: Sequence[Arrow]
    height: int
    width: int = WIDTH


def draw(review: Review) -> Picture:
    """Return the picture of a review; its boxes are empty if nothing changes."""
    boxes, y = _boxes(review), 0
    edges = _edges([chip for box in boxes for chip in box.chips])
    for box in boxes:
        box.y = y
        _place(box, edges)
        y += box.height + _GAP
    return Picture(boxes, [Arrow(_path(one, other)) for one, other in edges], max(y - _GAP, 0))


def _fitting(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _boxes(review: Review) -> list[Box]:
    by_part: dict[str, list[tuple[int, Change]]] = defaultdict(list)
    for number, change in enumerate(review.changes):
        by_part[_part(change.stack, change.environments)].append((number, change))
    touched = {name for change in review.changes for name in change.environments if name}
    deployed = [_part(stack, touched) for stack in review.templates if any(stack.startswith(f"{e}-") for e in touched)]
    boxes: list[Box] = []
    for part in dict.fromkeys([*deployed, *by_part]):
        if part in by_part:
            boxes.append(_box(part, by_part[part]))
        elif boxes and not boxes[-1].chips and not boxes[-1].note:
            boxes[-1].names.append(part)
        else:
            boxes.append(Box([part]))
    return boxes


def _box(part: str, changes: list[tuple[int, Change]]) -> Box:
    telling = [one for one in changes if not is_metadata(one[1])]
    notes = []
    if len(telling) > _MOST:
        notes.append(f"{wording.counted(len(telling) - _MOST, 'change')} more")
    if quiet := len(changes) - len(telling):
        notes.append(f"{wording.counted(quiet, 'change')} of tags and metadata alone")
    environments = {name for _, change in changes for name in change.environments}
    chips = [Chip(change, number) for number, change in telling[:_MOST]]
    return Box([part], tuple(sorted(environments)), chips, " and ".join(notes))


def _part(stack: str, environments: Iterable[str]) -> str:
    """Return the name of a stack without that of its environment."""
    return next((stack.removeprefix(f"{one}-") for one in environments if one and stack.startswith(f"{one}-")), stack)


def _edges(chips: list[Chip]) -> list[tuple[Chip, Chip]]:
    """Return pairs of what is replaced and what follows from it, by what properties say of it."""
    by_name: dict[str, list[Chip]] = defaultdict(list)
    for chip in chips:
        by_name[chip.change.logical_id].append(chip)
    found: dict[tuple[int, int], tuple[Chip, Chip]] = {}
    for chip in chips:
        for one in chip.change.properties:
            cause = one.because.rpartition("->")[2].strip().partition(" (")[0].rpartition("/")[2]
            same = [other for other in by_name.get(cause, []) if other.change.stack == chip.change.stack]
            for other in same or by_name.get(cause, []):
                if other is not chip and set(other.change.environments) & set(chip.change.environments):
                    found.setdefault((other.number, chip.number), (other, chip))
    return list(found.values())


def _place(box: Box, edges: list[tuple[Chip, Chip]]) -> None:
    """Give each chip its place: what follows from another to the right of it, the rest in rows below."""
    inside = {chip.number for chip in box.chips}
    within = [(one.number, other.number) for one, other in edges if {one.number, other.number} <= inside]
    depth = {number: 0 for pair in within for number in pair}
    for _ in depth:  # as often as the longest chain can be long, should they go round in a ring
        for cause, effect in within:
            depth[effect] = min(max(depth[effect], depth[cause] + 1), _COLUMNS - 1)
    columns: dict[int, int] = defaultdict(int)
    for chip in (chip for chip in box.chips if chip.number in depth):
        column = depth[chip.number]
        chip.x, chip.y = _PAD + column * _STEP, box.y + _TITLE + columns[column] * _ROW
        columns[column] += 1
    above = max(columns.values(), default=0)
    alone = [chip for chip in box.chips if chip.number not in depth]
    for place, chip in enumerate(alone):
        chip.x = _PAD + place % _COLUMNS * _STEP
        chip.y = box.y + _TITLE + (above + place // _COLUMNS) * _ROW
    rows = above + -(-len(alone) // _COLUMNS)
    if box.chips or box.note:
        box.height = _TITLE + rows * _ROW + (_NOTE if box.note else 0)


def _path(cause: Chip, effect: Chip) -> str:
    middle = CHIP_HEIGHT // 2
    if effect.x > cause.x:
        start, end = (cause.x + CHIP_WIDTH, cause.y + middle), (effect.x - 2, effect.y + middle)
        bend = max(14, (end[0] - start[0]) // 2)
        bends = ((start[0] + bend, start[1]), (end[0] - bend, end[1]))
    else:
        down = effect.y >= cause.y
        start = (cause.x + CHIP_WIDTH // 2, cause.y + (CHIP_HEIGHT if down else 0))
        end = (effect.x + CHIP_WIDTH // 2, effect.y - 2 if down else effect.y + CHIP_HEIGHT + 2)
        bend = 24 if down else -24
        bends = ((start[0], start[1] + bend), (end[0], end[1] - bend))
    return "M{} {} C{} {} {} {} {} {}".format(*start, *bends[0], *bends[1], *end)
