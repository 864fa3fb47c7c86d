"""How many values of each text column are numbers, times, codes, in each of the forms: counted over all rows."""

from collections.abc import Sequence

from ops.new_use_case import forms
from ops.new_use_case.workspace import Workspace, name

Found = dict[str, int]
_FIRST = 1000  # values that tell whether a column may be times
_OF_TIMES = ("day", "month", "either", "any", "zoned", "year_first", "year_last")


def of_numbers(workspace: Workspace, columns: Sequence[str]) -> dict[str, Found]:
    """Return per column: values that are `present`, words that mean nothing `beside` them, and each of forms.BITS."""
    found = workspace.by_column("source", columns, {"looks": f"histogram({forms.look('v')})"})
    return {column: _counted(figures["looks"] or {}) for column, figures in found.items()}


def _counted(looks: dict[int, int]) -> Found:
    beside = looks.pop(forms.BESIDE, 0)
    bits = {bit: sum(rows for look, rows in looks.items() if look & value) for bit, value in forms.BITS.items()}
    return {"present": sum(looks.values()), "beside": beside, **bits}


def of_times(workspace: Workspace, counted: dict[str, Found]) -> dict[str, Found]:
    """Return what `of_numbers` counted of columns that hold no numbers, and in addition what they are as times.

    `day`, `month`: times if read day or month first; `either`: the same both ways; `any`: in one way at least; `zoned`;
    `year_first`, `year_last`: written as 2024-01-31, as 31.1.2024; `different`: values, about.
    """
    likely = {column for column, found in counted.items() if _may_be_times(workspace, column, found)}
    wanted = {}
    for column in counted:
        text = name(column)
        here = f"NOT {forms.is_beside(text)}"
        wanted[column] = {"different": f"approx_count_distinct({text}) FILTER ({here})"}
        if column in likely:
            wanted[column] |= _times(text, here)
    none = dict.fromkeys(_OF_TIMES, 0)
    return {
        column: {**counted[column], **none, **found} for column, found in workspace.figures("source", wanted).items()
    }


def _times(text: str, here: str) -> dict[str, str]:
    day, month = forms.time_of(text, day_first=True), forms.time_of(text, day_first=False)
    return {
        "day": f"count({day}) FILTER ({here})",
        "month": f"count({month}) FILTER ({here})",
        "either": f"count(*) FILTER ({here} AND {day} = {month})",
        "any": f"count(coalesce({day}, {month})) FILTER ({here})",
        "zoned": f"count(*) FILTER ({here} AND {forms.matches(text, forms.ZONED)})",
        "year_first": f"count(*) FILTER (regexp_matches({text}, '{forms.YEAR_FIRST}'))",
        "year_last": f"count(*) FILTER (regexp_matches({text}, '{forms.YEAR_LAST}'))",
    }


def _may_be_times(workspace: Workspace, column: str, found: Found) -> bool:
    """Whether half of the first values are times: only then it is worth trying every form on all of them."""
    if not found["present"] or 2 * found["parts"] < found["present"]:
        return False
    text = name(column)
    [(values, times)] = workspace.rows(
        f"SELECT count(*), count(*) FILTER ({forms.time_of('v', True)} IS NOT NULL "  # noqa: S608 - quoted
        f"OR {forms.time_of('v', False)} IS NOT NULL) FROM (SELECT {text} AS v FROM source "
        f"WHERE {text} IS NOT NULL AND NOT {forms.is_beside(text)} LIMIT {_FIRST})"
    )
    return bool(values) and 2 * times >= values


def all_numbers(found: Found) -> bool:
    """Whether one form reads every value."""
    return bool(found["present"]) and any(found[form] == found["present"] for form in forms.NUMBER_FORMS)


def decimal_mark(found: Found) -> str | None:
    """Return the decimal point that the values must have, `,` or `.`; None if they can be read either way."""
    if not all_numbers(found):
        return None
    points = any(found[form] == found["present"] for form in ("plain", "comma groups"))
    commas = found["decimal comma"] == found["present"]
    return None if points == commas else "." if points else ","
