"""Values that keep a column from being numbers or times, as people are told of them: what, how often, where first."""

import shlex
from typing import Literal

from ops.new_use_case import forms
from ops.new_use_case.evidence import Found
from ops.new_use_case.staging import ROW
from ops.new_use_case.workspace import Workspace, name

_NEARLY = 0.8  # of the values: a column of which so many are numbers was meant to be numbers
_HALF = 0.5  # from which it is told that words stand among numbers
_FEW = 20  # different values: then it is rather a scale such as 0, 1, 2, 3+
_SHOWN = 3
_LONGEST_MARK = 30  # characters; longer texts say something
_SOME_ROWS = 2  # of one word, from which it may stand for a missing value


def odd_values(workspace: Workspace, column: str, found: Found) -> str | None:
    """Return the values that keep a column from being numbers or times, for people, if nearly all others are."""
    times = max(found["day"], found["month"])
    if found["any"] > max(times, _number(found)[1]) and found["any"] >= _NEARLY * found["present"]:
        return _both_ways(workspace, column, found)
    kind, fitting, fits = _fitting(column, found)
    if fitting < _NEARLY * found["present"] or not many_different(found):
        return None
    words = _words(workspace, column, fits)
    said = f"{fitting} of {found['present']} values are {kind}, but not {_told(words)}"
    return said + _hint(words)


def mixture(workspace: Workspace, column: str, found: Found) -> str | None:
    """Return the words of a column of which half or more are numbers or times, and fewer than nearly all."""
    kind, fitting, fits = _fitting(column, found)
    if not _HALF * found["present"] <= fitting < found["present"] or not many_different(found):
        return None
    words = _words(workspace, column, fits)
    return f"holds {kind} ({fitting} of {found['present']} values) and words: {_told(words)}{_hint(words)}"


def beside(workspace: Workspace, column: str) -> str:
    """Return the words of a category that mean nothing elsewhere, such as ?, and how to have them missing."""
    words = _words(workspace, column, f"NOT {forms.is_beside(name(column))}")
    return f"{_told(words)} counts as a value like the others{_hint(words, least=1)}"


def many_different(found: Found) -> bool:
    """Whether a column has more different values than a scale has."""
    return found["different"] > _FEW


def example(workspace: Workspace, column: str) -> str:
    """Return the first value and its row, for people."""
    text = name(column)
    [(value, row)] = workspace.rows(
        f"SELECT {text}, {name(ROW)} FROM source WHERE {text} IS NOT NULL ORDER BY 2 LIMIT 1"  # noqa: S608 - quoted
    )
    return f"{value[:_LONGEST_MARK]!r} in row {row}"


def misfits(workspace: Workspace, column: str, kind: Literal["number", "time"]) -> str:
    """Return the first values that are no number or no time in any form, for people; empty if each is one in some."""
    text = name(column)
    fits = [_is_time(text, day_first) for day_first in (True, False)]
    if kind == "number":
        fits = [forms.matches(text, form.pattern) for form in forms.NUMBER_FORMS.values()]
    words = _words(workspace, column, f"{forms.is_beside(text)} OR {' OR '.join(fits)}")
    marks = _marks(words)
    hint = (
        f" (if it stands for a missing value, add it to data.missing of use_case.yaml: {', '.join(map(repr, marks))})"
        if marks
        else ""
    )
    return _told(words) + hint


def both_orders(workspace: Workspace, column: str) -> str:
    """Return an example of times written year first and of those written year last."""
    text = name(column)
    examples = [
        workspace.rows(
            f"SELECT {text}, {name(ROW)} FROM source WHERE regexp_matches({text}, ?) ORDER BY 2 LIMIT 1", pattern  # noqa: S608 - quoted
        )[0]
        for pattern in (forms.YEAR_FIRST, forms.YEAR_LAST)
    ]  # fmt: skip
    return " and ".join(f"{value[:_LONGEST_MARK]!r} (row {row})" for value, row in examples)


def _both_ways(workspace: Workspace, column: str, found: Found) -> str:
    text, parts = name(column), []
    for what, day_first in (("day", True), ("month", False)):
        only = f"{_is_time(text, day_first)} AND NOT {_is_time(text, not day_first)}"
        [(rows, value, row)] = workspace.rows(
            f"SELECT count(*), arg_min({text}, {name(ROW)}), min({name(ROW)}) FROM source WHERE {only}"  # noqa: S608 - quoted
        )
        others = f" and {rows - 1} more have" if rows > 1 else " has"
        parts.append(f"{value[:_LONGEST_MARK]!r} in row {row}{others} the {what} first")
    rest = _words(workspace, column, f"{forms.is_beside(text)} OR {_is_time(text, True)} OR {_is_time(text, False)}")
    others = f"; no time at all: {_told(rest)}" if rest else ""
    return f"dates are written in two ways: {'; '.join(parts)}{others}. Write all in one way, best as 2024-01-31"


def _number(found: Found) -> tuple[str, int]:
    form = max(forms.NUMBER_FORMS, key=lambda one: found[one])
    return form, found[form]


def _fitting(column: str, found: Found) -> tuple[str, int, str]:
    """Return what most values are, how many, and SQL of which."""
    form, numbers = _number(found)
    times, text = max(found["day"], found["month"]), name(column)
    if times > numbers:
        fits = _is_time(text, day_first=found["day"] >= found["month"])
        return "times", times, f"{forms.is_beside(text)} OR {fits}"
    return "numbers", numbers, f"{forms.is_beside(text)} OR {forms.matches(text, forms.NUMBER_FORMS[form].pattern)}"


Word = tuple[str, int, int]  # value, rows, first row


def _words(workspace: Workspace, column: str, fits: str) -> list[Word]:
    """Return the first values that do not fit, the most frequent ones first, and one more than are told."""
    text = name(column)
    return workspace.rows(
        f"SELECT {text}, count(*), min({name(ROW)}) FROM source WHERE {text} IS NOT NULL AND NOT ({fits}) "  # noqa: S608 - quoted
        f"GROUP BY 1 ORDER BY 2 DESC, 3 LIMIT {_SHOWN + 1}"
    )


def _told(words: list[Word]) -> str:
    listed = [
        f"{value[:_LONGEST_MARK]!r} in row {row}"
        if rows == 1
        else f"{value[:_LONGEST_MARK]!r} in {rows} rows, from row {row} on"
        for value, rows, row in words[:_SHOWN]
    ]
    return ", ".join(listed) + (" and others" if len(words) > _SHOWN else "")


def _hint(words: list[Word], least: int = _SOME_ROWS) -> str:
    """Return how to have words missing that stand more than once."""
    options = " ".join(f"--missing {shlex.quote(mark)}" for mark in _marks(words, least))
    return f"; if it stands for a missing value: {options}" if options else ""


def _marks(words: list[Word], least: int = _SOME_ROWS) -> list[str]:
    return [value for value, rows, _ in words[:_SHOWN] if rows >= least and len(value) <= _LONGEST_MARK]


def _is_time(text: str, day_first: bool) -> str:
    return f"{forms.time_of(text, day_first=day_first)} IS NOT NULL"
