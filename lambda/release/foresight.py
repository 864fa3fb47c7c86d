"""What would change if a package were approved for a slot, or rejected. Pure; nothing is done."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from release.state import Observation, Package
from release.wanted import Change, next_change
from shared.slots import Slot

_MOST_CHANGES = 6  # each slot emptied and filled


def changes(seen: Observation, package: str, slot: Slot | None) -> list[Change]:
    """Return the changes that would follow, in order; none while there is no stack.

    Args:
        seen: the present.
        package: the one supposed to be decided about.
        slot: what it would be meant for; None: it would be rejected.
    """
    others = tuple(known for known in seen.candidates if known.arn != package)
    if slot is None:
        supposed = replace(seen, candidates=others, approved=seen.approved - {package})
    else:
        candidate = Package(package, approved_at=seen.now, slot=slot, meant_at=seen.now)
        supposed = replace(seen, candidates=(*others, candidate), approved=seen.approved | {package})
    found: list[Change] = []
    while supposed.stack and len(found) < _MOST_CHANGES:
        change = next_change(supposed, supposed.stack)
        if not isinstance(change, Change):
            break
        found.append(change)
        after = replace(supposed.stack, slots={**supposed.stack.slots, change.slot: change.package})
        supposed = replace(supposed, stack=after)
    return found


def said(found: Sequence[Change]) -> list[dict[str, Any]]:
    """Return changes as JSON: slot, package (empty: none), reason, shift."""
    return [{name: getattr(change, name) for name in ("slot", "package", "reason", "shift")} for change in found]
