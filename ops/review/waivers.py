"""Which changes a waiver speaks of."""

import re

from config.review import Waiver
from ops.review.model import Change


def stack_in(change: Change, environment: str) -> str:
    """Return the name of a change's stack in one of its environments: those of several differ by their beginnings."""
    first = change.environments[0] if change.environments else ""
    if first and environment and change.stack.startswith(f"{first}-"):
        return f"{environment}-{change.stack.removeprefix(f'{first}-')}"
    return change.stack


def named(change: Change, environment: str) -> str:
    """Return stack and logical id of a change in one of its environments."""
    return f"{stack_in(change, environment)}/{change.logical_id}"


def matches(waiver: Waiver, change: Change, environment: str) -> bool:
    """Whether a waiver names a change: by stack and logical id, or by the stack and the path of the construct."""
    pattern = re.compile(".*".join(map(re.escape, waiver.change.split("*"))), re.DOTALL)
    names = [named(change, environment)]
    if change.path:
        names.append(f"{stack_in(change, environment)}/{change.path}")
    return any(pattern.fullmatch(name) for name in names)
