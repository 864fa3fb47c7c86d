"""How many values of each text column are numbers, times, codes, in each of the forms: counted over all rows."""

from collections.abc import Sequence
from typing import Literal

from ops.new_use_case import forms
from ops.new_use_case.staging import ROW
from ops.new_use_case.workspace import Workspace, literal, name
from pipelines_src.steps import csv_text

Found = dict[str, int]
_NEARLY = 0.8  # of the values: a column of which so many are numbers was meant to be numbers
_FIRST = 1000  # values that tell whether a column may be times
_FEW = 20  # different values: then it is rather a scale such as 0, 1, 2, 3+


def of_numbers(workspace: Workspace, columns: Sequence[str]) -> dict[str, Found]:
    """Return per column: values that are `present`, those in each number form, `code` and `whole`."""
    patterns = {form: number.pattern for form, number in forms.NUMBER_FORMS.items()} | {
        "code": forms.CODE,
        "whole": forms.WHOLE,
    }
    wanted = {}
    for column in columns:
        text, here = _text_of(column)
        wanted[column] = {"present": f"count(*) FILTER ({here})"} | {
            form: f"count(*) FILTER ({here} AND {_matches(text, pattern)})" for form, pattern in patterns.items()
        }
    return workspace.figures("source", wanted)


def of_times(workspace: Workspace, columns: Sequence[str]) -> dict[str, Found]:
    """Return per column: times if read `day` or `month` first, the same `either` way, `zoned`; `different`, `unit`."""
    likely = {column for column in columns if _looks_like_times(workspace, column)}
    wanted = {}
    for column in columns:
        text, here = _text_of(column)
        if column not in likely:
            wanted[column] = dict.fromkeys(("day", "month", "either", "zoned"), "0")
            wanted[column] |= _other_counts(text, here)
            continue
        day, month = forms.time_of(text, day_first=True), forms.time_of(text, day_first=False)
        wanted[column] = {
            "day": f"count({day}) FILTER ({here})",
            "month": f"count({month}) FILTER ({here})",
            "either": f"count(*) FILTER ({here} AND {day} = {month})",
            "zoned": f"count(*) FILTER ({here} AND {_matches(text, forms.ZONED)})",
            **_other_counts(text, here),
        }
    return workspace.figures("source", wanted)


def _looks_like_times(workspace: Workspace, column: str) -> bool:
    """Whether half of the first values are times: only then it is worth trying every form on all of them."""
    text, here = _text_of(column)
    [(values, times)] = workspace.rows(
        f"SELECT count(*), count(*) FILTER ({forms.time_of('v', True)} IS NOT NULL "  # noqa: S608 - quoted
        f"OR {forms.time_of('v', False)} IS NOT NULL) FROM (SELECT {text} AS v FROM source WHERE {here} LIMIT {_FIRST})"
    )
    return bool(values) and 2 * times >= values


def _other_counts(text: str, here: str) -> dict[str, str]:
    return {
        "different": f"approx_count_distinct({text}) FILTER ({here})",
        "unit": f"count(*) FILTER ({here} AND {_matches(text, forms.WITH_UNIT)})",
    }


def all_numbers(found: Found) -> bool:
    """Whether one form reads every value."""
    return bool(found["present"]) and any(found[form] == found["present"] for form in forms.NUMBER_FORMS)


def only_decimal_commas(found: Found) -> bool:
    """Whether the values are numbers in no other way than with decimal commas."""
    return all_numbers(found) and not any(found[form] == found["present"] for form in ("plain", "comma groups"))


def odd_values(workspace: Workspace, column: str, found: Found) -> str | None:
    """Return the values that keep a column from being numbers or times, for people, if nearly all others are."""
    form = max(forms.NUMBER_FORMS, key=lambda one: found[one])
    times = max(found["day"], found["month"])
    fitting = max(found[form], times)
    if fitting < _NEARLY * found["present"] or found["different"] <= _FEW:
        return None
    text, _ = _text_of(column)
    fits = _matches(text, forms.NUMBER_FORMS[form].pattern)
    if times > found[form]:
        fits = _is_time(text, day_first=found["day"] >= found["month"])
    kind = "times" if times > found[form] else "numbers"
    return f"{fitting} of {found['present']} values are {kind}, but not {_listed(workspace, column, fits)}"


def misfits(workspace: Workspace, column: str, kind: Literal["number", "time"]) -> str:
    """Return the first values that are no number or no time in any form, for people; empty if each is one in some."""
    text, _ = _text_of(column)
    fits = [_is_time(text, day_first) for day_first in (True, False)]
    if kind == "number":
        fits = [_matches(text, form.pattern) for form in forms.NUMBER_FORMS.values()]
    return _listed(workspace, column, " OR ".join(fits))


def _listed(workspace: Workspace, column: str, fits: str) -> str:
    text, here = _text_of(column)
    rows = workspace.rows(
        f"SELECT {text}, {name(ROW)} FROM source WHERE {here} AND NOT ({fits}) ORDER BY 2 LIMIT 3"  # noqa: S608 - quoted
    )
    return ", ".join(f"{value[:30]!r} in row {row}" for value, row in rows)


def _is_time(text: str, day_first: bool) -> str:
    return f"{forms.time_of(text, day_first=day_first)} IS NOT NULL"


def _text_of(column: str) -> tuple[str, str]:
    text = forms.trimmed(f"{name(column)}::VARCHAR")
    return text, forms.present(text, csv_text.MISSING_BESIDE_VALUES)


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)}, 'i')"
