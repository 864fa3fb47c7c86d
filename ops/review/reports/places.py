"""Where the parts of a picture stand, and how arrows lead from one to another."""

from collections import defaultdict
from collections.abc import Iterable

from ops.review.reports.drawing import CHIP_HEIGHT, CHIP_WIDTH, NOTE, PAD, TITLE, Box, Chip

_COLUMNS, _STEP, _ROW = 4, 250, 74


def edges(chips: list[Chip]) -> list[tuple[Chip, Chip]]:
    """Return pairs of what is replaced and what follows from it, by what properties say of it."""
    by_name: dict[str, list[Chip]] = defaultdict(list)
    for chip in chips:
        by_name[chip.change.logical_id].append(chip)
    found: dict[tuple[int, int], tuple[Chip, Chip]] = {}
    for chip in chips:
        for one in chip.change.properties:
            cause = one.because.rpartition("->")[2].strip().partition(" (")[0].rpartition("/")[2]
            same = [other for other in by_name.get(cause, []) if other.part == chip.part]
            for other in same or by_name.get(cause, []):
                if other is not chip and set(other.change.environments) & set(chip.change.environments):
                    found.setdefault((other.number, chip.number), (other, chip))
    return list(found.values())


def place(box: Box, between: Iterable[tuple[Chip, Chip]]) -> None:
    """Give each chip its place: what follows from another to the right of it, the rest in rows below."""
    inside = {chip.number for chip in box.chips}
    within = [(one.number, other.number) for one, other in between if {one.number, other.number} <= inside]
    depth = {number: 0 for pair in within for number in pair}
    for _ in depth:  # as often as the longest chain can be long, should they go round in a ring
        for cause, effect in within:
            depth[effect] = min(max(depth[effect], depth[cause] + 1), _COLUMNS - 1)
    columns: dict[int, int] = defaultdict(int)
    for chip in (chip for chip in box.chips if chip.number in depth):
        column = depth[chip.number]
        chip.x, chip.y = PAD + column * _STEP, box.y + TITLE + columns[column] * _ROW
        columns[column] += 1
    above = max(columns.values(), default=0)
    alone = [chip for chip in box.chips if chip.number not in depth]
    for number, chip in enumerate(alone):
        chip.x = PAD + number % _COLUMNS * _STEP
        chip.y = box.y + TITLE + (above + number // _COLUMNS) * _ROW
    rows = above + -(-len(alone) // _COLUMNS)
    if box.chips or box.note:
        box.height = TITLE + rows * _ROW + (NOTE if box.note else 0)


def path(cause: Chip, effect: Chip) -> str:
    """Return the way of an arrow, as SVG has it."""
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
