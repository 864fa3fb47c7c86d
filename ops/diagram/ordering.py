"""The order of boxes in their cells, in which few arrows cross; and which of too many are drawn as one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ops.diagram.arrows import ORDER
from ops.diagram.boxes import Draft, Drawn
from ops.diagram.kinds import noun_of
from ops.diagram.model import Arrow, Workload, Zone
from ops.diagram.references import References

BELOW = (Workload.DEPLOY, Workload.WATCH)  # lower half of the picture
_MOST = 12  # boxes of a cell


def ordered(found: Drawn, arrows: Sequence[Arrow]) -> list[Draft]:
    """Return the boxes, workload by workload.

    Functions that begin the loop come first, then those that act on what is far to the right, above all others. What
    has no arrow at all goes out of the way.
    """
    ends = {end for one in arrows for end in (one.source, one.target)}

    def place(draft: Draft) -> tuple[float, ...]:
        far = _far(draft, found, arrows) if draft.noun == "function" else (0.0, 0.0)
        return (ORDER[draft.workload], draft.key in ends, draft.noun == "notebook", *far)

    return sorted(found.drafts.values(), key=place)


def _far(draft: Draft, found: Drawn, arrows: Sequence[Arrow]) -> tuple[float, float]:
    """Return how far down, and how far to the left in the lower half, the things are that a function acts on."""
    targets = [found.drafts[one.target] for one in arrows if one.source == draft.key]
    targets = [one for one in targets if one.workload is not Workload.CONTROL]
    if not targets:
        return 3.0, 0.0
    rows = [2.0 if one.zone is Zone.ACCOUNT else 1.0 if one.workload in BELOW else 0.0 for one in targets]
    return sum(rows) / len(rows), sum(ORDER[one.workload] for one in targets) / len(targets)


def thinned(
    drafts: Sequence[Draft], arrows: Sequence[Arrow], references: References
) -> tuple[list[Draft], list[Arrow]]:
    """Return boxes and arrows with no more than twelve boxes in a cell: the others of it are one box."""
    cells: dict[tuple[Workload, Zone], list[Draft]] = defaultdict(list)
    for draft in drafts:
        cells[draft.workload, draft.zone].append(draft)
    instead: dict[str, str] = {}
    kept: list[Draft] = []
    for (workload, zone), cell in cells.items():
        room = len(cell) if len(cell) <= _MOST else _MOST - 1
        kept += cell[:room]
        if rest := cell[room:]:
            members = [place for draft in rest for place in draft.members]
            nouns = [noun_of(one) for place in members if (one := references.resource(place))]
            more = Draft(workload, zone, "more", f"{len(rest)} more", members, nouns)
            instead.update({draft.key: more.key for draft in rest})
            kept.append(more)
    moved = [
        replace(one, source=instead.get(one.source, one.source), target=instead.get(one.target, one.target))
        for one in arrows
    ]
    once = {(one.source, one.target): one for one in reversed(moved) if one.source != one.target}
    return kept, list(reversed(once.values()))
