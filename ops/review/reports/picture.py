"""A picture of what changed: stacks from the first deployed on down, in them what differs, and its consequences."""

from collections import defaultdict
from collections.abc import Iterable

from ops.review.model import Change, Review
from ops.review.reports import wording
from ops.review.reports.drawing import Arrow, Box, Chip, Picture
from ops.review.reports.places import edges, path, place
from ops.review.reports.summary import is_metadata

_GAP = 14
_MOST = 16  # chips of a stack


def draw(review: Review) -> Picture:
    """Return the picture of a review; its boxes are empty if nothing changes."""
    boxes, y = _boxes(review), 0
    between = edges([chip for box in boxes for chip in box.chips])
    for box in boxes:
        box.y = y
        place(box, between)
        y += box.height + _GAP
    return Picture(boxes, [Arrow(path(one, other)) for one, other in between], max(y - _GAP, 0))


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
    chips = [Chip(change, number, part) for number, change in telling[:_MOST]]
    return Box([part], tuple(sorted(environments)), chips, " and ".join(notes))


def _part(stack: str, environments: Iterable[str]) -> str:
    """Return the name of a stack without that of its environment."""
    return next((stack.removeprefix(f"{one}-") for one in environments if one and stack.startswith(f"{one}-")), stack)
