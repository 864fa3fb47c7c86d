"""How a change of a property reaches a resource: in place, perhaps by replacing it, or by replacing it.

`update_behaviour.json` holds what CloudFormation's own schemas say of every type (`create-only` and `conditionally
create-only` properties), and what AWS's documentation says beyond them. docs/decisions/replacement.md tells why it is a
table, and `ops/review/schema_table.py` how it is made.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from ops.assembly.model import Value
from ops.assembly.templates import WHOLE
from ops.review.model import Action, PropertyChange, Updates
from ops.review.sameness import function_of

TABLE = Path(__file__).with_name("update_behaviour.json")
SECTIONS = {
    "Parameters": "Parameter",
    "Mappings": "Mapping",
    "Conditions": "Condition",
    "Rules": "Rule",
    "Hooks": "Hook",
    WHOLE: WHOLE,
    "Outputs": "Output",
}
_OURS = set(SECTIONS.values())
_RANK = {Updates.UNKNOWN: 0, Updates.IN_PLACE: 1, Updates.MAY_REPLACE: 2, Updates.REPLACE: 3}
Pattern = tuple[str, ...]


def updates(kind: str, path: tuple[str, ...], before: Value, after: Value) -> Updates:
    """Return how a change reaches a resource.

    Args:
        kind: type of the resource.
        path: of what differs, `Properties` first; `Fn::If` and the index of its branch are skipped.
        before, after: None where it is not there.
    """
    if path[0] == "Type":
        return Updates.REPLACE
    if path[0] != "Properties" or kind in _OURS:
        return Updates.IN_PLACE
    behaviour = _behaviour(kind)
    if behaviour is None:
        return Updates.UNKNOWN
    steps = _steps(path[1:])
    found = [Updates.IN_PLACE]
    for pattern, verdict in behaviour:
        if not all(wanted in (step, "*") for wanted, step in zip(pattern, steps, strict=False)):
            continue
        below = pattern[len(steps) :]
        seen = max(_holds(before, below), _holds(after, below))
        if seen:
            found.append(verdict if seen == _SURELY else Updates.MAY_REPLACE)
    return worst(found)


def worst(verdicts: list[Updates]) -> Updates:
    """Return the one of them that does most to a resource."""
    return max(verdicts, key=_RANK.__getitem__)


def action_of(properties: Iterable[PropertyChange]) -> Action:
    """Return what CloudFormation does to a resource of which these differ."""
    verdicts = {change.updates for change in properties}
    if Updates.REPLACE in verdicts:
        return Action.REPLACE
    return Action.MAY_REPLACE if Updates.MAY_REPLACE in verdicts else Action.UPDATE


def is_known(kind: str) -> bool:
    """Tell whether a type is in the table."""
    return kind in _OURS or kind in _table()


_NO, _PERHAPS, _SURELY = 0, 1, 2


def _holds(value: Value, below: Pattern) -> int:
    """Tell whether a value has something at a path below it; perhaps, if a function hides it."""
    if value is None or not below:
        return _NO if value is None else _SURELY
    if function_of(value):
        return _PERHAPS
    if below[0] == "*" and isinstance(value, list | dict):
        items = value if isinstance(value, list) else value.values()
        return max((_holds(item, below[1:]) for item in items), default=_NO)
    return _holds(value.get(below[0]), below[1:]) if isinstance(value, dict) else _NO


def _steps(path: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    after_if = False
    for step in path:
        if step != "Fn::If" and not after_if:
            found.append(step)
        after_if = step == "Fn::If"
    return tuple(found)


@cache
def _behaviour(kind: str) -> tuple[tuple[Pattern, Updates], ...] | None:
    known = _table().get(kind)
    if known is None:
        return None
    return tuple(
        (tuple(path.split(".")), verdict)
        for verdict in (Updates.REPLACE, Updates.MAY_REPLACE)
        for path in known.get(verdict.value, ())
    )


@cache
def _table() -> dict[str, Any]:
    return dict(json.loads(TABLE.read_text())["types"])
