"""Conditions of pipelines held against each other, and in words."""

import json
from collections.abc import Mapping
from enum import Enum, auto

from ops.assembly.model import Value
from ops.review.values import listed, number, shown

_SIGNS = {
    "Equals": "=",
    "GreaterThan": ">",
    "GreaterThanOrEqualTo": "≥",
    "LessThan": "<",
    "LessThanOrEqualTo": "≤",
}


class Turn(Enum):
    """What became of a condition."""

    LOOSER = auto()
    TIGHTER = auto()
    OTHER = auto()


def turned(was: Mapping[str, Value], becomes: Mapping[str, Value]) -> Turn:
    """Return whether a condition holds of more than before, of less, or of something else.

    Both ask about the same; where they do not compare, as of two texts, the answer is OTHER.
    """
    types = str(was.get("Type")), str(becomes.get("Type"))
    if types == ("Not", "Not"):
        inner = turned(_inner(was), _inner(becomes))
        return {Turn.LOOSER: Turn.TIGHTER, Turn.TIGHTER: Turn.LOOSER}.get(inner, Turn.OTHER)
    if types == ("In", "In"):
        return _sets(
            {shown(one) for one in listed(was.get("Values"))}, {shown(one) for one in listed(becomes.get("Values"))}
        )
    if types == ("Or", "Or"):
        sides = ({json.dumps(one, sort_keys=True) for one in listed(side.get("Conditions"))} for side in (was, becomes))
        return _sets(*sides)
    limits = number(was.get("RightValue")), number(becomes.get("RightValue"))
    if limits[0] is None or limits[1] is None or types[0][:4] != types[1][:4] or types[0][:4] not in ("Grea", "Less"):
        return Turn.OTHER
    further = limits[1] - limits[0] if types[0].startswith("Less") else limits[0] - limits[1]
    if further == 0:  # then one of them takes the limit itself as well
        return Turn.LOOSER if types[1].endswith("OrEqualTo") else Turn.TIGHTER
    return Turn.LOOSER if further > 0 else Turn.TIGHTER


def _sets(was: set[str], becomes: set[str]) -> Turn:
    return Turn.LOOSER if was < becomes else Turn.TIGHTER if becomes < was else Turn.OTHER


def _inner(condition: Mapping[str, Value]) -> Mapping[str, Value]:
    inner = condition.get("Condition") or condition.get("Expression")
    return inner if isinstance(inner, Mapping) else {}


def says(condition: Mapping[str, Value]) -> str:
    """Return a condition in words: `auc.value ≥ 0.6`."""
    kind = condition.get("Type")
    if kind == "Not":
        return f"not {says(_inner(condition))}"
    if kind == "Or":
        return " or ".join(says(one) for one in listed(condition.get("Conditions")) if isinstance(one, Mapping))
    if kind == "In":
        return f"{_value(condition.get('QueryValue'))} in {shown(condition.get('Values'))}"
    return f"{_value(condition.get('LeftValue'))} {_SIGNS.get(str(kind), kind)} {_value(condition.get('RightValue'))}"


def _value(value: Value) -> str:
    match value:
        case {"Std:JsonGet": {"Path": str(path)}} | {"Get": str(path)}:
            return path
    return shown(value)
