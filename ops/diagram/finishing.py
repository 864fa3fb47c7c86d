"""Texts of boxes."""

from collections.abc import Mapping

from ops.diagram.boxes import Draft
from ops.diagram.kinds import ICONS, NOUNS, counted
from ops.diagram.model import Box, Place
from ops.diagram.references import References


def finished(draft: Draft, rank: int, references: References, keys: Mapping[Place, str]) -> Box:
    """Return a box with its texts.

    Args:
        draft: with all its members.
        rank: its place among those of its cell.
        references: to look members up in.
        keys: encryption keys, by name.
    """
    members = [(place, resource) for place in draft.members if (resource := references.resource(place))]
    title, lines = _shared(draft) if draft.nouns else _own(draft, len(members))
    used = dict.fromkeys(
        keys[key] for place, one in members for key in references.of(dict(one.properties), place[0]) if key in keys
    )
    if draft.noun == "function":  # seven of them say nothing of themselves: their key says it
        lines = [line for line in lines if line != draft.noun]
    elif used and draft.noun == "bucket":
        lines = [f"bucket, key {', '.join(used)}", *lines[1:]]
    described = tuple(f"{one.type} {place[0]}/{place[1]}" for place, one in members)
    icon = ICONS.get(draft.noun or draft.name, "job")
    return Box(draft.key, title, tuple(lines), draft.workload, draft.zone, described, rank, icon)


def _shared(draft: Draft) -> tuple[str, list[str]]:
    """Return title and lines of a box whose members are of several types: how many of each."""
    nouns = sorted(draft.nouns, key=lambda noun: (NOUNS.index(noun) if noun in NOUNS else 0, noun))
    title, *others = [draft.noun, *counted(nouns)] if draft.noun else counted(nouns)
    return title, [", ".join(others)] if others else []


def _own(draft: Draft, count: int) -> tuple[str, list[str]]:
    """Return title and lines of a box whose members are of one type, such as the same function of all use cases."""
    if draft.name == draft.noun:
        return (f"{count} {draft.noun}s" if count > 1 else draft.name), [*draft.lines]
    what = "of model packages" if draft.noun == "model package group" else draft.noun
    lines = [*draft.lines] or [what]
    return draft.name, [*lines, f"{count} of them"] if count > 1 else lines
