"""Properties that have a better and a worse side, as rows of a table, and the sentences when one gets worse."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from ops.assembly.model import Value
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import intrinsic, listed, number, shown, spots


class Worse(Enum):
    """Which way is worse."""

    LOWER = auto()
    HIGHER = auto()
    OFF = auto()  # of what can be on
    ON = auto()  # of what should be off
    GONE = auto()  # whatever it is
    FEWER = auto()  # elements of a list
    EARLIER = auto()  # in `ranks`, which begins with the worst


@dataclass(frozen=True)
class Row:
    """A property and what its getting worse means.

    Attributes:
        path: below the properties, as `values.spots` reads it.
        what: its name for people, the beginning of a sentence.
        why: what follows of it, the end of the sentence.
        unset: what CloudFormation takes where it is absent; None where that is unknown or nothing.
        unit: after a number.
        ranks: for `EARLIER`.
    """

    path: str
    worse: Worse
    severity: Severity
    what: str
    why: str
    unset: Value = None
    unit: str = ""
    ranks: tuple[str, ...] = ()


Rows = Mapping[str, tuple[Row, ...]]  # by type of resource
_ON = ("true", "enabled", "active", "on")


def found(rows: Rows, kind: Class, compared: Compared) -> Iterator[Found]:
    """Yield what rows of a table say of a resource that is there before and after."""
    before, after = compared.before, compared.after
    if before is None or after is None or before.type != after.type:
        return
    for row in rows.get(after.type, ()):
        yield from _of_row(row, kind, compared)


def _of_row(row: Row, kind: Class, compared: Compared) -> Iterator[Found]:
    if compared.before is None or compared.after is None:
        return
    before, after = spots(compared.before.properties, row.path), spots(compared.after.properties, row.path)
    in_list = "[" in row.path
    for where in sorted(before.keys() | after.keys()):
        was, becomes = before.get(where, row.unset), after.get(where, row.unset)
        if in_list and not _element_stays(row, where, compared):
            continue
        if was == becomes:
            continue
        path = f"Properties.{row.path.partition('[')[0]}"
        what = f"{row.what} of {where}" if where else row.what
        if is_worse(row, was, becomes):
            how = f"goes from {_said(row, was)} to {_said(row, becomes)}"
            if row.worse is Worse.GONE:
                how = f"is taken away (it was {shown(was)})"
            yield Found(kind, row.severity, f"{what} {how}: {row.why}", (path,))
        elif intrinsic(becomes) and not intrinsic(was) and row.worse is not Worse.GONE:
            yield Found(
                kind,
                Severity.LOW,
                f"{what} goes from {_said(row, was)} to {shown(becomes)}, which only a deployment knows; "
                f"if that is worse: {row.why}",
                (path,),
            )


def _element_stays(row: Row, where: str, compared: Compared) -> bool:
    # An element that is not there any more is another finding than one that lost a property.
    element = row.path.rpartition("].")[0] + "]"
    sides = [spots(side.properties, element) for side in (compared.before, compared.after) if side]
    return all(where in side for side in sides)


def is_worse(row: Row, was: Value, becomes: Value) -> bool:
    """Return whether a value is worse than another; never of one that is known at deployment only."""
    match row.worse:
        case Worse.GONE:
            return was not in (None, [], {}, "") and becomes in (None, [], {}, "")
        case Worse.OFF | Worse.ON:
            on, off = (was, becomes) if row.worse is Worse.OFF else (becomes, was)
            return _is_on(on) and not _is_on(off) and not intrinsic(off)
        case Worse.FEWER:
            return isinstance(was, list) and not intrinsic(becomes) and len(listed(becomes)) < len(was)
        case Worse.EARLIER:
            first, second = _rank(row, becomes), _rank(row, was)
        case _:
            first, second = (_number(one) for one in (becomes, was))
            if row.worse is Worse.HIGHER:
                first, second = second, first
    return first < second


def _is_on(value: Value) -> bool:
    return not intrinsic(value) and str(value).lower() in _ON


def _number(value: Value) -> float:
    known = number(value)
    return math.nan if known is None else known


def _rank(row: Row, value: Value) -> float:
    return row.ranks.index(value) if value in row.ranks else math.nan


def _said(row: Row, value: Value) -> str:
    if value == math.inf:
        return "no limit"
    if isinstance(value, list):
        return f"{len(value)} ({shown(value)})" if value else "none"
    if row.worse in (Worse.ON, Worse.OFF) and not intrinsic(value):
        return "on" if _is_on(value) else "off"
    unit = f" {row.unit}" if row.unit and number(value) is not None else ""
    return f"{shown(value)}{unit}"
